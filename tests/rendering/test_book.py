import io
import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digest.edition import Alignment, Edition, Layout
from digest.rendering.book import make_book
from digest.rendering.view import Look
from tests.conftest import AS_OF
from tests.rendering.test_environment import TEMPLATES, edition_of, linked_edition, seed_edition

__all__ = ["linked_edition", "seed_edition"]  # fixtures
XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
EPUB = "{http://www.idpf.org/2007/ops}"


def book_of(edition: Edition, look: Look | None = None) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(make_book(edition, look or Look(), TEMPLATES, AS_OF)))


def document(book: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(book.read(f"book/{name}"))


def texts(book: zipfile.ZipFile) -> str:
    names = (name for name in book.namelist() if name.endswith(".xhtml"))
    return " ".join(" ".join(etree.fromstring(book.read(name)).itertext()) for name in names)


def epubcheck(path: Path) -> dict[str, object]:
    """What epubcheck says of a file; Debian's is a JAR that not every system starts by itself."""
    program = shutil.which("epubcheck")
    if not program or not shutil.which("java"):
        pytest.skip("no epubcheck; `.ci/run` installs it")
    command = [program]
    with Path(program).resolve().open("rb") as start:
        if start.read(2) == b"PK":
            command = ["java", "-jar", str(Path(program).resolve())]
    done = subprocess.run(
        [*command, str(path), "--json", "-"], check=False, capture_output=True, text=True
    )
    found = json.loads(done.stdout[done.stdout.index("{") :])
    return {"messages": [each["message"] for each in found["messages"]], "rc": done.returncode}


LONG = "Meer uit Sport\n" + "\n".join(
    f"ROTTERDAM (ANP) - Bericht {n} over één wedstrijd." for n in range(60)
)


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("seed", Look()),
        ("linked", Look(align=Alignment.SENTENCE)),
        ("linked", Look(layout=Layout.ORIGINAL)),
        ("linked", Look(layout=Layout.TRANSLATION)),
        ("seed", Look(layout=Layout.COLUMNS)),
        ("long", Look()),
        ("empty", Look()),
        ("evil", Look()),
    ],
    ids=lambda value: value if isinstance(value, str) else value.layout.value,
)
def test_epubcheck_has_nothing_to_say(
    seed_edition: Edition, linked_edition: Edition, tmp_path: Path, name: str, look: Look
) -> None:
    evil = "<b>&amp; \"'> ]]> \x00\x1b\ufffe 👩‍⚕️"
    edition = {
        "seed": seed_edition,
        "linked": linked_edition,
        "long": edition_of(f"Kop\nTekst.\n{LONG}"),
        "empty": edition_of(""),
        "evil": edition_of(f"{evil}\nKIEV (ANP) - {evil}", title=evil * 20),
    }[name]
    path = tmp_path / "a.epub"
    path.write_bytes(make_book(edition, look, TEMPLATES, AS_OF))
    assert epubcheck(path) == {"messages": [], "rc": 0}


def test_the_media_type_comes_first_and_is_not_compressed(seed_edition: Edition) -> None:
    data = make_book(seed_edition, Look(), TEMPLATES, AS_OF)
    assert data[30:58] == b"mimetypeapplication/epub+zip"


def test_the_same_edition_is_the_same_bytes(seed_edition: Edition) -> None:
    assert len({make_book(seed_edition, Look(), TEMPLATES, AS_OF) for _ in range(2)}) == 1


def test_the_contents_are_by_section(seed_edition: Edition) -> None:
    nav = document(book_of(seed_edition), "contents.xhtml")
    toc = nav.find(f".//{XHTML}nav[@{EPUB}type='toc']")
    assert toc is not None
    sections = toc.findall(f"./{XHTML}ol/{XHTML}li[{XHTML}ol]")
    titles = ["".join(section[0].itertext()) for section in sections]
    assert titles == ["Articles · Artikelen", "Foreign · Buitenland"]
    assert [len(section[1]) for section in sections] == [1, 7]


def test_every_link_of_the_book_leads_somewhere(seed_edition: Edition) -> None:
    book = book_of(seed_edition, Look(align=Alignment.SENTENCE))
    anchors = {
        f"{name}#{element.get('id')}"
        for name in book.namelist()
        if name.endswith(".xhtml")
        for element in etree.fromstring(book.read(name)).iter()
        if element.get("id")
    }
    for name in book.namelist():
        if not name.endswith(".xhtml"):
            continue
        for link in etree.fromstring(book.read(name)).iter(f"{XHTML}a"):
            target, _, anchor = (link.get("href") or "").partition("#")
            file = f"book/{target}" if target else name
            assert f"{file}#{anchor}" in anchors if anchor else file in book.namelist()


def test_headings_are_in_both_languages_and_every_block_says_which(seed_edition: Edition) -> None:
    chapter = document(book_of(seed_edition), "chapter-1.xhtml")
    heading = chapter.find(f".//{XHTML}h2")
    assert heading is not None
    assert [span.get("lang") for span in heading.findall(f"{XHTML}span")] == ["en", "nl"]
    for paragraph in chapter.iter(f"{XHTML}p"):
        if paragraph.get("class") in {"lead", "other"}:
            assert paragraph.get("lang") in {"en", "nl"}
            assert paragraph.get("{http://www.w3.org/XML/1998/namespace}lang")


def test_less_common_words_lead_to_notes_and_back(seed_edition: Edition) -> None:
    chapter = document(book_of(seed_edition), "chapter-2.xhtml")
    refs = [a for a in chapter.iter(f"{XHTML}a") if a.get(f"{EPUB}type") == "noteref"]
    word = next(a for a in refs if a.text == "balzaal")
    note = chapter.find(f".//*[@id='{(word.get('href') or '')[1:]}']")
    assert note is not None
    assert "".join(note.itertext()) == "balzaal: ballroom"
    back = note.find(f".//{XHTML}a")
    assert back is not None
    assert back.get("href") == f"#{word.get('id')}"
    assert "minister" not in {a.text for a in refs}
    ids = [element.get("id") for element in chapter.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_long_sections_are_several_documents_under_one_heading() -> None:
    book = book_of(edition_of(f"Kop\nTekst.\n{LONG}"))
    chapters = [name for name in book.namelist() if "chapter" in name]
    assert len(chapters) == 4
    nav = document(book, "contents.xhtml")
    sections = nav.findall(f".//{XHTML}nav/{XHTML}ol/{XHTML}li/{XHTML}ol")
    assert [len(section) for section in sections] == [1, 60]
    chapters_of_sport = (document(book, f"chapter-{number}.xhtml") for number in (2, 3))
    headings = [next(chapter.iter(f"{XHTML}h1")) for chapter in chapters_of_sport]
    assert ["".join(heading.itertext()) for heading in headings] == ["Sport", "Sport (2)"]


def test_it_says_what_it_is(seed_edition: Edition) -> None:
    book = book_of(replace(seed_edition, name="morning"))
    package = book.read("book/package.opf").decode()
    assert "<dc:title>Test – Sunday 22 November 2026, morning</dc:title>" in package
    assert package.index("<dc:language>en") < package.index("<dc:language>nl")
    assert "<dc:date>2026-11-22</dc:date>" in package
    assert '<meta property="dcterms:modified">2026-11-22T14:00:00Z</meta>' in package
    for name in ("accessMode", "accessibilityFeature", "accessibilityHazard"):
        assert f'property="schema:{name}"' in package
    later = make_book(seed_edition, Look(), TEMPLATES, AS_OF + timedelta(days=1))
    assert later != make_book(seed_edition, Look(), TEMPLATES, AS_OF)
    names = [
        etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("book/package.opf")).findtext(
            ".//{http://purl.org/dc/elements/1.1/}identifier"
        )
        for data in (later, make_book(seed_edition, Look(), TEMPLATES, AS_OF))
    ]
    assert names[0] == names[1]


def test_a_long_title_fits_on_the_cover() -> None:
    for title in ("Kort", "Een titel " * 30, "x" * 300, "Een lang woord: " + "x" * 40):
        cover = document(book_of(edition_of("Kop", title=title)), "cover.svg")
        lines = cover.findall(".//{http://www.w3.org/2000/svg}text")
        assert len(lines) <= 10
        assert all(float(line.get("y") or 0) < 800 for line in lines)
        assert all(float(line.get("font-size") or 0) >= 26 for line in lines)


def test_the_two_languages_of_a_title_stand_apart_on_the_cover() -> None:
    cover = document(
        book_of(edition_of("Kop", title="Dutch news · Nederlands nieuws")), "cover.svg"
    )
    lines = [line.text for line in cover.findall(".//{http://www.w3.org/2000/svg}text")]
    assert lines[:3] == ["Dutch news", "Nederlands nieuws", "Sunday 22 November 2026"]


def test_nothing_of_the_edition_is_lost(seed_edition: Edition) -> None:
    found = " ".join(texts(book_of(seed_edition)).split())
    for sentence in seed_edition.sentences:
        assert " ".join(sentence.english.split()) in found
    for note in ("Translated by fake 1.", "Left out: seeds/broken.txt is empty."):
        assert note in found


@given(noise=st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_every_document_is_well_formed(noise: str) -> None:
    evil = f"<a href='x'>{noise}</a> &amp; ]]> \"'"
    book = book_of(edition_of(f"{evil}\nKIEV (ANP) - {evil}", title=evil))
    for name in book.namelist():
        if name.endswith((".xhtml", ".opf", ".svg", ".xml")):
            etree.fromstring(book.read(name))
