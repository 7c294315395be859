"""The translation memory: segments that a model has translated before, in SQLite.

Its key is the model (name, version, digest of its weights), the options that decide what it
says, and the text that the engine was given, with its glosses where it had some. Beside a
translation stands which of its meanings are missing, and what decided that; the glosses of a
segment are kept by the word list that they come from. Every batch is its own transaction in WAL
mode, so that a killed run loses the batch in flight and two runs at once do not disturb each
other. A damaged file is set aside and a new one begun; a memory that cannot be used never stops
an edition.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.edition import Gloss
from digest.errors import OutputError
from digest.lexicon.meaning import Missing
from digest.private import private_file, private_folder
from digest.translation.engine import Hypothesis, Model

_SCHEMA = """
CREATE TABLE IF NOT EXISTS translation (
    model TEXT NOT NULL,
    options TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    score REAL NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (model, options, source)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS translation_used ON translation (used);
"""
_CHECKED = """
ALTER TABLE translation ADD COLUMN checked TEXT NOT NULL DEFAULT '';
ALTER TABLE translation ADD COLUMN missing TEXT NOT NULL DEFAULT '[]';
CREATE TABLE gloss (
    words TEXT NOT NULL,
    source TEXT NOT NULL,
    glosses TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (words, source)
) WITHOUT ROWID;
CREATE INDEX gloss_used ON gloss (used);
"""
_MIGRATIONS = (_SCHEMA, _CHECKED)
"""What makes each version of the file out of the one before; an empty file is version 0."""
_WAIT_SECONDS = 10
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A finished translation, the words whose meaning it misses, and what decided that."""

    hypothesis: Hypothesis
    checked: str = ""
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySettings:
    """Where the memory is and how long it keeps what nobody asks for.

    What is not `kept` is in a file without a name instead, and gone with the process.
    `today` is a day number (`date.toordinal`); `days` is how many days an unused segment
    stays, 0 for ever.
    """

    path: Path
    today: int
    days: int
    kept: bool = True


class TranslationMemory:
    """What one model has translated with one set of options."""

    def __init__(
        self,
        settings: MemorySettings,
        *,
        model: Model,
        options: str,
        warn: Callable[[str], object],
    ) -> None:
        self._settings = settings
        self._key = (f"{model.name} {model.version} {model.digest}", options)
        self._warn = warn
        self._connection = self._open()

    def recall(self, prompts: Sequence[str]) -> Mapping[str, Remembered]:
        """What is remembered, by what the engine was given; it counts as used today."""
        found: dict[str, Remembered] = {}

        def look(connection: sqlite3.Connection) -> None:
            for chunk, marks in _chunks(prompts):
                rows = connection.execute(
                    "SELECT source, target, score, checked, missing FROM translation"  # noqa: S608 - marks only
                    f" WHERE model = ? AND options = ? AND source IN ({marks})",
                    (*self._key, *chunk),
                )
                for source, *values in rows:
                    with contextlib.suppress(*_UNSOUND):
                        found[source] = _remembered(*values)
            connection.executemany(
                "UPDATE translation SET used = ?"
                " WHERE model = ? AND options = ? AND source = ? AND used <> ?",
                [
                    (self._settings.today, *self._key, source, self._settings.today)
                    for source in found
                ],
            )

        self._transact(look)
        return found

    def remember(self, translations: Iterable[tuple[str, Remembered]]) -> None:
        """Keep finished translations, all in one transaction."""
        rows = [
            (
                *self._key,
                prompt,
                kept.hypothesis.text,
                kept.hypothesis.score,
                self._settings.today,
                kept.checked,
                json.dumps([[*_values(lost.gloss), lost.odds, lost.loss] for lost in kept.missing]),
            )
            for prompt, kept in translations
        ]
        self._transact(
            lambda connection: connection.executemany(
                "INSERT OR REPLACE INTO translation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )
        )

    def recall_glosses(self, words: str, texts: Sequence[str]) -> Mapping[str, tuple[Gloss, ...]]:
        """The glosses of these texts, as the word list `words` has them."""
        found: dict[str, tuple[Gloss, ...]] = {}

        def look(connection: sqlite3.Connection) -> None:
            for chunk, marks in _chunks(texts):
                rows = connection.execute(
                    "SELECT source, glosses FROM gloss"  # noqa: S608 - marks only
                    f" WHERE words = ? AND source IN ({marks})",
                    (words, *chunk),
                )
                for source, glosses in rows:
                    with contextlib.suppress(*_UNSOUND):
                        found[source] = tuple(_gloss(*values) for values in json.loads(glosses))
            connection.executemany(
                "UPDATE gloss SET used = ? WHERE words = ? AND source = ? AND used <> ?",
                [(self._settings.today, words, text, self._settings.today) for text in found],
            )

        self._transact(look)
        return found

    def remember_glosses(self, words: str, glosses: Mapping[str, tuple[Gloss, ...]]) -> None:
        """Keep the glosses of texts, all in one transaction."""
        rows = [
            (words, text, json.dumps(list(map(_values, found))), self._settings.today)
            for text, found in glosses.items()
        ]
        self._transact(
            lambda connection: connection.executemany(
                "INSERT OR REPLACE INTO gloss VALUES (?, ?, ?, ?)", rows
            )
        )

    def close(self) -> None:
        """Drop what has not been used for too long, and close the file."""
        if self._settings.days:
            oldest = self._settings.today - self._settings.days
            for table in ("translation", "gloss"):
                self._forget(table, oldest)
        if self._connection:
            self._connection.close()
            self._connection = None

    def _forget(self, table: str, oldest: int) -> None:
        self._transact(
            lambda connection: connection.execute(
                f"DELETE FROM {table} WHERE used < ?",  # noqa: S608 - a name of ours
                (oldest,),
            )
        )

    def _transact(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do the work in a transaction; a damaged file is replaced, and the work done anew."""
        for _ in range(2):
            if self._connection is None:
                return
            try:
                with self._connection:
                    work(self._connection)
            except sqlite3.OperationalError as error:
                self._connection.close()
                self._give_up(f"{error}")
            except sqlite3.DatabaseError as error:
                self._connection.close()
                if self._settings.kept:
                    self._set_aside(error)
                self._connection = self._open()
            else:
                return

    def _open(self) -> sqlite3.Connection | None:
        path = self._settings.path
        try:
            if not self._settings.kept:
                return _connect("")
            private_folder(path.parent)
            private_file(path)
            try:
                return _connect(path)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                self._set_aside(error)
                private_file(path)
                return _connect(path)
        except (OSError, sqlite3.Error, OutputError) as error:
            self._give_up(f"{error}".rstrip("."))
            return None

    def _give_up(self, reason: str) -> None:
        where = self._settings.path if self._settings.kept else "of this run"
        self._warn(f"The memory {where} is not used: {reason}.")
        self._connection = None

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        path = self._settings.path
        aside = path.with_name(f"{path.name}.damaged")
        path.replace(aside)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        self._warn(
            f"The memory {path} is damaged ({error}); it is now {aside.name}, a new one begins."
        )


def count_segments(path: Path) -> int | None:
    """How many segments are remembered; None when the file is damaged."""
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as connection:
            (state,) = connection.execute("PRAGMA quick_check").fetchone()
            (count,) = connection.execute("SELECT count(*) FROM translation").fetchone()
            return int(count) if state == "ok" else None
    except sqlite3.DatabaseError:
        return None


def _connect(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with closing(connection.execute("PRAGMA user_version")) as cursor:
            (version,) = cursor.fetchone()
        _check_version(version)
        for number, migration in enumerate(_MIGRATIONS[version:], version + 1):
            _migrate(connection, migration, number)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(version: int) -> None:
    if not 0 <= version <= len(_MIGRATIONS):
        raise sqlite3.OperationalError(f"it is of version {version}, made by a newer digest")


def _migrate(connection: sqlite3.Connection, migration: str, number: int) -> None:
    """One step, in a transaction; another process may have made it in the meantime."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        with closing(connection.execute("PRAGMA user_version")) as cursor:
            (version,) = cursor.fetchone()
        if version < number:
            for statement in filter(str.strip, migration.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _chunks(keys: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """Keys in pieces that one query can take, each with its marks."""
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        yield chunk, ",".join("?" * len(chunk))


_UNSOUND = (TypeError, ValueError, RecursionError)
"""What a damaged row raises; it counts as not remembered."""


def _remembered(target: Any, score: Any, checked: Any, missing: Any) -> Remembered:
    """A row of the file. Raises `TypeError` or `ValueError` where it is damaged."""
    if not isinstance(target, str) or not isinstance(score, float) or not isinstance(checked, str):
        raise TypeError(target)
    return Remembered(
        hypothesis=Hypothesis(text=target, score=score), checked=checked, missing=_missing(missing)
    )


def _values(gloss: Gloss) -> list[Any]:
    return [gloss.start, gloss.end, gloss.head, list(gloss.meanings)]


def _gloss(start: int, end: int, head: str, meanings: list[str]) -> Gloss:
    """A gloss as it is kept. Raises `TypeError` where it is damaged."""
    texts = all(isinstance(text, str) for text in (head, *meanings))
    if type(start) is not int or type(end) is not int or not texts:
        raise TypeError(head)
    return Gloss(start=start, end=end, head=head, meanings=tuple(meanings))


def _missing(text: str) -> tuple[Missing, ...]:
    return tuple(Missing(_gloss(*values), odds, loss) for *values, odds, loss in json.loads(text))
