"""What the program does between two mornings: keep what is new in the sources.

Sources and pages are read, and sentences translated, while nothing is locked.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from digest.archive.store import Archive
from digest.article import Article, Document
from digest.choosing import EVERYTHING
from digest.collection import read_collected
from digest.counting import counted
from digest.errors import INCOMPLETE, InputError
from digest.news import Complete, News, gather, keep_new
from digest.publish import tell_readings
from digest.sources.files import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectOrder:
    """What collecting is asked for: when it is, and for how many days what was delivered is kept.

    `updates` asks for items again whose text changed.
    """

    now: datetime
    keep_days: int
    updates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDesk:
    """What collecting works with: as a `Desk`, but it makes nothing.

    `translate` remembers the translation of documents, where that is wanted, and says whether there
    is one of every sentence.
    """

    archive: Callable[[], AbstractContextManager[Archive]]
    read: Callable[[], Readings]
    complete: Complete
    translate: Callable[[Sequence[Document]], bool] | None
    warn: Callable[[str], object]
    say: Callable[[str], object]


def collect(order: CollectOrder, desk: CollectDesk) -> int:
    """Keep what is new in the sources, then with its pages; the code of docs/exit-codes.md."""
    readings = desk.read()
    tell_readings(readings, desk.warn)
    with desk.archive() as archive:
        news = _gather(readings, archive, order, desk, {})
        new = keep_new(news, archive, now=order.now, warn=desk.warn)
        archive.note_collecting(now=order.now)
        archive.forget_collected(now=order.now, days=order.keep_days)
        waiting = archive.collected((spec.place for spec in readings.specs), waiting=True)
    if lacking := news.lacking(waiting):
        texts = desk.complete(lacking)
        with desk.archive() as archive:
            news = _gather(readings, archive, order, desk, texts)
            keep_new(news, archive, now=order.now, warn=desk.warn)
    desk.say(
        f"{counted(new, 'new item')}; {counted(len(waiting), 'waits', 'wait')} for an edition."
    )
    is_whole = True
    if desk.translate:
        with desk.archive() as archive:
            documents = read_collected(archive, waiting, desk.warn)
        is_whole = not documents or desk.translate(documents)
    code = _exit_code(readings.failures, readings.documents)
    return code if code or is_whole else INCOMPLETE


def _gather(
    readings: Readings,
    archive: Archive,
    order: CollectOrder,
    desk: CollectDesk,
    texts: Mapping[str, Article],
) -> News:
    """All that the sources gave: what is wanted of it is told when an edition is made."""
    return gather(
        readings,
        archive,
        choice=EVERYTHING,
        now=order.now,
        updates=order.updates,
        texts=texts,
        warn=desk.warn,
    )


def _exit_code(failures: Sequence[InputError], documents: Sequence[Document]) -> int:
    if not failures:
        return 0
    return INCOMPLETE if documents else failures[0].exit_code
