"""A site of past editions: static pages by date, and a search that needs no service.

`index.html` has the newest editions and all months, `months/` the editions of each, `editions/` the
editions, `search/` what is searched, by month. All links are relative, so that it works from a
file and from any web server. What has not changed is not made again: `.digest-site.json` knows
what each file was made from.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from digest import __version__
from digest.archive.store import Archive
from digest.archive.values import Listed
from digest.calendar import MONTHS_EN, MONTHS_NL
from digest.delivery.output import write_file
from digest.edition import Edition
from digest.editions import dated, whole_editions
from digest.errors import ArchiveError, UsageError, named_trouble
from digest.rendering.environment import Press, Templates
from digest.rendering.search_index import Indexed, month_index
from digest.rendering.view import EditionView, EntryView, Look, view_edition

_MANIFEST = ".digest-site.json"
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
    """What a site is made with; `warn` is told of editions that are damaged and left out."""

    folder: Path
    title: str
    look: Look
    templates: Templates
    warn: Callable[[str], object]


def build_site(archive: Archive, order: SiteOrder) -> int:
    """Make what has changed since the last time; how many files were written.

    Raises `UsageError` for a folder with pages of somebody else, `OutputError`, `TemplateError`.
    """
    files = _Files.open(order)
    editions = [each for each in whole_editions(archive) if files.is_whole(each, archive)]
    months = [(key, list(group)) for key, group in groupby(editions, key=lambda each: each.day[:7])]
    pages = ["", *map(_page, editions), ""]
    for later, each, earlier in zip(pages, editions, pages[2:], strict=False):
        _write_edition(each, Around(earlier=earlier, later=later), archive, files)
    for key, listed in months:
        _write_month(_month(key, len(listed)), listed, archive, files)
    named = [_month(key, len(listed)) for key, listed in months]
    _write_first(editions[:_NEWEST], named, archive, files)
    return files.finish()


def _page(listed: Listed) -> str:
    named = "".join(f"-{part}" for part in re.findall(r"[a-z0-9]+", listed.name))
    return f"{listed.day}{named}-{listed.id}.html"


def _month(key: str, editions: int) -> Month:
    year, month = key.split("-")
    name_en, name_nl = MONTHS_EN[int(month) - 1], MONTHS_NL[int(month) - 1]
    return Month(
        key=key, name_en=f"{name_en} {year}", name_nl=f"{name_nl} {year}", editions=editions
    )


def _write_edition(listed: Listed, around: Around, archive: Archive, files: "_Files") -> None:
    def make() -> str:
        edition = dated(archive, listed).edition
        view = view_edition(edition, files.order.look)
        press = Press(files.order.templates, [edition])
        return press.fill("web.html", edition=view, around=around)

    files.write(f"editions/{_page(listed)}", [listed, around], make)


def _write_month(month: Month, listed: Sequence[Listed], archive: Archive, files: "_Files") -> None:
    @cache
    def editions() -> list[Edition]:
        return [dated(archive, each).edition for each in listed]

    def index() -> str:
        both = zip(listed, editions(), strict=True)
        return month_index(month.key, (_indexed(*each, files.order.look) for each in both))

    files.write(f"search/{month.key}.js", listed, index)
    files.write(
        f"months/{month.key}.html",
        listed,
        lambda: files.fill("site-month.html", editions(), listed, month=month, root="../"),
    )


def _indexed(listed: Listed, edition: Edition, look: Look) -> Indexed:
    view = view_edition(edition, look)
    titles = ([block.text for block in entry.brief.blocks] for entry in view.entries)
    return Indexed(
        page=_page(listed),
        title=view.day.line + (f" · {view.name}" if view.name else ""),
        edition=edition,
        titles=tuple((first, others[0] if others else "") for first, *others in titles),
    )


def _write_first(
    newest: Sequence[Listed], months: Sequence[Month], archive: Archive, files: "_Files"
) -> None:
    keys = json.dumps([month.key for month in months])
    files.write("search/months.js", keys, lambda: f"digestMonths({keys});\n")

    def make() -> str:
        editions = [dated(archive, each).edition for each in newest]
        return files.fill("site-index.html", editions, newest, months=months, root="")

    files.write("index.html", [newest, months], make)


@dataclass(slots=True, kw_only=True)
class _Files:
    """The files of a site, each with a fingerprint of what it was made from."""

    order: SiteOrder
    style: str
    before: Mapping[str, str]
    made: dict[str, str] = field(default_factory=dict)
    written: int = 0

    @classmethod
    def open(cls, order: SiteOrder) -> "_Files":
        manifest = order.folder / _MANIFEST
        if not manifest.exists() and (order.folder / "index.html").exists():
            raise UsageError(
                f"{order.folder} has an index.html that is not of a site of digest.",
                hint="Choose a folder of its own for the site.",
            )
        with named_trouble(order.folder):
            for name in ("editions", "months", "search"):
                (order.folder / name).mkdir(parents=True, exist_ok=True)
        if not manifest.exists():  # from here on the folder is known to be ours
            write_file(manifest, b"{}\n")
        style = [__version__, order.title, repr(order.look)]
        for folder in order.templates.folders:
            style += [path.read_text(errors="replace") for path in sorted(folder.glob("*.*"))]
        return cls(order=order, style=_fingerprint(style), before=_read(manifest))

    def is_whole(self, listed: Listed, archive: Archive) -> bool:
        """Whether an edition can be read; that of a page that is there could be."""
        name = f"editions/{_page(listed)}"
        if name in self.before and (self.order.folder / name).exists():
            return True
        try:
            date.fromisoformat(listed.day)
            dated(archive, listed)
        except (ArchiveError, ValueError) as error:
            self.order.warn(str(error))
            return False
        return True

    def write(self, name: str, made_from: object, make: Callable[[], str]) -> None:
        """Write what `make` makes, unless the file was made from the same before."""
        mark = _fingerprint([self.style, repr(made_from)])
        path = self.order.folder / name
        if self.before.get(name) != mark or not path.exists():
            write_file(path, make().encode())
            self.written += 1
        self.made[name] = mark

    def fill(
        self, template: str, editions: Sequence[Edition], listed: Sequence[Listed], **values: object
    ) -> str:
        """A page with a list of editions."""
        press = Press(self.order.templates, editions)
        lines = tuple(
            _line(_page(each), view_edition(edition, self.order.look))
            for each, edition in zip(listed, editions, strict=True)
        )
        return press.fill(template, title=self.order.title, lines=lines, **values)  # type: ignore[arg-type]

    def finish(self) -> int:
        """Take away what is of no edition any more, and note what there is."""
        for name in self.before.keys() - self.made.keys():
            if _OURS.fullmatch(name):
                with named_trouble(self.order.folder / name):
                    (self.order.folder / name).unlink(missing_ok=True)
        data = json.dumps(self.made, indent=0, sort_keys=True).encode()
        if self.made != self.before:
            write_file(self.order.folder / _MANIFEST, data + b"\n")
        return self.written


def _line(page: str, view: EditionView) -> Line:
    entries = tuple(view.entries)
    return Line(
        page=page,
        edition=view,
        headlines=entries[:_HEADLINES],
        more=len(entries) - len(entries[:_HEADLINES]),
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
