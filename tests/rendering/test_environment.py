import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edition import (
    Alignment,
    Edition,
    Flag,
    Format,
    Gloss,
    Layout,
    ModelNote,
    Passage,
    Problem,
    Sentence,
)
from digest.errors import TemplateError
from digest.pipeline import EditionOptions, make_edition
from digest.rendering.data import edition_from_json
from digest.rendering.environment import Press, Templates, check_templates, render
from digest.rendering.parts import Language
from digest.rendering.size import first_sentences, fit_size
from digest.rendering.view import Look
from digest.sources.feed import parse_feed
from digest.sources.wire import parse_wire
from tests import CHECKOUT, DATA
from tests.conftest import AS_OF, ZONE
from tests.fakes import FakeEngine, translator

TEMPLATES = Templates(CHECKOUT / "templates")
SEED_ENGLISH = dict(
    line.split("\t")
    for line in (DATA / "seed-english.tsv").read_text(encoding="utf-8").splitlines()
)
"""The sentences of the seed, translated by hand, so that golden files can be read."""


def edition_of(
    text: str, *, answers: dict[str, str] | None = None, title: str = "Test", words: int = 0
) -> Edition:
    document = parse_wire(text, source="seeds/article.txt", as_of=AS_OF)
    return make_edition(
        [document],
        options=EditionOptions(title=title, day=date(2026, 11, 22), words=words),
        translate=translator(FakeEngine(answers=answers or {})),
        model=ModelNote(name="fake 1", quality="Not a model."),
        problems=(Problem(source="seeds/broken.txt", reason="is empty"),),
    )


def show(edition: Edition, form: Format = Format.TEXT, look: Look | None = None) -> str:
    return render(edition, form, look or Look(), TEMPLATES)


@pytest.fixture
def seed_edition(seed: Path) -> Edition:
    """The seed with English by hand, one sentence of it doubtful, and one with a lost word."""
    wrong = {"Die zou geen eerlijk beeld geven van het conflict.": "It gives 3 honest pictures."}
    edition = edition_of(seed.read_text(encoding="utf-8"), answers=SEED_ENGLISH | wrong, words=5)
    return with_lost_word(edition, "balzaal", "ballroom")


def with_lost_word(edition: Edition, word: str, meaning: str) -> Edition:
    """The edition, with a word marked as lost in the sentence that has it."""

    def marked(sentence: Sentence) -> Sentence:
        start = sentence.dutch.find(word)
        if start < 0:
            return sentence
        gloss = Gloss(start=start, end=start + len(word), head=word, meanings=(meaning,))
        return replace(sentence, flags=(Flag.MEANING,), missing=(gloss,))

    def changed(passage: Passage) -> Passage:
        return replace(passage, sentences=tuple(map(marked, passage.sentences)))

    entries = tuple(
        replace(entry, paragraphs=tuple(map(changed, entry.paragraphs)))
        for entry in edition.entries
    )
    return replace(edition, entries=entries)


INTERLEAVED = Look()
SENTENCES = Look(align=Alignment.SENTENCE)
DUTCH_FIRST = Look(lead=Language.NL)
LOOKS = {layout.value: Look(layout=layout) for layout in Layout}


@pytest.mark.parametrize(
    ("name", "form", "look"),
    [
        *((f"{name}.txt", Format.TEXT, look) for name, look in LOOKS.items()),
        *((f"{name}.html", Format.HTML, look) for name, look in LOOKS.items()),
        ("sentences.txt", Format.TEXT, SENTENCES),
        ("sentences.html", Format.HTML, SENTENCES),
        ("dutch-first.txt", Format.TEXT, DUTCH_FIRST),
        ("color.txt", Format.TEXT, Look(color=True)),
        ("narrow.txt", Format.TEXT, Look(width=40)),
        ("web.html", Format.WEB, INTERLEAVED),
        ("web-columns.html", Format.WEB, LOOKS["columns"]),
        ("interleaved.md", Format.MD, INTERLEAVED),
        ("edition.json", Format.JSON, INTERLEAVED),
    ],
)
def test_editions_look_as_they_did(
    seed_edition: Edition, golden: Callable[[str, str], None], name: str, form: Format, look: Look
) -> None:
    golden(name, show(seed_edition, form, look))


@pytest.fixture
def linked_edition() -> Edition:
    """Items of a feed with addresses, links, an author, a category and a picture."""
    document = parse_feed(
        (DATA / "linked.xml").read_bytes(), source="krant", as_of=AS_OF, zone=ZONE, problems=[]
    )
    answers = {
        "Brug in Utrecht twee weken dicht": "Bridge in Utrecht closed for two weeks",
        "De brug gaat dicht, meldt de gemeente.": "The bridge is closing, the council reports.",
        "Meer dan een balzaal staat leeg.": "More than one ballroom is empty.",
        "De brug over de rivier.": "The bridge over the river.",
        'Minister & "raad" stellen rapport voor': 'Minister & "council" present report',
        "De NAVO stelt morgen een rapport voor.": "NATO presents a report tomorrow.",
    }
    return make_edition(
        [document],
        options=EditionOptions(title="Test", day=date(2026, 11, 22), name="morning"),
        translate=translator(FakeEngine(answers=answers)),
        model=ModelNote(name="fake 1", quality="Not a model."),
    )


@pytest.mark.parametrize(
    ("name", "form", "look"),
    [
        ("linked.txt", Format.TEXT, Look(width=40)),
        ("linked.html", Format.HTML, INTERLEAVED),
        ("linked-translation.html", Format.HTML, LOOKS["translation"]),
        ("linked-page.html", Format.WEB, SENTENCES),
        ("linked.md", Format.MD, INTERLEAVED),
        ("linked-translation.md", Format.MD, LOOKS["translation"]),
    ],
)
def test_editions_lead_to_the_originals(
    linked_edition: Edition,
    golden: Callable[[str, str], None],
    name: str,
    form: Format,
    look: Look,
) -> None:
    text = show(linked_edition, form, look)
    golden(name, text)
    assert "javascript:" not in text
    assert "utm_" not in text


def test_only_first_sentences_are_shown_and_their_links(linked_edition: Edition) -> None:
    short = first_sentences(linked_edition, 1)
    text = show(short)
    assert "De brug gaat dicht, meldt de gemeente." in text
    assert "balzaal" not in text
    assert "The rest is in the original." in text
    assert "gids.example" not in show(short, Format.MD)
    assert json.loads(show(short, Format.JSON))["sentences_each"] == 1


def test_json_of_items_with_origins_is_what_the_schema_says(linked_edition: Edition) -> None:
    data = json.loads(show(linked_edition, Format.JSON))
    schema = json.loads((CHECKOUT / "docs" / "edition.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, schema)
    first, second = data["entries"]
    assert first["origin"]["address"] == "https://krant.example/brug?id=12"
    assert [link["start"] for link in first["paragraphs"][0]["links"]] == [20, 48]
    assert second["origin"]["address"] == ""
    assert edition_from_json(show(linked_edition, Format.JSON)) == linked_edition


class TestText:
    @pytest.mark.parametrize("width", [40, 72, 100])
    @pytest.mark.parametrize("layout", list(Layout))
    def test_keeps_the_width(self, seed_edition: Edition, width: int, layout: Layout) -> None:
        text = show(seed_edition, look=Look(width=width, layout=layout))
        assert max(map(len, text.splitlines())) <= width
        assert not any(line.endswith(" ") for line in text.splitlines())

    def test_marks_doubtful_sentences_with_their_reason(self, seed_edition: Edition) -> None:
        text = show(seed_edition)
        assert "It gives 3 honest pictures.[?]" in " ".join(text.split())
        assert "[?] numbers differ" in text
        assert "2 sentences are doubtful and marked [?]." in text

    def test_says_when_there_is_no_news(self) -> None:
        assert "No news today. · Geen nieuws vandaag." in show(edition_of(""))

    def test_cannot_steer_a_terminal(self) -> None:
        text = show(edition_of("Kop \x1b[31mrood\x07\nTekst \x9b2J."))
        assert not set("\x1b\x07\x9b") & set(text)

    def test_puts_the_leading_language_first(self) -> None:
        text = show(edition_of("Kop\nEen zin.", answers={"Een zin.": "A line."}), look=DUTCH_FIRST)
        assert "Een zin.\n  | A line." in text


class TestHtml:
    @pytest.mark.parametrize("form", [Format.HTML, Format.WEB])
    @given(noise=st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
    def test_always_escapes(self, form: Format, noise: str) -> None:
        evil = f"<script>alert('{noise}')</script><img src=x> &amp;"
        html = show(edition_of(f"{evil}\nKIEV (ANP) - {evil}", title=evil), form)
        assert html.count("<script") == (form is Format.WEB)
        assert "<img" not in html
        assert "&amp;amp;" in html

    def test_names_the_language_of_each_block(self) -> None:
        html = show(edition_of("Kop\nEen zin."), Format.HTML)
        assert '<html lang="en">' in html
        assert html.count('lang="nl"') >= 3

    def test_inlines_its_style_and_keeps_dark_mode(self, seed_edition: Edition) -> None:
        html = show(seed_edition, Format.HTML)
        assert "@media (prefers-color-scheme: dark)" in html
        assert '<h1 style="' in html

    @pytest.mark.parametrize("form", [Format.HTML, Format.WEB])
    def test_has_nothing_remote(self, seed_edition: Edition, form: Format) -> None:
        html = show(seed_edition, form)
        assert "http:" not in html
        assert "https:" not in html
        assert "url(" not in html

    def test_partners_share_a_key_in_the_page_for_a_browser(self, seed_edition: Edition) -> None:
        html = show(seed_edition, Format.WEB)
        keys = [part.split('"')[0] for part in html.split('data-key="')[1:]]
        assert len(keys) > 60
        assert all(keys.count(key) == 2 for key in keys)


class TestMarkdown:
    def test_texts_have_no_meaning(self) -> None:
        text = show(edition_of("*Kop* met [haken](x)\n# Een zin_met_streep."), Format.MD)
        assert "\\*Kop\\*" in text
        assert "\\[haken\\](x)" in text
        assert "\\# Een" in text


class TestJson:
    def test_is_what_the_schema_says(self, seed_edition: Edition) -> None:
        schema = json.loads((CHECKOUT / "docs" / "edition.schema.json").read_text("utf-8"))
        edition = json.loads(show(seed_edition, Format.JSON))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(
            schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        ).validate(edition)
        assert edition["counts"] == {"sentences": 32, "doubtful": 2}

    def test_the_schema_knows_every_property(self, seed_edition: Edition) -> None:
        schema = json.loads((CHECKOUT / "docs" / "edition.schema.json").read_text("utf-8"))
        edition = json.loads(show(seed_edition, Format.JSON)) | {"surprise": 1}
        with pytest.raises(jsonschema.ValidationError, match="surprise"):
            jsonschema.validate(edition, schema)


class TestWords:
    def test_are_rare_ones_of_the_text_in_reading_order(self, seed_edition: Edition) -> None:
        words = [found.word for found in seed_edition.words]
        assert len(words) == 5
        dutch = " ".join(sentence.dutch for sentence in seed_edition.sentences)
        assert words == sorted(words, key=dutch.index)
        assert "minister" not in words
        assert all(found.word in found.sentence.dutch for found in seed_edition.words)

    def test_are_not_listed_unless_asked_for(self) -> None:
        assert edition_of("Kop\nHet is een vernedering.").words == ()


class TestSize:
    def size(self, edition: Edition) -> int:
        return len(show(edition, Format.HTML).encode())

    def test_a_large_edition_keeps_as_many_sentences_as_fit(self, seed_edition: Edition) -> None:
        short = fit_size(seed_edition, self.size, 16_000)
        assert self.size(short) <= 16_000
        assert len(short.entries) == len(seed_edition.entries)
        assert any(entry.shortened for entry in short.entries)
        assert set(short.sentences) < set(seed_edition.sentences)
        assert "Shortened; the rest is in the full edition." in show(short, Format.HTML)

    def test_one_more_sentence_would_not_fit(self, seed_edition: Edition) -> None:
        short = fit_size(seed_edition, self.size, 16_000)
        more = fit_size(seed_edition, self.size, 19_000)
        assert more.tally.sentences > short.tally.sentences

    def test_a_small_one_is_left_alone(self, seed_edition: Edition) -> None:
        assert fit_size(seed_edition, self.size, 1_000_000) is seed_edition

    def test_then_every_item_keeps_its_headline(self, seed_edition: Edition) -> None:
        short = fit_size(seed_edition, self.size, 9_000)
        assert self.size(short) <= 9_000
        assert (len(short.entries), short.left_out) == (8, 0)
        assert short.headlines_from > 0
        html = show(short, Format.HTML)
        for entry in seed_edition.entries:
            assert entry.headline is None or entry.headline.dutch in html.replace("&quot;", '"')
        assert "Shortened; the rest is in the full edition." in html

    def test_sources_count_too_and_are_counted_before_a_headline_is_lost(self) -> None:
        edition = edition_of("Kop\nEén zin.")
        (source,) = edition.sources
        problem = Problem(source="feed", reason="is no feed")
        large = replace(edition, sources=(source,) * 1000, problems=(problem,) * 1000)
        short = fit_size(large, self.size, 20_000)
        assert self.size(short) <= 20_000
        assert short.entries == edition.entries
        assert short.unlisted == 1980
        assert "1980 sources more are named in the full edition." in show(short, Format.HTML)

    def test_a_thousand_headlines_fit_into_a_mail(self) -> None:
        wire = "\n".join(["Kop\nTekst.\nMeer uit Sport"] + [f"Bericht {n}." for n in range(1000)])
        edition = edition_of(wire)
        short = fit_size(edition, self.size, 90_000)
        assert 80_000 < self.size(short) <= 90_000
        assert (len(short.entries), short.left_out) == (len(edition.entries), 0)

    def test_only_then_the_last_items_are_left_out(self, seed_edition: Edition) -> None:
        bare = self.size(replace(seed_edition, entries=(), sources=(), words=()))
        least = fit_size(seed_edition, self.size, bare + 1_200)
        assert self.size(least) <= bare + 1_200
        assert 0 < len(least.entries) < 8
        assert len(least.entries) + least.left_out == 8
        assert f"{least.left_out} items more are in the full edition." in show(least, Format.HTML)


class TestTemplates:
    def own(self, folder: Path, text: str) -> str:
        (folder / "edition.txt").write_text(text)
        return render(edition_of("Kop"), Format.TEXT, Look(), replace(TEMPLATES, own=folder))

    def test_all_shipped_ones_can_be_read(self) -> None:
        assert "edition.txt" in check_templates(TEMPLATES)

    def test_one_of_the_user_replaces_the_shipped_one(self, tmp_path: Path) -> None:
        assert self.own(tmp_path, "{{ edition.title }}!\n") == "Test!\n"
        html = render(edition_of("Kop"), Format.HTML, Look(), replace(TEMPLATES, own=tmp_path))
        assert html.startswith("<!DOCTYPE html>")

    def test_a_missing_one_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(TemplateError, match=r"edition\.txt is missing"):
            render(edition_of("Kop"), Format.TEXT, Look(), Templates(tmp_path))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a\n{% if %}\n", r"edition\.txt, line 2: "),
            ("a\n\n{{ editoin.title }}", r"edition\.txt, line 3: 'editoin' is undefined"),
            ("a\n{{ 1 / 0 }}", r"edition\.txt, line 2: division by zero"),
            ("{{ ''.__class__.__mro__ }}", "unsafe"),
            ("{{ edition.groups.__init__ }}", "unsafe"),
            ("{% include '/etc/passwd' %}", "/etc/passwd is missing"),
            ("{% include '../README.md' %}", "README.md is missing"),
        ],
    )
    def test_a_broken_or_prying_one_is_named(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(TemplateError, match=message):
            self.own(tmp_path, text)


GROWING = (
    "{%% set n = namespace(x='ab') %%}{%% for i in range(60) %%}{%% set n.x = %s %%}{%% endfor %%}"
)


class TestSandbox:
    def test_what_articles_say_is_no_width(self) -> None:
        text = "Bel tel: 0201234567, %12345678 of {a:12345678} van 1234567890 euro."
        assert text in show(edition_of(f"Kop\n{text}"), Format.TEXT, Look(width=0))

    def own(self, folder: Path, text: str, *, color: bool = False) -> str:
        (folder / "edition.txt").write_text(text)
        look = Look(color=color)
        return render(edition_of("Kop"), Format.TEXT, look, replace(TEMPLATES, own=folder))

    @pytest.mark.parametrize("name", ["edition.txt", "part.txt", "sub"])
    def test_a_link_that_leads_out_of_the_folder_is_refused(
        self, tmp_path: Path, name: str
    ) -> None:
        own, secret = tmp_path / "own", tmp_path / "secret" / "x.txt"
        own.mkdir()
        secret.parent.mkdir()
        secret.write_text("geheim")
        include = {"edition.txt": "", "part.txt": "part.txt", "sub": "sub/x.txt"}[name]
        if include:
            (own / "edition.txt").write_text(f"{{% include '{include}' %}}")
        (own / name).symlink_to(secret.parent if name == "sub" else secret)
        with pytest.raises(TemplateError, match="leads out of its folder"):
            render(edition_of("Kop"), Format.TEXT, Look(), replace(TEMPLATES, own=own))

    def test_a_link_inside_the_folder_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "part.txt").write_text("deel")
        (tmp_path / "link.txt").symlink_to("part.txt")
        assert self.own(tmp_path, "{% include 'link.txt' %}") == "deel"

    @pytest.mark.parametrize(
        "text",
        [
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{% macro m(n) %}{% for a in 'ab' %}{{ m(n - 1) }}{% endfor %}{% endmacro %}{{ m(9) }}",
            "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
            "{{ 'x' * 9999999999 }}",
            "{{ 9 ** 999999999 }}",
            "{{ [0] * 999999999 }}",
            GROWING % "n.x ~ n.x",
            GROWING % "n.x + n.x",
            GROWING % "n.x | replace('b', 'bb')",
            GROWING % "n.x.replace('b', 'bb')",
            "{{ 'x' | center(9999999999) }}",
            "{{ 'x'.ljust(9999999999) }}",
            "{{ '%9999999999d' | format(1) }}",
            "{{ '%9999999999d' % 1 }}",
            "{{ '{:>9999999999}'.format(1) }}",
            "{{ '{:>{}}'.format(1, 9999999999) }}",
        ],
    )
    def test_one_that_does_not_end_is_ended(
        self, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("digest.rendering.sandbox.SECONDS", 1.0)
        with pytest.raises(TemplateError, match=r"edition\.txt, line 1: |take more than"):
            self.own(tmp_path, text)

    def test_what_is_made_of_an_edition_is_limited_in_all(self, tmp_path: Path) -> None:
        text = "{% for a in range(1000) %}{{ 'x' * 9000 }}{% endfor %}"
        (tmp_path / "part.txt").write_text(text)
        press = Press(replace(TEMPLATES, own=tmp_path), [edition_of("Kop")])
        assert len(press.fill("part.txt")) == 9_000_000
        press.fill("part.txt")
        with pytest.raises(TemplateError, match=r"part\.txt: |more than an edition"):
            press.fill("part.txt")

    @pytest.mark.parametrize("color", [True, False])
    def test_nothing_in_it_steers_a_terminal(self, tmp_path: Path, *, color: bool) -> None:
        text = self.own(tmp_path, "a\x1b]52;c;eA==\x07\x9b2Jb\u202ec\x1b[1md", color=color)
        assert text == ("a]52;c;eA==2Jbc\x1b[1md" if color else "a]52;c;eA==2Jbc[1md")
