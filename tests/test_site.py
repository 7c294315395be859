"""The site of past editions, as files and in a browser."""

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.archive.store import Archive
from digest.edition import Edition, Problem
from digest.editions import newest_editions, stored, whole_editions
from digest.errors import TemplateError, UsageError
from digest.rendering.environment import Templates
from digest.rendering.parts import Language
from digest.rendering.search_index import words
from digest.rendering.view import Look
from digest.site import Built, SiteOrder, build_site
from tests import CHECKOUT
from tests.conftest import AS_OF
from tests.fakes import FakeEngine, translator
from tests.rendering.test_environment import TEMPLATES

CHECKS = CHECKOUT / "tests" / "web"


def edition_of(text: str, day: date, name: str = "") -> Edition:
    from digest.pipeline import EditionOptions, make_edition
    from digest.sources.wire import parse_wire

    document = parse_wire(text, source="a.txt", as_of=AS_OF)
    return make_edition(
        [document],
        options=EditionOptions(title="Nieuws", day=day, name=name),
        translate=translator(FakeEngine()),
        model=None,
        problems=(),
    )


DAYS = [
    (date(2026, 10, 30), "Brug dicht\nDe brug in Utrecht is dicht."),
    (date(2026, 11, 21), "Minister weg\nDe minister van Financiën treedt af."),
    (date(2026, 11, 22), "Regen\nHet regent.\n\nBrug open\nKIEV (ANP) - De brug is open."),
]


class Fixture:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "archive.sqlite3"
        self.folder = folder / "site"
        self.warnings: list[str] = []
        self.made = AS_OF
        self.built = Built(written=0, damaged=0)

    def keep(self, *editions: Edition) -> None:
        with closing(Archive(self.path)) as archive:
            for edition in editions:
                self.made += timedelta(minutes=1)
                archive.store([(stored(edition, self.made), ())])

    def build(
        self,
        look: Look | None = None,
        title: str = "Nieuws",
        templates: Templates = TEMPLATES,
    ) -> int:
        order = SiteOrder(
            folder=self.folder,
            title=title,
            look=look or Look(),
            templates=templates,
            warn=self.warnings.append,
        )
        with closing(Archive(self.path)) as archive:
            self.built = build_site(archive, order)
        return self.built.written

    def names(self) -> set[str]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)) for path in files}

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Fixture:
    made = Fixture(tmp_path)
    made.keep(*(edition_of(text, day) for day, text in DAYS))
    return made


class TestSite:
    def test_has_a_page_for_each_edition_and_month(self, site: Fixture) -> None:
        assert site.build() == 9
        assert site.names() == {
            ".digest-site.json",
            "index.html",
            "editions/2026-10-30-1.html",
            "editions/2026-11-21-2.html",
            "editions/2026-11-22-3.html",
            "months/2026-10.html",
            "months/2026-11.html",
            "search/2026-10.js",
            "search/2026-11.js",
            "search/months.js",
        }

    def test_every_link_leads_somewhere_in_it(self, site: Fixture) -> None:
        site.build()
        for name in site.names():
            if not name.endswith(".html"):
                continue
            for link in re.findall(r'href="([^"]*)"', site.read(name)):
                target, _, anchor = link.partition("#")
                path = (site.folder / name).parent / target if target else site.folder / name
                assert path.is_file(), f"{name} leads to {link}"
                assert not anchor or f'id="{anchor}"' in path.read_text("utf-8")

    def test_editions_lead_to_those_beside_them(self, site: Fixture) -> None:
        site.build()
        middle = site.read("editions/2026-11-21-2.html")
        assert 'href="2026-10-30-1.html" rel="prev"' in middle
        assert 'href="2026-11-22-3.html" rel="next"' in middle
        assert 'rel="next"' not in site.read("editions/2026-11-22-3.html")
        assert 'rel="prev"' not in site.read("editions/2026-10-30-1.html")

    def test_what_has_not_changed_is_not_made_again(self, site: Fixture) -> None:
        site.build()
        assert site.build() == 0
        old = (site.folder / "editions/2026-10-30-1.html").stat().st_mtime_ns
        site.keep(edition_of("Sneeuw\nHet sneeuwt.", date(2026, 11, 23)))
        # The new page, the one before it, its month with the words of it, and the first page.
        assert site.build() == 5
        assert (site.folder / "editions/2026-10-30-1.html").stat().st_mtime_ns == old
        assert 'rel="next"' in site.read("editions/2026-11-22-3.html")

    @pytest.mark.parametrize("name", ["editions/2026-11-21-2.html", "search/2026-11.js"])
    def test_what_is_missing_is_made_again(self, site: Fixture, name: str) -> None:
        site.build()
        before = site.read(name)
        (site.folder / name).unlink()
        assert site.build() == 1
        assert site.read(name) == before

    def test_another_look_makes_all_of_it_anew(self, site: Fixture) -> None:
        site.build()
        assert site.build(title="Anders") == 9

    def test_a_damaged_note_of_what_there_is_costs_only_time(self, site: Fixture) -> None:
        site.build()
        (site.folder / ".digest-site.json").write_text("[")
        assert site.build() == 9

    @pytest.mark.parametrize("name", ["index.html", "search/months.js", "editions/mine.html"])
    def test_pages_of_somebody_else_are_left_alone(self, site: Fixture, name: str) -> None:
        path = site.folder / name
        path.parent.mkdir(parents=True)
        path.write_text("mine")
        with pytest.raises(UsageError, match="which is not of a site of digest"):
            site.build()
        assert site.names() == {name}

    def test_a_file_is_no_folder_for_a_site(self, site: Fixture) -> None:
        site.folder.write_text("mine")
        with pytest.raises(UsageError, match="is no folder"):
            site.build()

    def test_a_broken_template_leaves_nothing_behind(self, site: Fixture, tmp_path: Path) -> None:
        own = tmp_path / "own"
        own.mkdir()
        (own / "web.html").write_text("{% if %}")
        with pytest.raises(TemplateError, match=r"web\.html, line 1"):
            site.build(templates=replace(TEMPLATES, own=own))
        assert not site.folder.exists()

    def test_other_templates_make_all_of_it_anew(self, site: Fixture, tmp_path: Path) -> None:
        own = tmp_path / "own"
        (own / ".git").mkdir(parents=True)
        (own / "gone.html").symlink_to("nowhere")
        templates = replace(TEMPLATES, own=own)
        site.build(templates=templates)
        assert site.build(templates=templates) == 0
        (own / "part.html").write_text("x")
        assert site.build(templates=templates) == 9

    def test_what_is_of_no_edition_any_more_goes_and_nothing_else(self, site: Fixture) -> None:
        site.build()
        (site.folder / "months" / "mine.html").write_text("mine")
        (site.folder / "mine.txt").write_text("mine")
        site.path.unlink()
        for log in site.path.parent.glob("archive.sqlite3-*"):
            log.unlink()
        site.keep(edition_of("Sneeuw\nHet sneeuwt.", date(2026, 12, 1)))
        site.build()
        assert site.names() == {
            ".digest-site.json",
            "index.html",
            "mine.txt",
            "months/mine.html",
            "editions/2026-12-01-1.html",
            "months/2026-12.html",
            "search/2026-12.js",
            "search/months.js",
        }

    def damage(self, site: Fixture, number: int) -> None:
        with closing(sqlite3.connect(site.path)) as connection, connection:
            connection.execute("UPDATE edition SET document = x'00' WHERE id = ?", (number,))

    def test_a_damaged_edition_is_named_and_left_out(self, site: Fixture) -> None:
        self.damage(site, 2)
        site.build()
        assert "editions/2026-11-21-2.html" not in site.names()
        assert 'href="2026-10-30-1.html" rel="prev"' in site.read("editions/2026-11-22-3.html")
        assert site.built.damaged == len(site.warnings) == 1
        assert "edition 2" in site.warnings[0]

    def test_one_that_is_damaged_later_keeps_its_page_and_stops_nothing(
        self, site: Fixture
    ) -> None:
        site.build()
        before = site.read("editions/2026-11-21-2.html")
        self.damage(site, 2)
        site.keep(edition_of("Sneeuw\nHet sneeuwt.", date(2026, 11, 23)))
        site.build(title="Anders")
        assert site.read("editions/2026-11-21-2.html") == before
        assert "Sneeuw" in site.read("editions/2026-11-23-4.html")
        assert "2026-11-23-4.html" in site.read("months/2026-11.html")
        assert site.built.damaged == len(site.warnings) == 1

    def test_a_page_stays_where_a_fuller_edition_takes_its_place(self, site: Fixture) -> None:
        site.build()
        text = f"{DAYS[1][1]}\n\nMeer\nKIEV (ANP) - Er is meer nieuws."
        site.keep(edition_of(text, DAYS[1][0]))
        site.build()
        assert "editions/2026-11-21-2.html" in site.names()
        assert "2026-11-21-2.html" not in site.read("months/2026-11.html")
        assert "2026-11-21-4.html" in site.read("months/2026-11.html")
        assert site.build() == 0

    def test_who_got_an_edition_changes_nothing(self, site: Fixture) -> None:
        site.build()
        with closing(Archive(site.path)) as archive:
            archive.deliver(3, now=AS_OF)
        assert site.build() == 0

    def test_nobody_learns_where_files_lie(self, tmp_path: Path) -> None:
        site = Fixture(tmp_path)
        day, text = DAYS[0]
        edition = edition_of(text, day)
        source = replace(edition.sources[0], name="/home/somebody/geheim/a.txt")
        problem = Problem(source="geheim/b.txt", reason="is empty")
        site.keep(replace(edition, sources=(source,), problems=(problem,)))
        site.build()
        page = site.read("editions/2026-10-30-1.html")
        assert "Source: a.txt, as of" in page
        assert "Left out: b.txt is empty." in page
        assert not any("geheim" in site.read(name) for name in site.names())

    @pytest.mark.parametrize("day", ["x", "20261122", ""])
    def test_one_whose_date_is_none_is_named(self, site: Fixture, day: str) -> None:
        with closing(sqlite3.connect(site.path)) as connection, connection:
            connection.execute("UPDATE edition SET day = ? WHERE id = 2", (day,))
        site.build()
        assert len([name for name in site.names() if name.startswith("editions/")]) == 2
        assert "the date of edition 2" in site.warnings[0]

    def test_what_a_killed_build_left_is_made_again(
        self, site: Fixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site.build()
        site.keep(edition_of("Sneeuw\nHet sneeuwt.", date(2026, 11, 23)))

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("digest.site.month_index", killed)
            with pytest.raises(KeyboardInterrupt):
                site.build(title="Anders")
        assert "editions/2026-11-23-4.html" in site.names()
        site.build()
        fresh = Fixture(site.folder.parent)
        fresh.folder = site.folder.parent / "fresh"
        fresh.build()
        assert site.names() == fresh.names()
        assert {name: site.read(name) for name in site.names()} == {
            name: fresh.read(name) for name in fresh.names()
        }

    def test_excerpts_for_single_recipients_are_not_shown_twice(self, site: Fixture) -> None:
        day, text = DAYS[-1]
        site.keep(edition_of("Brug open\nKIEV (ANP) - De brug is open.", day))
        site.keep(edition_of(text, day, name="evening"))
        with closing(Archive(site.path)) as archive:
            listed = whole_editions(archive)
            newest = newest_editions(archive, 2, site.warnings.append)
        assert [each.id for each in listed] == [5, 3, 2, 1]
        assert [each.edition.name for each in newest] == ["evening", ""]

    def test_one_without_editions_says_so(self, tmp_path: Path) -> None:
        site = Fixture(tmp_path)
        site.keep()
        site.build()
        assert "No edition was kept yet." in site.read("index.html")


class TestIndex:
    def test_says_in_which_language_titles_are(self, site: Fixture) -> None:
        site.build(Look(lead=Language.NL))
        index = self.index(site, "2026-10")
        assert index["l"] == ["nl", "en"]
        assert index["i"][0][2:] == ["Brug dicht", "Brug qvpug"]
        assert index["e"][0][2:] == ["vrijdag 30 oktober 2026", "Friday 30 October 2026"]

    def index(self, site: Fixture, month: str) -> Any:
        call = site.read(f"search/{month}.js")
        assert call.startswith(f'digestIndex("{month}",')
        return json.loads(call[call.index(",") + 1 : call.rindex(")")])

    def having(self, index: Any, word: str) -> list[str]:
        place, found = 0, []
        for step in index["w"].get(word, "").split():
            place += int(step, 36)
            found.append(index["i"][place][3])
        return found

    def test_has_the_words_of_both_languages_without_accents(self, site: Fixture) -> None:
        site.build()
        index = self.index(site, "2026-11")
        assert self.having(index, "financien") == ["Minister weg"]
        assert self.having(index, "brug") == ["Brug open"]
        edition, number, *_ = index["i"][-1]
        assert (index["e"][edition][0], number) == ("2026-11-21-2.html", 1)

    def test_words_are_folded_as_the_browser_does(self) -> None:
        text = "Één Privé-café IJsland 112 a 5"
        assert words(text) == {"een", "prive", "cafe", "ijsland", "112", "5"}


def test_it_works_in_a_browser_from_files(site: Fixture) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser:
        pytest.skip("no chromium; `.ci/run` installs it")
    if not shutil.which("node") or not (CHECKS / "node_modules").is_dir():
        pytest.skip("no node_modules in tests/web; `npm ci` there installs them")
    more = "Veel\n" + "\n\n".join(f"Bericht {n}\nKIEV (ANP) - Sneeuw in Kiev." for n in range(45))
    site.keep(edition_of(more, date(2025, 1, 2)))
    site.build()
    done = subprocess.run(
        ["node", "site.mjs", browser, str(site.folder)],
        cwd=CHECKS,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert json.loads(done.stdout) == {
        "errors": [],
        "remote": [],
        "axe": {"index.html": [], "months/2026-11.html": []},
        "overflow": {"index.html": [], "months/2026-11.html": []},
        "small": {"index.html": [], "months/2026-11.html": []},
        "invalid": {"index.html": [], "months/2026-11.html": []},
        "brug": ["Brug open", "Brug dicht"],
        "begins": ["Minister weg"],
        "both": ["Minister weg"],
        "nothing": "Nothing was found. · Niets gevonden.",
        "few": "Type two letters or more, or a number.",
        "number": ["Bericht 7"],
        "first": [30, "The newest 30 items", True],
        "all": [45, "45 items", False],
        "broken": "Not all months could be loaded. Nothing was found. · Niets gevonden.",
        "again": ["Brug open", "Brug dicht"],
        "opened": "item-2",
        "plain": "The search needs scripts; the months below do not.",
    }
