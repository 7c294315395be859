"""How long suspicious input takes, doubled and doubled again: all that looks at text is linear."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from types import FrameType

from benchmarks.measure import Row
from digest.config import PACKAGE
from digest.edition import Format
from digest.errors import InputError
from digest.lexicon.numbers import Language, find_numbers
from digest.pipeline import EditionOptions, make_edition
from digest.rendering.environment import Templates, render
from digest.rendering.view import Look
from digest.sources.agency import parse_agency
from digest.sources.blocks import read_blocks
from digest.sources.feed import parse_feed
from digest.sources.mail import parse_mail
from digest.sources.wire import parse_wire
from digest.splitter import split_sentences
from digest.translation.checks import check_segment
from digest.translation.shield import shield
from tests.fakes import FakeEngine, translator

SIZES = tuple(1_000_000 >> shift for shift in range(3, -1, -1))
"""Characters: 125,000 and three doublings."""

_MOST_SECONDS = 120
_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_UNITS = (
    *["a", "A", "1", "1.", "1 ", "A. ", "A/", "A/A/"],
    *["a-", ".", "?!", "&", "&a", "<", "<a ", "<!--"],
    *["</", "<svg>", "<b></p>", "<![", "`", "_", "@a", "http://"],
    *["www.", '"', '. "', "(", "een ", "een, ", "een twee ", "Aa van de "],
    *["1.1.1. ", "twaalf-", "12:", "\n", "A\n", "9p.m ", "a a\n", "20 minuten geleden "],
    *["KIEV (ANP) - ", "Lees ook: a\n", "🙂", "\u202e", "x@"],
    *[f"{'De minister heeft de Kamer laten weten dat het plan goed is.':60}-\n", "***\n\n"],
    *["18.30 uur: a. ", "12.40 u.\n", "22 november\n", "1. a, ", ",,", "’s-A ", "&amp;"],
    *["<h2>a</h2>", "<a href=x>a</a> ", "> ", "Van: a\n", "** a\n", "<b>a<br>", "a: b | "],
    *["<b>", "<p>", "<table><tr><td>", "<q>a", "<blockquote>", "<li>", "<sup>1", "<br>", "<i a=b "],
)  # fmt: skip


def linear() -> list[Row]:
    """For each step the input that is slowest at a megabyte, and the one that grows most."""
    return [row for name, step in _STEPS.items() for row in _rows(name, step)]


def _rows(name: str, step: Callable[[str], object]) -> Iterator[Row]:
    times = {unit: [_seconds(step, (unit * size)[:size]) for size in SIZES] for unit in _UNITS}
    slowest = max(times, key=lambda unit: times[unit][-1])
    steepest = max(times, key=lambda unit: _growth(times[unit]))
    for what, unit in (("slowest", slowest), ("steepest", steepest)):
        row: Row = {"step": name, "": what, "input": repr(unit)[1:-1]}
        row |= {
            f"{size // 1000} kB": round(each, 2)
            for size, each in zip(SIZES, times[unit], strict=True)
        }
        yield row | {"growth a doubling": round(_growth(times[unit]), 2)}


def _growth(times: list[float]) -> float:
    """How much longer the last doubling took; what takes no time does not count."""
    return times[-1] / times[-2] if times[-1] > 0.05 and times[-2] > 0 else 0.0  # noqa: PLR2004 - of a second


def _seconds(step: Callable[[str], object], text: str) -> float:
    """Processor seconds, or infinity where it takes too long."""
    began = time.process_time()
    with _alarm() as late:
        step(text)
    return float("inf") if late else time.process_time() - began


@contextmanager
def _alarm() -> Iterator[list[bool]]:
    late: list[bool] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        late.append(True)
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _MOST_SECONDS)
    try:
        yield late
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _feed(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    feed = f"<rss version='2.0'><channel><item><title>x</title><description>{escaped}"
    data = f"{feed}</description></item></channel></rss>".encode()
    parse_feed(data, source="x", as_of=_NOW, zone=UTC, problems=[])


def _mail(text: str) -> None:
    """A newsletter in HTML and in plain text."""
    head = (
        "From: a@x.nl\nSubject: Kop\nDate: Sun, 22 Nov 2026 07:05:00 +0100\nMessage-ID: <1@x.nl>\n"
    )
    for kind in ("html", "plain"):
        data = f"{head}Content-Type: text/{kind}; charset=utf-8\n\nKop van de brief\n\n{text}"
        with suppress(InputError):
            parse_mail(data.encode(errors="replace"), source="x", as_of=_NOW, zone=UTC)


def _agency(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    body = f"<body.content><p>{escaped}</p></body.content>"
    data = f"<nitf><body><body.head><hl1>Kop</hl1></body.head>{body}</body></nitf>"
    with suppress(InputError):
        parse_agency(data.encode(errors="replace"), source="x", as_of=_NOW, zone=UTC, problems=[])


def _edition(text: str) -> None:
    """Parse, split, shield, translate with an engine that takes no time, check, render."""
    document = parse_wire(f"Kop\n{text}\n", source="x", as_of=_NOW)
    edition = make_edition(
        [document],
        options=EditionOptions(title="T", day=date(2026, 11, 22)),
        translate=translator(FakeEngine()),
        model=None,
    )
    render(edition, Format.TEXT, Look(), Templates(PACKAGE.parent / "templates"))


_STEPS: dict[str, Callable[[str], object]] = {
    "wire copy": lambda text: parse_wire(text, source="x", as_of=_NOW),
    "feed": _feed,
    "HTML": read_blocks,
    "mail": _mail,
    "agency": _agency,
    "sentences": split_sentences,
    "shield": shield,
    "numbers": lambda text: find_numbers(text, Language.DUTCH),
    "checks": lambda text: check_segment(text, text),
    "an edition": _edition,
}
