"""Years of articles into editions by date: read, translate on many processors, publish.

Nothing grows with the corpus but the spool on disk, and whatever is killed goes on where it was:
what was read is in the spool, what was translated in the translation memory, what was published in
its file.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import chain
from pathlib import Path
from typing import Protocol

from digest.article import Article, Document, Item, Status, is_news
from digest.cluster import Cluster, Died
from digest.collection import kept_from_text, kept_text
from digest.delivery.output import hold, write_file
from digest.edition import Edition, Flag, Format, Sentence
from digest.errors import InputError, ModelError
from digest.identity import identity
from digest.pipeline import item_segments
from digest.progress import Progress
from digest.shelf import pick, shelve
from digest.sources.files import Stream
from digest.spool import Segment, Spool, SpooledItem
from digest.translation.tasks import Answers, Recipe, keep_answers
from digest.translation.translate import Memory

TASK_SECONDS = 60.0
"""So long a task is meant to take: what is lost with a worker is no more than that."""
_FIRST_WORDS = 300
_MOST_SEGMENTS = 500
_FEWEST_SEGMENTS = 16
_AHEAD = 2
"""So many tasks wait for each worker, so that none is idle while answers are kept."""
_SPOOLED_AT_ONCE = 500
ENDINGS = {
    Format.TEXT: ".txt",
    Format.HTML: ".html",
    Format.WEB: ".web.html",
    Format.MD: ".md",
    Format.JSON: ".json",
    Format.JSONL: ".jsonl",
    Format.ATOM: ".atom",
    Format.JSONFEED: ".feed.json",
    Format.EPUB: ".epub",
}
"""What the file of a day ends in, by its format."""


class Translate(Protocol):
    """Translates segments, all of which are remembered."""

    def __call__(self, segments: Iterable[str]) -> Mapping[str, Sentence]:
        """The translation of every segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOrder:
    """What a backfill is asked for: editions of the days from `first` to `last` in `folder`.

    `style` is all that decides how they look: with another one they are made anew. Days are those
    of `zone`.
    """

    folder: Path
    formats: tuple[Format, ...]
    style: str
    zone: tzinfo
    first: date = date.min
    last: date = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillDesk:
    """What a backfill works with.

    `streams` gives what the sources have, `cluster` one that is to be entered, `make` makes an
    edition of documents with a translation, `render` a document of it in a format. `reading`,
    `translating` and `publishing` are told how far it is.
    """

    streams: Callable[[list[InputError]], Iterator[Stream]]
    cluster: Callable[[], Cluster]
    recipe: Recipe
    memory: Memory
    translate: Translate
    make: Callable[[date, Iterable[Document], Translate], Edition]
    render: Callable[[Edition, Format], Iterable[bytes]]
    reading: Progress
    translating: Progress
    publishing: Progress


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of it: items read that were new, sentences translated, days made; what failed."""

    items: int = 0
    sentences: int = 0
    days: int = 0
    failures: list[InputError] = field(default_factory=list)
    failed: int = 0


def backfill(order: BackfillOrder, desk: BackfillDesk, spool: Spool) -> Report:
    """Read what is new, translate what is not yet, and publish the days that have changed."""
    report = Report()
    _read(order, desk, spool, report)
    model = _model_key(desk.recipe)
    if spool.waiting(model)[0]:
        with desk.cluster() as cluster:
            _translate(cluster, desk, spool, model, report)
    _publish(order, desk, spool, model, report)
    return report


def _read(order: BackfillOrder, desk: BackfillDesk, spool: Spool, report: Report) -> None:
    for number, stream in enumerate(desk.streams(report.failures)):
        if stream.mark and spool.is_read(stream.place, stream.mark):
            continue
        desk.reading(number, 0, stream.place)
        try:
            for document in stream.documents:
                report.items += spool.add(_spooled(document, order.zone))
        except InputError as error:
            report.failures.append(error)
            continue
        if stream.mark:
            spool.note_read(stream.place, stream.mark)
    desk.reading(1, 1, "")


def _spooled(document: Document, zone: tzinfo) -> Iterator[SpooledItem]:
    for item in document.items:
        if not is_news(item) or _is_withdrawn(item):
            continue
        at = item.published.at if item.published else document.as_of
        name = identity(item)
        yield SpooledItem(
            identity=name,
            day=at.astimezone(zone).date().isoformat(),
            section=item.section.name if item.section else "",
            source=document.source,
            version=item.version if isinstance(item, Article) else 0,
            document=kept_text(item, name, document, ""),
            segments=tuple(item_segments(item)),
        )


def _is_withdrawn(item: Item) -> bool:
    return isinstance(item, Article) and item.origin.status is Status.WITHDRAWN


def _model_key(recipe: Recipe) -> str:
    """What a sentence was translated with."""
    return hashlib.sha256(repr(recipe).encode()).hexdigest()[:24]


def _translate(
    cluster: Cluster, desk: BackfillDesk, spool: Spool, model: str, report: Report
) -> None:
    """Let the workers translate what waits, and keep the answers, in order and in one place.

    A task that workers die of is halved, until what they die of is alone: that is noted as failed.
    """
    left, total = spool.waiting(model)
    words_each = float(_FIRST_WORDS)
    waiting = _Waiting(spool, model, left)
    running: deque[tuple[tuple[Segment, ...], object]] = deque()
    again: list[tuple[Segment, ...]] = []
    desk.translating(total - left, total, "")
    while True:
        while len(running) < _AHEAD * cluster.workers:
            share = waiting.left // (_AHEAD * cluster.workers)
            task = again.pop() if again else waiting.take(words_each, share)
            if not task:
                break
            running.append((task, cluster.submit([segment.text for segment in task])))
        if not running:
            return
        task, future = running.popleft()
        try:
            answers = cluster.answer(future)
        except (Died, ModelError) as error:
            if len(task) > 1:
                middle = len(task) // 2
                again += [task[middle:], task[:middle]]
            else:
                spool.note_done(task, model, failure=str(error) or type(error).__name__)
                report.failed += 1
            continue
        keep_answers(answers, desk.memory, desk.recipe.words)
        spool.note_done(task, model)
        report.sentences += len(task)
        left -= len(task)
        words_each = _paced(task, answers)
        desk.translating(total - left, total, task[0].text)


def _paced(task: Sequence[Segment], answers: Answers) -> float:
    """How many words a task should have, from how long one took."""
    words = sum(segment.words for segment in task) or 1
    return max(1.0, words / max(answers.seconds, 0.01) * TASK_SECONDS)


@dataclass(slots=True)
class _Waiting:
    """What waits to be translated, the longest first, so that tasks are even.

    `left` counts what no task has yet.
    """

    spool: Spool
    model: str
    left: int
    after: Segment | None = None
    buffered: deque[Segment] = field(default_factory=deque)

    def take(self, words: float, share: int) -> tuple[Segment, ...]:
        """The next task, of about so many words, and no more than a `share`; empty at the end."""
        task: list[Segment] = []
        most = min(_MOST_SEGMENTS, max(_FEWEST_SEGMENTS, share))
        while words > 0 and len(task) < most:
            if not self.buffered:
                self.buffered.extend(self.spool.next_waiting(self.model, self.after, 1000))
                if not self.buffered:
                    break
            segment = self.buffered.popleft()
            self.after = segment
            task.append(segment)
            words -= max(segment.words, 1)
        self.left -= len(task)
        return tuple(task)


def _publish(
    order: BackfillOrder, desk: BackfillDesk, spool: Spool, model: str, report: Report
) -> None:
    """Write the files of the days of which something is new."""
    days = [
        each for each in spool.days() if order.first <= date.fromisoformat(each[0]) <= order.last
    ]
    for number, (day, items, newest) in enumerate(days):
        desk.publishing(number, len(days), day)
        mark = hashlib.sha256(repr((items, newest, model, order.style)).encode()).hexdigest()[:24]
        paths = {form: order.folder / f"{day}{ENDINGS[form]}" for form in order.formats}
        if spool.is_published(day, mark) and all(path.exists() for path in paths.values()):
            continue
        edition = desk.make(
            date.fromisoformat(day), _documents(spool, day), _Remembering(desk, spool)
        )
        documents = {form: hold(desk.render(edition, form)) for form in order.formats}
        for form, document in documents.items():
            write_file(paths[form], document)
        spool.note_published(day, mark)
        report.days += 1
    desk.publishing(len(days), len(days), "")


def _documents(spool: Spool, day: str) -> Iterator[Document]:
    """The items of a day as documents, one for each source, in the order of the spool."""
    rows = shelve(spool.items_of(day))
    places: dict[str, list[int]] = {}
    for place, (_, source) in enumerate(rows):
        places.setdefault(source, []).append(place)
    for source, own in places.items():
        kept = (kept_from_text(text) for text, _ in pick(rows, own))
        first = next(kept)
        items = (each.item for each in chain([first], kept))
        parts = shelve(item for item in items if item)
        yield Document(source=source, as_of=first.as_of, text="", parts=parts)


@dataclass(frozen=True, slots=True)
class _Remembering:
    """Translates what is remembered; what made the model fail stays untranslated and is marked."""

    desk: BackfillDesk
    spool: Spool

    def __call__(self, segments: Iterable[str]) -> Mapping[str, Sentence]:
        texts = tuple(dict.fromkeys(segments))
        failed = self.spool.failed(texts)
        found = dict(self.desk.translate(text for text in texts if text not in failed))
        untranslated = {
            text: Sentence(dutch=text, english="", flags=(Flag.EMPTY,)) for text in failed
        }
        return found | untranslated


def write_failures(path: Path, report: Report) -> None:
    """What could not be read, as JSON Lines; no file where everything could."""
    if not report.failures:
        path.unlink(missing_ok=True)
        return
    lines = (
        json.dumps({"source": each.source, "reason": each.reason}, ensure_ascii=False)
        for each in report.failures
    )
    write_file(path, ("\n".join(lines) + "\n").encode())
