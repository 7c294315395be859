"""The archive in SQLite: editions, messages on their way, and which items were delivered.

An edition and its messages are stored in one transaction before anything is sent. A
message is `queued`, `sending` while nobody can know, then `sent` or `refused`; its items
count as seen in the transaction that makes it `sent`. So a run that is killed anywhere
loses nothing and sends nothing twice.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from digest.errors import ArchiveError

_VERSION = 1
_WAIT_SECONDS = 10
_SCHEMA = """
CREATE TABLE edition (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    title TEXT NOT NULL,
    created TEXT NOT NULL,
    items INTEGER NOT NULL,
    document BLOB NOT NULL
);
CREATE TABLE item (
    edition INTEGER NOT NULL REFERENCES edition (id),
    identity TEXT NOT NULL,
    PRIMARY KEY (edition, identity)
) WITHOUT ROWID;
CREATE TABLE seen (identity TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES edition (id),
    day TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'refused')),
    reason TEXT NOT NULL DEFAULT '',
    changed TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX message_by_day ON message (day, recipient);
CREATE VIRTUAL TABLE search USING fts5 (
    dutch, english, edition UNINDEXED, number UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2"
);
"""


class State(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An item of an edition: its identity, number, and its text in both languages."""

    identity: str
    number: int
    dutch: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdition:
    """An edition as it was made: `document` is its JSON."""

    day: date
    title: str
    created: datetime
    document: str
    items: tuple[StoredItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """A message of an edition to one recipient."""

    sender: str
    recipient: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message in the archive."""

    id: int
    edition: int
    sender: str
    recipient: str
    state: State
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A line of the history."""

    id: int
    day: date
    title: str
    items: int
    delivered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An item that a search found, with the words marked by square brackets."""

    edition: int
    day: date
    number: int
    dutch: str
    english: str


class Archive:
    """The archive in one file. All methods raise `ArchiveError` when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._named():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        with closing(self._connection.execute("PRAGMA user_version")) as cursor:
            (version,) = cursor.fetchone()
        if version > _VERSION:
            raise ArchiveError(f"The archive {self._path} was made by a newer digest.")
        if version == 0:
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def unseen(self, identities: Iterable[str]) -> set[str]:
        """Those of the items that were never delivered."""
        wanted = set(identities)
        with self._named():
            rows = self._connection.execute("SELECT identity FROM seen")
            return wanted - {identity for (identity,) in rows}

    def waiting(self) -> set[str]:
        """The items of messages that are still to be sent: not seen yet, but on their way."""
        with self._named():
            rows = self._connection.execute(
                "SELECT identity FROM item JOIN message ON message.edition = item.edition"
                " WHERE message.state = 'queued'"
            )
            return {identity for (identity,) in rows}

    def mark_seen(self, identities: Iterable[str], *, now: datetime) -> None:
        """Count items as delivered."""
        with self._transaction():
            self._mark(identities, now)

    def store(self, edition: StoredEdition, messages: Sequence[QueuedMessage]) -> int:
        """Keep an edition and put its messages into the outbox, all or nothing."""
        with self._transaction():
            cursor = self._connection.execute(
                "INSERT INTO edition (day, title, created, items, document) VALUES (?, ?, ?, ?, ?)",
                (
                    edition.day.isoformat(),
                    edition.title,
                    edition.created.isoformat(),
                    len(edition.items),
                    zlib.compress(edition.document.encode()),
                ),
            )
            number = cursor.lastrowid
            assert number is not None
            self._connection.executemany(
                "INSERT OR IGNORE INTO item VALUES (?, ?)",
                [(number, item.identity) for item in edition.items],
            )
            self._connection.executemany(
                "INSERT INTO search (dutch, english, edition, number) VALUES (?, ?, ?, ?)",
                [(item.dutch, item.english, number, item.number) for item in edition.items],
            )
            self._connection.executemany(
                "INSERT INTO message (edition, day, sender, recipient, state, changed, data)"
                " VALUES (?, ?, ?, ?, 'queued', ?, ?)",
                [
                    (
                        number,
                        edition.day.isoformat(),
                        message.sender,
                        message.recipient,
                        edition.created.isoformat(),
                        zlib.compress(message.data),
                    )
                    for message in messages
                ],
            )
        return number

    def deliver(self, edition: int, *, now: datetime) -> None:
        """Count the items of an edition as delivered, other than by mail."""
        with self._transaction():
            self._mark(self._items(edition), now)

    def outbox(self, *states: State) -> tuple[StoredMessage, ...]:
        """Messages in these states, the oldest first."""
        marks = ",".join("?" * len(states))
        with self._named():
            rows = self._connection.execute(
                "SELECT id, edition, sender, recipient, state, data FROM message"  # noqa: S608 - marks only
                f" WHERE state IN ({marks}) ORDER BY id",
                states,
            )
            return tuple(
                StoredMessage(
                    id=number,
                    edition=edition,
                    sender=sender,
                    recipient=recipient,
                    state=State(state),
                    data=zlib.decompress(data),
                )
                for number, edition, sender, recipient, state, data in rows
            )

    def states(self, day: date, recipient: str) -> tuple[State, ...]:
        """The states of all messages for a date and recipient."""
        with self._named():
            rows = self._connection.execute(
                "SELECT state FROM message WHERE day = ? AND recipient = ?",
                (day.isoformat(), recipient),
            )
            return tuple(State(state) for (state,) in rows)

    def move(self, message: StoredMessage, state: State, *, reason: str, now: datetime) -> None:
        """Note where a message is; `sent` makes the items of its edition seen."""
        with self._transaction():
            self._connection.execute(
                "UPDATE message SET state = ?, reason = ?, changed = ? WHERE id = ?",
                (state, reason, now.isoformat(), message.id),
            )
            if state is State.SENT:
                self._mark(self._items(message.edition), now)

    def list_editions(self, limit: int) -> tuple[Listed, ...]:
        """The newest editions, the newest first."""
        with self._named():
            rows = self._connection.execute(
                "SELECT id, day, title, items, (SELECT group_concat(recipient, char(10))"
                " FROM message WHERE edition = edition.id AND state = 'sent')"
                " FROM edition ORDER BY id DESC LIMIT ?",
                (limit,),
            )
            return tuple(
                Listed(
                    id=number,
                    day=date.fromisoformat(day),
                    title=title,
                    items=items,
                    delivered=tuple((recipients or "").splitlines()),
                )
                for number, day, title, items, recipients in rows
            )

    def document(self, edition: int) -> str | None:
        """The JSON of an edition, or None."""
        with self._named():
            row = self._connection.execute(
                "SELECT document FROM edition WHERE id = ?", (edition,)
            ).fetchone()
            return zlib.decompress(row[0]).decode() if row else None

    def search(self, words: str, limit: int) -> tuple[Found, ...]:
        """Items with all these words, in either language, the best match first."""
        query = " ".join('"' + word.replace('"', '""') + '"' for word in words.split())
        with self._named():
            rows = self._connection.execute(
                "SELECT edition, day, number, snippet(search, 0, '[', ']', '…', 12),"
                " snippet(search, 1, '[', ']', '…', 12)"
                " FROM search JOIN edition ON edition.id = search.edition"
                " WHERE search MATCH ? ORDER BY rank LIMIT ?",
                (query, limit),
            )
            return tuple(
                Found(
                    edition=edition,
                    day=date.fromisoformat(day),
                    number=number,
                    dutch=dutch,
                    english=english,
                )
                for edition, day, number, dutch, english in rows
            )

    def _items(self, edition: int) -> list[str]:
        rows = self._connection.execute("SELECT identity FROM item WHERE edition = ?", (edition,))
        return [identity for (identity,) in rows]

    def _mark(self, identities: Iterable[str], now: datetime) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO seen VALUES (?, ?)",
            [(identity, now.isoformat()) for identity in identities],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._named(), self._connection:
            yield

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError(
                f"The archive {self._path} cannot be used: {error}.",
                hint="Move it away to begin a new one.",
            ) from error
