import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digest.article import Origin, Precision, Published
from digest.edition import Dated, Edition, Entry, Flag, Format, Layout, Passage, Sentence
from digest.links import web_folder
from digest.rendering.feeds import NOWHERE, Place, make_feed
from digest.rendering.view import Look
from tests import DATA
from tests.conftest import AS_OF, ZONE
from tests.rendering.test_environment import TEMPLATES, edition_of, linked_edition, seed_edition

pytestmark = pytest.mark.usefixtures("lengths")

__all__ = ["linked_edition", "seed_edition"]  # fixtures
SCHEMA = etree.RelaxNG(etree.parse(str(DATA / "atom.rng")))
PLACE = Place(folder="https://example.org/nieuws/", name="van daag.atom")


def feed_of(
    *editions: Edition,
    form: Format = Format.ATOM,
    look: Look | None = None,
    place: Place = NOWHERE,
) -> str:
    dated = [
        Dated(edition=edition, made=AS_OF - timedelta(days=days))
        for days, edition in enumerate(editions)
    ]
    title = editions[0].full_title
    pieces = make_feed(title, dated, form, look=look or Look(), templates=TEMPLATES, place=place)
    return "".join(pieces)


def parsed(atom: str) -> Any:
    document = etree.fromstring(atom.encode())
    SCHEMA.assertValid(document)
    found = feedparser.parse(atom.encode())
    assert not found.bozo
    return found


def an_entry(number: int = 1, **values: Any) -> Entry:
    sentence = Sentence(dutch="Een zin.", english="A sentence.")
    passage = Passage(dutch="Een zin.", sentences=(sentence,))
    chosen: dict[str, Any] = {
        "headline": Passage(dutch="Kop", sentences=(Sentence(dutch="Kop", english="Headline"),)),
        "headline_derived": False,
        "paragraphs": (passage,),
        "section": None,
        "published": None,
        "source": "/home/somebody/nieuws/a.txt",
        "identity": f"i{number}",
    }
    return Entry(number=number, **(chosen | values))


def with_entries(*entries: Entry) -> Edition:
    return replace(edition_of("Kop"), entries=entries)


@pytest.mark.parametrize(
    ("name", "form"), [("linked.atom", Format.ATOM), ("linked.json", Format.JSONFEED)]
)
def test_feeds_look_as_they_did(
    linked_edition: Edition, golden: Callable[[str, str], None], name: str, form: Format
) -> None:
    golden(name, feed_of(linked_edition, form=form, place=PLACE))


class TestAtom:
    def test_an_item_is_an_entry_with_both_languages(self, linked_edition: Edition) -> None:
        entry, *_ = parsed(feed_of(linked_edition)).entries
        assert entry.title == "Bridge in Utrecht closed for two weeks"
        content = entry.content[0].value
        assert content.startswith('<p lang="nl"><strong>Brug in Utrecht twee weken dicht')
        assert '<p lang="en">The bridge is closing' in content
        assert '<blockquote lang="nl"><p>De brug gaat dicht' in content
        assert entry.link == "https://krant.example/brug?id=12"
        assert entry.author == "Jan Jansen"
        assert [tag.term for tag in entry.tags] == ["Domestic", "Binnenland"]

    def test_ids_never_change(self, linked_edition: Edition) -> None:
        other = replace(linked_edition, title="Ander", day=linked_edition.day + timedelta(days=9))
        ids = [
            [entry.id for entry in parsed(feed_of(edition)).entries]
            for edition in (linked_edition, other)
        ]
        assert ids[0] == ids[1]
        assert len(set(ids[0])) == len(linked_edition.entries)
        assert all(each.startswith("urn:uuid:") for each in ids[0])

    def test_the_feed_is_known_by_its_address_else_by_its_file_or_title(self) -> None:
        def known(title: str, place: Place) -> str:
            dated = [Dated(edition=edition_of("Kop"), made=AS_OF)]
            atom = make_feed(
                title, dated, Format.ATOM, look=Look(), templates=TEMPLATES, place=place
            )
            return str(parsed("".join(atom)).feed.id)

        assert known("Een", PLACE) == known("Twee", PLACE)
        assert known("Een", NOWHERE) != known("Twee", NOWHERE)
        assert known("Een", NOWHERE) == known("Een", replace(PLACE, name=""))
        named = replace(NOWHERE, name="sport.atom")
        assert known("Een", named) == known("Twee", named) != known("Een", NOWHERE)

    def test_an_item_of_two_editions_stands_once_as_it_was_last(self) -> None:
        newer = an_entry(paragraphs=an_entry().paragraphs * 2)
        found = parsed(feed_of(with_entries(newer, an_entry(2)), with_entries(an_entry())))
        assert len(found.entries) == 2
        assert found.entries[0].content[0].value.count("A sentence.") == 2

    def test_an_item_whose_text_changed_is_the_same_where_it_has_an_address(self) -> None:
        origin = Origin(address="https://krant.example/1")
        first, second = (an_entry(n, origin=origin, identity=f"v{n}") for n in (1, 2))
        other = an_entry(3, origin=Origin(address="https://krant.example/"))
        found = parsed(feed_of(with_entries(second), with_entries(first, other))).entries
        assert len(found) == 2
        same = parsed(feed_of(with_entries(first, second))).entries
        assert len({entry.id for entry in same}) == 2

    def test_one_in_one_language_without_a_body_still_says_something(self) -> None:
        look = Look(layout=Layout.TRANSLATION)
        entry = an_entry(paragraphs=(), source="")
        atom = parsed(feed_of(with_entries(entry), look=look)).entries[0]
        assert atom.content[0].value == "<p>Headline</p>"
        feed = json.loads(feed_of(with_entries(entry), form=Format.JSONFEED, look=look))
        assert feed["items"][0]["content_html"] == "<p>Headline</p>"

    def test_times_are_those_of_the_items(self) -> None:
        at = AS_OF - timedelta(hours=5)
        published = Published(raw="", english="", at=at, precision=Precision.MINUTE)
        later = replace(published, at=AS_OF + timedelta(days=1))
        dated, undated, updated, ahead = parsed(
            feed_of(
                with_entries(
                    an_entry(1, published=published),
                    an_entry(2),
                    an_entry(3, published=published, updated=True),
                    an_entry(4, published=later),
                )
            )
        ).entries
        assert (dated.published, dated.updated) == (at.isoformat(), at.isoformat())
        assert ("published" in undated, undated.updated) == (False, AS_OF.isoformat())
        assert (updated.published, updated.updated) == (at.isoformat(), AS_OF.isoformat())
        assert ahead.published == AS_OF.isoformat()

    def test_it_knows_its_own_address_where_somebody_says_it(self) -> None:
        links = {
            link.rel: link.href
            for link in parsed(feed_of(edition_of("Kop"), place=PLACE)).feed.links
        }
        assert links["self"] == "https://example.org/nieuws/van%20daag.atom"
        assert 'rel="self"' not in feed_of(edition_of("Kop"))

    def test_who_an_item_is_from_never_tells_where_a_file_lies(self) -> None:
        feed = feed_of(with_entries(an_entry()))
        assert parsed(feed).entries[0].author == "a.txt"
        assert "somebody" not in feed

    def test_a_doubtful_headline_is_marked(self) -> None:
        sentence = Sentence(dutch="Kop 3", english="Head", flags=(Flag.NUMBERS,))
        entry = an_entry(headline=Passage(dutch="Kop 3", sentences=(sentence,)))
        found = parsed(feed_of(with_entries(entry))).entries[0]
        assert found.title == "Head [?]"
        assert "[?] numbers differ" in found.content[0].value

    @pytest.mark.parametrize("layout", list(Layout))
    def test_every_layout_is_valid(self, seed_edition: Edition, layout: Layout) -> None:
        found = parsed(feed_of(seed_edition, look=Look(layout=layout)))
        assert len(found.entries) == 8
        assert found.feed.language == ("nl" if layout is Layout.ORIGINAL else "en")

    def test_one_without_items_is_valid(self) -> None:
        assert parsed(feed_of(edition_of(""))).entries == []

    @given(noise=st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
    def test_whatever_an_item_says_is_text(self, noise: str) -> None:
        evil = f"<script>alert('{noise}')</script><img src=x onerror=y> &amp; ]]>"
        sentence = Sentence(dutch=evil, english=evil)
        passage = Passage(dutch=evil, sentences=(sentence,))
        origin = Origin(author=evil, categories=(evil,), publisher=evil)
        entry = an_entry(headline=passage, paragraphs=(passage,), origin=origin)
        content = parsed(feed_of(with_entries(entry))).entries[0].content[0].value
        assert "<script" not in content
        assert "<img" not in content


class TestJsonFeed:
    def feed(self, edition: Edition, place: Place = NOWHERE) -> Any:
        return json.loads(feed_of(edition, form=Format.JSONFEED, place=place))

    def test_has_what_the_rules_ask_for(self, linked_edition: Edition) -> None:
        """Required and typed as jsonfeed.org/version/1.1 has it."""
        feed = self.feed(linked_edition, PLACE)
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["title"] == "Test, morning"
        assert feed["feed_url"] == "https://example.org/nieuws/van%20daag.atom"
        assert feed["home_page_url"] == "https://example.org/nieuws/"
        assert feed["language"] == "en"
        assert len(feed["items"]) == len(linked_edition.entries)
        for item in feed["items"]:
            assert set(item) <= {
                "id", "url", "title", "content_html", "date_published", "date_modified", "authors",
                "tags",
            }  # fmt: skip
            assert isinstance(item["id"], str)
            assert item["content_html"]
            assert all(set(author) == {"name"} for author in item["authors"])
            assert all(isinstance(tag, str) for tag in item["tags"])
            assert item["date_modified"][19:] in {"+01:00", "+02:00"}

    def test_has_the_same_ids_as_atom(self, linked_edition: Edition) -> None:
        ids = [item["id"] for item in self.feed(linked_edition)["items"]]
        assert ids == [entry.id for entry in parsed(feed_of(linked_edition)).entries]

    def test_is_read_by_our_own_reader_too(self, linked_edition: Edition) -> None:
        from digest.sources.feed import parse_feed

        data = feed_of(linked_edition, form=Format.JSONFEED).encode()
        document = parse_feed(data, source="x", as_of=AS_OF, zone=ZONE, problems=[])
        assert len(document.items) == len(linked_edition.entries)

    def test_says_nothing_of_what_is_unknown(self) -> None:
        feed = self.feed(edition_of(""))
        assert feed["items"] == []
        assert not {"feed_url", "home_page_url"} & feed.keys()


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a", "https://example.org/a/"),
        ("http://example.org/a b/", "http://example.org/a%20b/"),
        ("https://example.org/?a=b", ""),
        ("ftp://example.org/", ""),
        ("example.org", ""),
        ("mailto:a@example.org", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_folders_on_the_web(address: str, folder: str) -> None:
    assert web_folder(address) == folder
