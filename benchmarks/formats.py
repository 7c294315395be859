"""How long each format takes for an edition of 200 items, and how large it becomes."""

import tempfile
import zlib
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Row, median
from digest.archive.store import Archive
from digest.config import PACKAGE
from digest.edition import Edition, Format
from digest.editions import stored
from digest.pipeline import EditionOptions, make_edition
from digest.rendering.documents import Making, make_document
from digest.rendering.environment import Templates
from digest.rendering.view import Look
from digest.site import SiteOrder, build_site
from digest.sources.wire import parse_wire
from tests.fakes import FakeEngine, translator

ITEMS = 200
DAYS = 60
_NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
_TEMPLATES = Templates(PACKAGE.parent / "templates")


def edition_of(items: int, day: date) -> Edition:
    """An edition of so many items of some 150 words, with different words for each date."""
    words = "minister brug kabinet rivier onderzoek gemeente oorlog rechter beurs woning".split()
    paragraphs = [
        f"Kop {number} van {day}\n"
        + " ".join(
            f"De {words[(number + at) % 10]} van {day.day} zegt {number * 15 + at} keer dat dit is."
            for at in range(13)
        )
        for number in range(items)
    ]
    return make_edition(
        [parse_wire(text, source="a.txt", as_of=_NOW) for text in paragraphs],
        options=EditionOptions(title="Nieuws", day=day),
        translate=translator(FakeEngine()),
        model=None,
    )


def formats(runs: int) -> list[Row]:
    """Seconds and kilobytes of each format, and of a site of past editions."""
    edition = edition_of(ITEMS, date(2026, 11, 22))
    making = Making(look=Look(), templates=_TEMPLATES, made=_NOW, warn=print)
    rows: list[Row] = []
    for form in Format:
        if form is not Format.EML:
            times, size = [], 0
            for _ in range(runs):
                started = perf_counter()
                size = sum(map(len, make_document(edition, form, making)))
                times.append(perf_counter() - started)
            rows.append(_row(form.value, ITEMS, median(times), size))
    return rows + _site()


def _row(what: str, items: int, seconds: float, size: int) -> Row:
    return {"format": what, "items": items, "seconds": round(seconds, 3), "kB": round(size / 1e3)}


def _site() -> list[Row]:
    """A site of sixty days with twenty items each: made, and made again with a day more."""
    days = [date(2026, 9, 1) + timedelta(days=number) for number in range(DAYS + 1)]
    with tempfile.TemporaryDirectory() as folder:
        order = SiteOrder(
            folder=Path(folder) / "site",
            title="Nieuws",
            look=Look(),
            templates=_TEMPLATES,
            warn=print,
        )
        with closing(Archive(Path(folder) / "archive.sqlite3")) as archive:
            rows = []
            for some, what in ((days[:-1], "site, new"), (days[-1:], "site, a day more")):
                archive.store([(stored(edition_of(20, day), _NOW), ()) for day in some])
                started = perf_counter()
                build_site(archive, order)
                seconds = perf_counter() - started
                index = b"".join(path.read_bytes() for path in order.folder.glob("search/2*.js"))
                packed = round(len(zlib.compress(index)) / 1e3)
                rows.append(_row(what, 20 * DAYS, seconds, len(index)) | {"kB, packed": packed})
    return rows
