from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edition import Edition, Layout, ModelNote, Problem
from digest.errors import TemplateError
from digest.pipeline import EditionOptions, make_edition
from digest.rendering.environment import Format, RenderOptions, render
from digest.sources.wire import parse_wire
from tests import CHECKOUT
from tests.conftest import AS_OF
from tests.fakes import FakeEngine, translator

if TYPE_CHECKING:
    from digest.article import Document

TEMPLATES = CHECKOUT / "templates"


def edition_of(text: str, *, answers: dict[str, str] | None = None, title: str = "Test") -> Edition:
    document: Document = parse_wire(text, source="seeds/article.txt", as_of=AS_OF)
    return make_edition(
        [document],
        options=EditionOptions(title=title, day=date(2026, 11, 22)),
        translate=translator(FakeEngine(answers=answers or {})),
        model=ModelNote(name="fake 1", quality="Not a model."),
        problems=(Problem(source="seeds/broken.txt", reason="is empty"),),
    )


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("form", list(Format))
def test_editions_look_as_they_did(
    seed: Path, golden: Callable[[str, str], None], form: Format, layout: Layout
) -> None:
    edition = edition_of(seed.read_text(encoding="utf-8"))
    text = render(edition, form, RenderOptions(layout=layout), TEMPLATES)
    suffix = {Format.TEXT: "txt", Format.HTML: "html"}[form]
    golden(f"seed-{layout.value}.{suffix}", text)


@pytest.mark.parametrize("width", [40, 72, 100])
def test_lines_of_text_keep_the_width(seed: Path, width: int) -> None:
    edition = edition_of(seed.read_text(encoding="utf-8"))
    text = render(edition, Format.TEXT, RenderOptions(width=width), TEMPLATES)
    assert max(map(len, text.splitlines())) <= width


def test_doubtful_sentences_are_marked_with_their_reason() -> None:
    edition = edition_of("Kop\nEen zin. Nog een.", answers={"Nog een.": ""})
    text = render(edition, Format.TEXT, RenderOptions(), TEMPLATES)
    assert "Een mva. [?]" in text
    assert "[?] not translated" in text
    assert "Doubtful sentences, marked [?]: 1." in text


def test_an_edition_without_items_says_so() -> None:
    assert "Geen nieuws vandaag." in render(edition_of(""), Format.TEXT, RenderOptions(), TEMPLATES)


def test_text_cannot_steer_a_terminal() -> None:
    edition = edition_of("Kop \x1b[31mrood\x07\nTekst \x9b2J.")
    text = render(edition, Format.TEXT, RenderOptions(), TEMPLATES)
    assert not set("\x1b\x07\x9b") & set(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_html_always_escapes(noise: str) -> None:
    evil = f"<script>alert('{noise}')</script><img src=x> &amp;"
    edition = edition_of(f"{evil}\nKIEV (ANP) - {evil}", title=evil)
    html = render(edition, Format.HTML, RenderOptions(), TEMPLATES)
    assert "<script" not in html
    assert "<img" not in html
    assert "&amp;amp;" in html


def test_html_names_the_language_of_each_block() -> None:
    html = render(edition_of("Kop\nEen zin."), Format.HTML, RenderOptions(), TEMPLATES)
    assert '<html lang="en">' in html
    assert html.count('lang="nl"') >= 3


class TestTemplates:
    def test_a_missing_one_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(TemplateError, match=r"edition\.txt is missing"):
            render(edition_of("Kop"), Format.TEXT, RenderOptions(), tmp_path)

    def test_a_broken_one_is_named_with_its_line(self, tmp_path: Path) -> None:
        (tmp_path / "edition.txt").write_text("a\n{% if %}\n")
        with pytest.raises(TemplateError, match=r"edition\.txt, line 2: "):
            render(edition_of("Kop"), Format.TEXT, RenderOptions(), tmp_path)

    def test_an_unknown_name_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "edition.txt").write_text("{{ editoin.title }}")
        with pytest.raises(TemplateError, match="'editoin' is undefined"):
            render(edition_of("Kop"), Format.TEXT, RenderOptions(), tmp_path)

    def test_they_run_in_a_sandbox(self, tmp_path: Path) -> None:
        (tmp_path / "edition.txt").write_text("{{ ''.__class__.__mro__ }}")
        with pytest.raises(TemplateError, match="unsafe"):
            render(edition_of("Kop"), Format.TEXT, RenderOptions(), tmp_path)
