"""A site of past editions: static pages by date, and a search that needs no service.

`index.html` has the newest editions and all months, `months/` the editions of each, `editions/` the
editions, `search/` what is searched, by month. All links are relative, so that it works from a
file and from any web server. What has not changed is not made again: `.digest-site.json` knows
what each file was made from. A page that was published once stays as long as the archive has its
edition, also where a fuller one of the same day takes its place in the lists.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from digest import __version__
from digest.archive.store import Archive
from digest.archive.values import Listed
from digest.calendar import MONTHS_EN, MONTHS_NL
from digest.delivery.output import write_file
from digest.edition import Edition, shown_source
from digest.editions import read_edition, whole_editions
from digest.errors import ArchiveError, UsageError, named_trouble
from digest.rendering.environment import Press, Templates, templates_digest
from digest.rendering.search_index import Indexed, month_index
from digest.rendering.view import EditionView, EntryView, Look, view_edition

_MANIFEST = ".digest-site.json"
_FOLDERS = ("editions", "months", "search")
_NEWEST = 10
"""So many editions stand on the first page."""
_HEADLINES = 5
_OURS = re.compile(r"(?:editions|months|search)/[\w-]+\.(?:html|js)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Where an edition of a site leads: to those beside it, or nowhere, and to all."""

    earlier: str
    later: str
    all: str = "../index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month as pages name it; `key` is `2026-11`."""

    key: str
    name_en: str
    name_nl: str
    editions: int

    @property
    def year(self) -> str:
        """The year of it."""
        return self.key[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An edition in a list: its page, its first headlines, and how many there are more."""

    page: str
    edition: EditionView
    headlines: tuple[EntryView, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOrder:
    """What a site is made with; `warn` is told of editions that are damaged."""

    folder: Path
    title: str
    look: Look
    templates: Templates
    warn: Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """How many files were written, and how many editions could not be read."""

    written: int
    damaged: int


def build_site(archive: Archive, order: SiteOrder) -> Built:
    """Make what has changed since the last time.

    Raises `UsageError` for a folder with pages of somebody else, `OutputError`, `TemplateError`.
    """
    files = _Files(order)
    taken = _Taken(archive, order)
    listed = [each for each in whole_editions(archive) if taken.is_dated(each)]
    editions = [each for each in listed if files.has(f"editions/{_page(each)}") or taken.take(each)]
    pages = ["", *map(_page, editions), ""]
    around = {
        each.id: Around(earlier=earlier, later=later)
        for later, each, earlier in zip(pages, editions, pages[2:], strict=False)
    }
    by_month = [
        (key, list(group)) for key, group in groupby(editions, key=lambda each: each.day[:7])
    ]
    months = [_month(key, len(of_month)) for key, of_month in by_month]
    files.planned = {f"editions/{page}" for page in pages[1:-1]}
    files.planned |= {f"months/{month.key}.html" for month in months}
    files.planned |= {f"search/{month.key}.js" for month in months}
    for month, (_, of_month) in zip(months, by_month, strict=True):
        _write_month(month, of_month, around, taken, files)
        taken.clear()
    _write_first(editions[:_NEWEST], months, taken, files)
    files.finish(published={f"editions/{_page(each)}" for each in archive.list_editions()})
    return Built(written=files.written, damaged=len(taken.damaged))


def _page(listed: Listed) -> str:
    named = "".join(f"-{part}" for part in re.findall(r"[a-z0-9]+", listed.name))
    return f"{listed.day}{named}-{listed.id}.html"


def _month(key: str, editions: int) -> Month:
    year, month = key.split("-")
    name_en, name_nl = MONTHS_EN[int(month) - 1], MONTHS_NL[int(month) - 1]
    return Month(
        key=key, name_en=f"{name_en} {year}", name_nl=f"{name_nl} {year}", editions=editions
    )


@dataclass(slots=True)
class _Taken:
    """Editions that were read, each once for as long as it is needed."""

    archive: Archive
    order: SiteOrder
    damaged: set[int] = field(default_factory=set)
    _taken: dict[int, Edition] = field(default_factory=dict)

    def take(self, listed: Listed) -> Edition | None:
        """An edition as everybody may see it; nothing where it is damaged, which is told once."""
        if listed.id in self._taken:
            return self._taken[listed.id]
        if listed.id in self.damaged:
            return None
        try:
            edition = read_edition(self.archive, listed).edition
        except ArchiveError as error:
            self.damaged.add(listed.id)
            self.order.warn(str(error))
            return None
        self._taken[listed.id] = _for_everybody(edition)
        return self._taken[listed.id]

    def is_dated(self, listed: Listed) -> bool:
        """Whether the day of an edition is one; another is told."""
        try:
            if date.fromisoformat(listed.day).isoformat() == listed.day:
                return True
        except ValueError:
            pass
        self.damaged.add(listed.id)
        self.order.warn(str(self.archive.damage(f"the date of edition {listed.id}")))
        return False

    def clear(self) -> None:
        """Forget what was read."""
        self._taken.clear()


def _for_everybody(edition: Edition) -> Edition:
    """An edition that does not tell where files lie."""
    return replace(
        edition,
        sources=tuple(replace(each, name=shown_source(each.name)) for each in edition.sources),
        problems=tuple(
            replace(each, source=shown_source(each.source)) for each in edition.problems
        ),
    )


class _Files:
    """The files of a site, each with a fingerprint of what it was made from.

    Before anything is written all that is there or `planned` is noted without one, so that after
    a `kill -9` everything is made again, and nothing is left that nobody knows.
    """

    def __init__(self, order: SiteOrder) -> None:
        self.order = order
        self.written = 0
        self._manifest = order.folder / _MANIFEST
        _refuse_others(order.folder, self._manifest)
        self._style = [__version__, order.title, repr(order.look)]
        self._style.append(templates_digest(order.templates))
        self._before = _read(self._manifest)
        self._made: dict[str, str] = {}
        self.planned: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether a file was made before and is there."""
        return name in self._before and (self.order.folder / name).exists()

    def write(self, name: str, made_from: object, make: Callable[[], str]) -> None:
        """Write what `make` makes, unless the file was made from the same before."""
        mark = _fingerprint([*self._style, repr(made_from)])
        if self._before.get(name) != mark or not self.has(name):
            data = make().encode()
            if not self.written:
                self._make_folder(self.order.folder)
                self._note(dict.fromkeys({*self._before, *self.planned}, ""))
            self._make_folder((self.order.folder / name).parent)
            write_file(self.order.folder / name, data)
            self.written += 1
        self._made[name] = mark

    def _make_folder(self, folder: Path) -> None:
        with named_trouble(folder):
            folder.mkdir(parents=True, exist_ok=True)

    def finish(self, published: Iterable[str]) -> None:
        """Take away what is of no edition any more, and note what there is.

        What was `published` once stays, also where no list has it.
        """
        kept = {name: self._before[name] for name in published if self.has(name)} | self._made
        for name in self._before.keys() - kept.keys():
            if _OURS.fullmatch(name):
                with named_trouble(self.order.folder / name):
                    (self.order.folder / name).unlink(missing_ok=True)
        if kept != self._before or self.written:
            self._note(kept)

    def _note(self, marks: Mapping[str, str]) -> None:
        data = json.dumps(marks, indent=0, sort_keys=True)
        write_file(self._manifest, f"{data}\n".encode())


def _refuse_others(folder: Path, manifest: Path) -> None:
    """Raise `UsageError` for a folder that has what a site has, and is none of ours."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder.")
    for name in () if manifest.exists() else ("index.html", *_FOLDERS):
        if (folder / name).exists():
            raise UsageError(
                f"{folder} has {name}, which is not of a site of digest.",
                hint="Choose a folder of its own for the site.",
            )


def _fingerprint(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def _read(manifest: Path) -> Mapping[str, str]:
    """What is noted of the files; nothing where the note is damaged, and all are made again."""
    try:
        noted = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(mark) for name, mark in noted.items()} if isinstance(noted, dict) else {}


def _write_month(
    month: Month,
    listed: Sequence[Listed],
    around: Mapping[int, Around],
    taken: _Taken,
    files: _Files,
) -> None:
    """The pages of the editions of a month, their list and their words."""
    look, templates = files.order.look, files.order.templates

    def page(each: Listed) -> str:
        edition = taken.take(each)
        if edition is None:  # it was whole when its page was made
            return (files.order.folder / "editions" / _page(each)).read_text(encoding="utf-8")
        view = view_edition(edition, look)
        return Press(templates, [edition]).fill("web.html", edition=view, around=around[each.id])

    def index() -> str:
        found = ((each, taken.take(each)) for each in listed)
        return month_index(
            month.key,
            look.languages,
            (_indexed(each, edition, look) for each, edition in found if edition),
        )

    for each in listed:
        files.write(f"editions/{_page(each)}", (_mark(each), around[each.id]), partial(page, each))
    marks = list(map(_mark, listed))
    files.write(f"search/{month.key}.js", marks, index)
    files.write(
        f"months/{month.key}.html",
        marks,
        lambda: _fill("site-month.html", listed, taken, files, month=month, root="../"),
    )


def _write_first(
    newest: Sequence[Listed], months: Sequence[Month], taken: _Taken, files: _Files
) -> None:
    keys = json.dumps([month.key for month in months])
    files.write("search/months.js", keys, lambda: f"digestMonths({keys});\n")
    files.write(
        "index.html",
        [list(map(_mark, newest)), months],
        lambda: _fill("site-index.html", newest, taken, files, months=months, root=""),
    )


def _mark(listed: Listed) -> tuple[int, str, str, str]:
    """What tells one edition from another; not who got it, which changes nothing here."""
    return listed.id, listed.day, listed.created, listed.name


def _indexed(listed: Listed, edition: Edition, look: Look) -> Indexed:
    view = view_edition(edition, look)
    titles = ([block.text for block in entry.brief.blocks] for entry in view.entries)
    return Indexed(
        page=_page(listed),
        title=tuple(block.text for block in view.day.blocks),
        name=view.name,
        edition=edition,
        titles=tuple((first, others[0] if others else "") for first, *others in titles),
    )


def _fill(
    template: str, listed: Sequence[Listed], taken: _Taken, files: _Files, **values: Any
) -> str:
    """A page with a list of editions."""
    order = files.order
    found = [(each, edition) for each in listed if (edition := taken.take(each))]
    lines = tuple(_line(_page(each), view_edition(edition, order.look)) for each, edition in found)
    press = Press(order.templates, [edition for _, edition in found])
    return press.fill(template, title=order.title, lines=lines, **values)


def _line(page: str, view: EditionView) -> Line:
    entries = tuple(view.entries)
    return Line(
        page=page,
        edition=view,
        headlines=entries[:_HEADLINES],
        more=len(entries) - len(entries[:_HEADLINES]),
    )
