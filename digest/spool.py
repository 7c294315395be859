"""What a backfill has read and done, in one SQLite file beside its editions.

Items wait in it for the edition of their day, their sentences for their translation, each once
over the whole corpus. Everything is noted in the transaction that did it, so that whatever is
killed goes on where it was; the memory that it takes does not grow with the corpus.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.errors import OutputError
from digest.private import make_private

_VERSION = 1
_SCHEMA = """
CREATE TABLE source (place TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    section TEXT NOT NULL,
    sources TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX item_by_day ON item (day, id);
CREATE TABLE segment (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    words INTEGER NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    failure TEXT NOT NULL DEFAULT ''
);
CREATE INDEX segment_by_state ON segment (model, words);
CREATE TABLE day (day TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
"""
"""`source.mark` says of which bytes a source was read. `segment.model` is the model that translated
a sentence, or that it made fail, with why. `day.mark` says what the edition of a day was made
of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledItem:
    """An item with the day of its edition; `document` is JSON, `segments` are its sentences."""

    identity: str
    day: str
    section: str
    source: str
    version: int
    document: str
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A sentence of the corpus, by its number."""

    id: int
    text: str
    words: int


class Spool:
    """The file of a backfill. Raises `OutputError` where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(path, timeout=10)
            make_private(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._connection.executescript(
                    f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
                )
        except (sqlite3.Error, OSError) as error:
            raise self._named(error) from error
        if version not in (0, _VERSION):
            raise OutputError(f"{path} was made by another version of digest.")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # What was read

    def is_read(self, place: str, mark: str) -> bool:
        """Whether a source was read as it is now."""
        return bool(self._select("SELECT 1 FROM source WHERE place = ? AND mark = ?", place, mark))

    def note_read(self, place: str, mark: str) -> None:
        """Note that a source was read whole."""
        self._write("INSERT OR REPLACE INTO source VALUES (?, ?)", [(place, mark)])

    def add(self, items: Iterable[SpooledItem]) -> int:
        """Keep items and their sentences; how many were not there yet.

        Of an item that is there the source is noted as one more, and a newer version takes its
        place.
        """
        new = 0
        with self._transaction():
            for item in items:
                cursor = self._connection.execute(
                    "INSERT OR IGNORE INTO item"
                    " (identity, day, section, sources, version, document)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        item.identity,
                        item.day,
                        item.section,
                        item.source,
                        item.version,
                        item.document,
                    ),
                )
                new += cursor.rowcount
                if not cursor.rowcount:
                    self._join(item)
                self._connection.executemany(
                    "INSERT OR IGNORE INTO segment (text, words) VALUES (?, ?)",
                    [(text, len(text.split())) for text in item.segments],
                )
        return new

    def _join(self, item: SpooledItem) -> None:
        self._connection.execute(
            "UPDATE item SET sources = sources || char(10) || ?1 WHERE identity = ?2"
            " AND instr(char(10) || sources || char(10), char(10) || ?1 || char(10)) = 0",
            (item.source, item.identity),
        )
        self._connection.execute(
            "UPDATE item SET version = ?1, document = ?2 WHERE identity = ?3 AND version < ?1",
            (item.version, item.document, item.identity),
        )

    # What is translated

    def waiting(self, model: str) -> tuple[int, int]:
        """How many sentences wait for this model, of how many there are."""
        ((total, done),) = self._select("SELECT count(*), total(model = ?) FROM segment", model)
        return total - int(done), total

    def next_waiting(self, model: str, after: Segment | None, count: int) -> tuple[Segment, ...]:
        """The next of those that wait, the longest first."""
        words, number = (after.words, after.id) if after else (1 << 62, 0)
        rows = self._select(
            "SELECT id, text, words FROM segment WHERE model <> ?1"
            " AND (words < ?2 OR (words = ?2 AND id > ?3)) ORDER BY words DESC, id LIMIT ?4",
            model,
            words,
            number,
            count,
        )
        return tuple(Segment(id=number, text=text, words=words) for number, text, words in rows)

    def note_done(self, segments: Iterable[Segment], model: str, failure: str = "") -> None:
        """Note that sentences are translated, or why they cannot be."""
        self._write(
            "UPDATE segment SET model = ?, failure = ? WHERE id = ?",
            [(model, failure, segment.id) for segment in segments],
        )

    def failed(self, texts: Sequence[str]) -> dict[str, str]:
        """Those of the sentences that made the model fail, with why."""
        found: dict[str, str] = {}
        for start in range(0, len(texts), _AT_ONCE):
            some = texts[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found |= dict(
                self._select(
                    f"SELECT text, failure FROM segment WHERE failure <> '' AND text IN ({marks})",  # noqa: S608 - marks only
                    *some,
                )
            )
        return found

    # What is published

    def days(self) -> tuple[tuple[str, int, int], ...]:
        """Each day with the number of its items and of the newest one, the first day first."""
        return tuple(
            self._select("SELECT day, count(*), max(id) FROM item GROUP BY day ORDER BY day")
        )

    def items_of(self, day: str) -> Iterator[tuple[str, str]]:
        """The items of a day and their sources, as an edition has them: by section."""
        rows = self._connection.execute(
            "SELECT document, sources FROM item JOIN ("
            " SELECT section AS name, min(id) AS first FROM item WHERE day = ?1 GROUP BY section"
            ") ON name = section WHERE day = ?1 ORDER BY first, id",
            (day,),
        )
        for document, sources in rows:
            yield document, ", ".join(sources.splitlines())

    def is_published(self, day: str, mark: str) -> bool:
        """Whether the edition of a day was made of just this."""
        return bool(self._select("SELECT 1 FROM day WHERE day = ? AND mark = ?", day, mark))

    def note_published(self, day: str, mark: str) -> None:
        """Note what the edition of a day was made of."""
        self._write("INSERT OR REPLACE INTO day VALUES (?, ?)", [(day, mark)])

    def _select(self, query: str, *values: object) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._named(error) from error

    def _write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self._transaction():
            self._connection.executemany(statement, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.Error as error:
            raise self._named(error) from error

    def _named(self, error: Exception) -> OutputError:
        return OutputError(f"{self._path} cannot be used: {error}.")


_AT_ONCE = 500
