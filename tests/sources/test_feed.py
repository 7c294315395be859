import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.article import Article, Document
from digest.errors import InputError
from digest.sources.blocks import read_blocks
from digest.sources.feed import parse_feed
from digest.sources.kinds import Kind, recognise
from tests.conftest import AS_OF, ZONE

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Nieuws</title>
<item><title>Kabinet &amp; Kamer</title><pubDate>Sun, 22 Nov 2026 09:30:00 GMT</pubDate>
<description>&lt;p&gt;DEN HAAG (ANP) - Eerste alinea.&lt;/p&gt;&lt;p&gt;Tweede
alinea.&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description></item>
<item><title>Zonder tekst</title></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>
<entry><title type="html">Een &lt;i&gt;kop&lt;/i&gt;</title><updated>2026-11-22T08:00:00Z</updated>
<summary>Kort.</summary>
<content type="html">&lt;p&gt;Langer dan kort.&lt;/p&gt;</content></entry></feed>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "x",
        "items": [
            {
                "id": "1",
                "title": "Kop",
                "content_html": "<p>Een <b>zin</b>.</p>",
                "date_published": "2026-11-22T10:00:00+01:00",
            },
            {"id": "2", "content_text": "Zonder kop. Wel tekst."},
        ],
    }
)


def parse(text: str) -> Document:
    return read(text.encode(), section="Binnenland")


def read(data: bytes, problems: list[InputError] | None = None, section: str = "") -> Document:
    """The document of a feed in which nothing goes wrong, unless there are `problems`."""
    found: list[InputError] = [] if problems is None else problems
    document = parse_feed(
        data, source="feed", as_of=AS_OF, zone=ZONE, section=section, problems=found
    )
    assert problems is not None or not found
    return document


def articles(text: str) -> list[Article]:
    return [item for item in parse(text).items if isinstance(item, Article)]


def test_rss_gives_an_article_for_each_entry() -> None:
    first, second = articles(RSS)
    assert first.headline.text == "Kabinet & Kamer"
    assert [part.text for part in first.paragraphs] == ["Eerste alinea.", "Tweede alinea."]
    assert first.paragraphs[0].dateline
    assert first.paragraphs[0].dateline.place_en == "The Hague"
    assert first.published
    assert first.published.at == AS_OF.replace(hour=10, minute=30)
    assert first.published.english == "22 November 2026 at 10:30"
    assert (second.headline.text, second.paragraphs) == ("Zonder tekst", ())
    assert first.section
    assert first.section.name_en == "Domestic"


def test_atom_gives_lead_and_content() -> None:
    (entry,) = articles(ATOM)
    assert entry.headline.text == "Een kop"
    assert [part.text for part in entry.paragraphs] == ["Kort.", "Langer dan kort."]
    assert entry.published
    assert entry.published.at.hour == 9


def test_json_feed_is_read_and_a_missing_title_is_derived() -> None:
    first, second = articles(JSON)
    assert first.paragraphs[0].text == "Een zin."
    assert first.published
    assert first.published.at.hour == 10
    assert second.headline.derived


@pytest.mark.parametrize("text", [RSS, ATOM, JSON])
def test_all_three_are_recognised(text: str) -> None:
    assert recognise(text.encode(), source="x") is Kind.FEED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html></html>", "is not a feed"),
        ("{}", "without entries"),
        ("{", "broken or cut off"),
        ("<rss version='2.0'><channel></channel></rss>", "without entries"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><rss/>", "declares entities"),
    ],
)
def test_what_is_no_feed_is_named(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse(text)


def test_an_entity_bomb_is_refused() -> None:
    bomb = "<!DOCTYPE r [<!ENTITY a0 'x'>" + "".join(
        f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 40)
    )
    with pytest.raises(InputError, match="declares entities"):
        parse(
            f"{bomb}]><rss version='2.0'><channel><item><title>&a39;</title></item></channel></rss>"
        )


class TestMarkup:
    def test_nothing_active_survives(self) -> None:
        html = (
            "<p onclick='x()'>Een<script>alert(1)</script> zin<br>en <a href='javascript:x'>nog</a>"
            "</p><style>p {}</style><iframe src=x>weg</iframe><!-- weg -->"
            "<svg><text>weg</text></svg>"
            "<p>Slot &amp; einde</p>"
        )
        assert [block.text for block in read_blocks(html)] == ["Een zin\nen nog", "Slot & einde"]

    def test_depth_is_no_obstacle(self) -> None:
        (block,) = read_blocks("<div>" * 50_000 + "diep" + "</div>" * 50_000)
        assert block.text == "diep"

    @given(st.text(alphabet="<>/&;!-ab\"'= scriptp\n"))
    def test_it_never_fails_and_leaves_no_tag_that_was_one(self, html: str) -> None:
        for block in read_blocks(f"<p>{html}</p>"):
            assert block.text == block.text.strip() != ""


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    for start in (b"<rss version='2.0'>", b"{", b"<feed>"):
        try:
            document = read(start + data, problems=[])
        except InputError:
            continue
        assert document.items


@pytest.mark.parametrize("name", ["author", "dc:creator", "managingEditor", "webMaster"])
@pytest.mark.parametrize("wrapped", ["%s", "<![CDATA[%s]]>"])
def test_a_name_as_long_as_a_book_costs_nothing(name: str, wrapped: str) -> None:
    long = wrapped % ("a" * 400_000)
    feed = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item>"
        f"<title>Kop</title><{name}>{long}</{name}></item></channel></rss>"
    )
    (item,) = read(feed.encode()).items
    assert isinstance(item, Article)
    assert item.headline.text == "Kop"


def test_a_base_as_long_as_a_book_is_refused() -> None:
    feed = f"<rss version='2.0' xml:base='http://x/{'a/' * 9000}'><channel></channel></rss>"
    with pytest.raises(InputError, match="base address"):
        read(feed.encode())
