"""The translation memory: segments that a model has translated before, in SQLite.

Its key is the model (name, version, digest of its weights), the options that decide what it
says, and the segment. Every batch is its own transaction in WAL mode, so that a killed run
loses the batch in flight and two runs at once do not disturb each other. A damaged file is
set aside and a new one begun; a memory that cannot be used never stops an edition.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

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
_VERSION = 1
_WAIT_SECONDS = 10
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySettings:
    """Where the memory is and how long it keeps what nobody asks for.

    `today` is a day number (`date.toordinal`); `days` is how many days an unused segment
    stays, 0 for ever.
    """

    path: Path
    today: int
    days: int


class TranslationMemory:
    """What one model has translated with one set of options."""

    def __init__(
        self,
        settings: MemorySettings,
        *,
        model: Model,
        options: str,
        warn: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._key = (f"{model.name} {model.version} {model.digest}", options)
        self._warn = warn
        self._connection = self._open()

    def recall(self, segments: Sequence[str]) -> Mapping[str, Hypothesis]:
        """What is remembered of these segments, by segment; they count as used today."""
        found: dict[str, Hypothesis] = {}

        def look(connection: sqlite3.Connection) -> None:
            for start in range(0, len(segments), _CHUNK):
                chunk = segments[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                rows = connection.execute(
                    "SELECT source, target, score FROM translation"  # noqa: S608 - marks only
                    f" WHERE model = ? AND options = ? AND source IN ({marks})",
                    (*self._key, *chunk),
                )
                found.update(
                    (source, Hypothesis(text=target, score=score)) for source, target, score in rows
                )
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

    def remember(self, translations: Iterable[tuple[str, Hypothesis]]) -> None:
        """Keep finished translations, all in one transaction."""
        rows = [
            (*self._key, source, hypothesis.text, hypothesis.score, self._settings.today)
            for source, hypothesis in translations
        ]
        self._transact(
            lambda connection: connection.executemany(
                "INSERT OR REPLACE INTO translation VALUES (?, ?, ?, ?, ?, ?)", rows
            )
        )

    def close(self) -> None:
        """Drop what has not been used for too long, and close the file."""
        if self._settings.days:
            oldest = self._settings.today - self._settings.days
            self._transact(
                lambda connection: connection.execute(
                    "DELETE FROM translation WHERE used < ?", (oldest,)
                )
            )
        if self._connection:
            self._connection.close()
            self._connection = None

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
                self._set_aside(error)
                self._connection = self._open()
            else:
                return

    def _open(self) -> sqlite3.Connection | None:
        path = self._settings.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return _connect(path)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                self._set_aside(error)
                return _connect(path)
        except (OSError, sqlite3.Error) as error:
            self._give_up(f"{error}")
            return None

    def _give_up(self, reason: str) -> None:
        self._warn(f"The memory {self._settings.path} is not used: {reason}.")
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


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with closing(connection.execute("PRAGMA user_version")) as cursor:
            (version,) = cursor.fetchone()
        _check_version(version)
        if version == 0:
            with connection:
                connection.executescript(_SCHEMA)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(version: int) -> None:
    if version not in (0, _VERSION):
        raise sqlite3.OperationalError(f"it is of version {version}, made by a newer digest")
