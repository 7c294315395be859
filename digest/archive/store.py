"""The archive: past editions, messages on their way, and who got which items.

An edition and its messages are stored in one transaction before anything is sent. A message is
`queued`, `sending` while nobody can know, then `sent`, `refused`, `unknown` where it may have
arrived, or `dropped` by hand. Items are delivered to a recipient in the transaction that makes
the message `sent` or `unknown`. What was refused or is unknown is told, and noted as told. So a
run that is killed anywhere loses nothing, sends nothing twice and hides nothing.
"""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.archive.aliases import find_aliases, keep_aliases
from digest.archive.collected import (
    drop_item,
    find_collected,
    find_unkept,
    forget_items,
    keep_items,
    keep_places,
    note_collecting,
    read_collection,
    read_item,
)
from digest.archive.database import connect, named_errors
from digest.archive.values import (
    OUTPUT,
    Alias,
    CollectedItem,
    Collection,
    Found,
    Listed,
    QueuedMessage,
    State,
    StoredEdition,
    StoredMessage,
)
from digest.errors import ArchiveError, UsageError
from digest.shelf import shelve

_STATES = {state.value: state for state in State}
"""By what is stored; of a message whose state is damaged nobody knows."""


_ACTIVE_DAYS = 90
"""Who got nothing for so long is not waited for."""


class Archive:
    """The archive in one file.

    All methods raise `ArchiveError` when it cannot be used, and `BusyError` when another process
    keeps it for too long. `address_key` gives what addresses of older archives are compared by.
    """

    def __init__(self, path: Path, *, address_key: Callable[[str], str] = str.lower) -> None:
        self._path = path
        self._connection = connect(path, address_key)

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # Who got what

    def join(self, recipients: Iterable[str], *, now: datetime) -> None:
        """Note recipients that are new: they get what is new from now on, not the backlog."""
        with self._transaction():
            self._join(recipients, now)

    def new_for(self, recipient: str, identities: Iterable[str]) -> set[str]:
        """Those of the items that the recipient has not got and that are not on their way to him.

        What was in an edition before a recipient joined is backlog, and not new for him.
        """
        wanted = set(identities)
        rows = self._select(
            "SELECT identity FROM item WHERE shown <= coalesce("
            " (SELECT joined FROM recipient WHERE address = ?1), (SELECT max(id) FROM edition), 0)"
            " OR id IN (SELECT item FROM received WHERE recipient = ?1)"
            " OR id IN (SELECT item FROM waiting WHERE recipient = ?1)",
            (recipient,),
        )
        return wanted - {identity for (identity,) in rows}

    def owed(self, recipient: str, *, since: date) -> dict[str, tuple[int, ...]]:
        """The items that were refused to a recipient, and that he has not got since.

        By identity, with the editions that have them, the newest first; the oldest item first.
        What was refused before `since` is settled: the address is dead, or the news is stale.
        """
        rows = self._select(
            "SELECT item.identity, group_concat(message.edition) FROM message"
            " JOIN edition_item ON edition_item.edition = message.edition"
            " JOIN item ON item.id = edition_item.item"
            " WHERE message.recipient = ?1 AND message.state = 'refused'"
            " AND item.id NOT IN (SELECT item FROM received WHERE recipient = ?1)"
            " AND item.id NOT IN (SELECT item FROM waiting WHERE recipient = ?1)"
            " GROUP BY item.id HAVING min(message.day) >= ?2 ORDER BY item.id",
            (recipient, since.isoformat()),
        )
        return {
            identity: tuple(sorted(map(int, editions.split(",")), reverse=True))
            for identity, editions in rows
        }

    def count_delivered(
        self, identities: Iterable[str], recipients: Iterable[str], *, now: datetime
    ) -> None:
        """Count items as delivered to these recipients, though no edition brought them."""
        with self._transaction():
            self._join(recipients, now)
            self._connection.executemany(
                "INSERT OR IGNORE INTO delivered SELECT recipient.id, item.id, 0"
                " FROM recipient, item WHERE address = ? AND identity = ?",
                [(recipient, identity) for recipient in recipients for identity in identities],
            )

    def see(self, identities: Iterable[str], recipients: Iterable[str], *, now: datetime) -> None:
        """Count items as delivered to these recipients, also those that nobody knew."""
        identities, recipients = tuple(identities), tuple(recipients)
        with self._transaction():
            self._add(identities, now)
        self.count_delivered(identities, recipients, now=now)

    # What was collected

    def unkept(self, identities: Iterable[str]) -> set[str]:
        """Those of the items that are not kept, and that somebody may still have to get."""
        return find_unkept(self._select, identities)

    def collect(
        self,
        items: Iterable[CollectedItem],
        places: Iterable[tuple[str, str]],
        aliases: Iterable[tuple[str, Alias]],
        *,
        now: datetime,
    ) -> None:
        """Keep items that wait for an edition, in the place of what was kept of them before.

        `places` are the sources of all that is kept, each with an identity; `aliases` are other
        names of items.
        """
        items = shelve(items)
        with self._transaction():
            self._add([item.identity for item in items], now)
            keep_items(self._connection, items, now)
            keep_places(self._connection, places)
            keep_aliases(self._connection, aliases)

    def drop_collected(self, identity: str) -> None:
        """Forget an item that was collected and cannot be read."""
        with self._transaction():
            drop_item(self._connection, identity)

    def forget_collected(self, *, now: datetime, days: int) -> None:
        """Forget what was collected and delivered more than so many days ago.

        But what somebody has not got who got anything in the last months.
        """
        keep_from, active_from = (now - timedelta(days=each) for each in (days, _ACTIVE_DAYS))
        with self._transaction():
            forget_items(self._connection, keep_from.date(), min(keep_from, active_from).date())

    def note_collecting(self, *, now: datetime) -> None:
        """Note when was collected last."""
        with self._transaction():
            note_collecting(self._connection, now)

    def collected(self, sources: Iterable[str], *, waiting: bool = False) -> tuple[str, ...]:
        """The items that were collected of these sources, in the order in which they came.

        With `waiting` only those that nobody got yet.
        """
        return find_collected(self._select, sources, waiting=waiting)

    def collected_item(self, identity: str) -> CollectedItem:
        """An item that was collected. Raises `ArchiveError` where it is damaged."""
        source, document = read_item(self._select, identity)
        text = self._unpack(document, f"the collected item {identity}").decode(errors="replace")
        return CollectedItem(identity=identity, source=source, document=text)

    def collection(self) -> Collection:
        """When was collected last, and how many items wait for their first edition."""
        return read_collection(self._select)

    def _add(self, identities: Iterable[str], now: datetime) -> None:
        """Make items known that are not yet; no edition has shown them."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO item (identity, since) VALUES (?, ?)",
            [(identity, now.isoformat()) for identity in identities],
        )

    # What items are known by

    def known(self, names: Iterable[str]) -> dict[str, Alias]:
        """Those of the names under which items are known, with what they name."""
        return find_aliases(self._select, names)

    def learn(self, aliases: Iterable[tuple[str, Alias]]) -> None:
        """Note other names of items that are in the archive; all others are passed over."""
        with self._transaction():
            keep_aliases(self._connection, aliases)

    def catch_up(
        self,
        identities: Iterable[str],
        recipients: Iterable[str],
        *,
        now: datetime,
        aliases: Iterable[tuple[str, Alias]] = (),
    ) -> None:
        """Count items as delivered, to these recipients and to all others, also later ones."""
        identities = tuple(identities)
        with self._transaction():
            self._join(recipients, now)
            self._connection.executemany(
                "INSERT INTO item (identity, shown, since)"
                " VALUES (?, coalesce((SELECT max(id) FROM edition), 0), ?)"
                " ON CONFLICT (identity) DO UPDATE SET shown = coalesce(shown, excluded.shown)",
                [(identity, now.isoformat()) for identity in identities],
            )
            self._connection.executemany(
                "INSERT OR IGNORE INTO delivered SELECT recipient.id, item.id, 0"
                " FROM recipient, item WHERE identity = ?",
                [(identity,) for identity in identities],
            )
            keep_aliases(self._connection, aliases)

    def deliver(self, edition: int, *, now: datetime) -> None:
        """Count the items of an edition as delivered to standard output or files."""
        with self._transaction():
            self._join([OUTPUT], now)
            self._deliver(edition, OUTPUT)

    # Editions and their messages

    def store(
        self,
        editions: Sequence[tuple[StoredEdition, Sequence[QueuedMessage]]],
        aliases: Iterable[tuple[str, Alias]] = (),
    ) -> tuple[int, ...]:
        """Keep editions and put their messages into the outbox, all or nothing; their numbers.

        `aliases` are other names of the items.
        """
        with self._transaction():
            for edition, messages in editions:
                self._join([message.recipient for message in messages], edition.created)
            numbers = tuple(self._store(edition, messages) for edition, messages in editions)
            keep_aliases(self._connection, aliases)
            return numbers

    def _store(self, edition: StoredEdition, messages: Sequence[QueuedMessage]) -> int:
        pieces = shelve(_compressed(edition.document), held=8)
        cursor = self._connection.execute(
            "INSERT INTO edition (day, name, title, created, items, document)"
            " VALUES (?, ?, ?, ?, ?, zeroblob(?))",
            (
                edition.day.isoformat(),
                edition.name,
                edition.title,
                edition.created.isoformat(),
                len(edition.items),
                sum(map(len, pieces)),
            ),
        )
        number = cursor.lastrowid
        assert number is not None
        with self._connection.blobopen("edition", "document", number) as document:
            for piece in pieces:
                document.write(piece)
        self._connection.executemany(
            "INSERT INTO item (identity, shown, since) VALUES (?, ?, ?)"
            " ON CONFLICT (identity) DO UPDATE SET shown = coalesce(shown, excluded.shown)",
            ((item.identity, number, edition.created.isoformat()) for item in edition.items),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO edition_item SELECT ?, id FROM item WHERE identity = ?",
            ((number, item.identity) for item in edition.items),
        )
        self._connection.executemany(  # who is sent something again may not have got it before
            "DELETE FROM delivered WHERE edition = 0 AND recipient ="
            " (SELECT id FROM recipient WHERE address = ?)"
            " AND item IN (SELECT item FROM edition_item WHERE edition = ?)",
            [(message.recipient, number) for message in messages],
        )
        self._connection.executemany(
            "INSERT INTO search (dutch, english, edition, number) VALUES (?, ?, ?, ?)",
            ((item.dutch, item.english, number, item.number) for item in edition.items),
        )
        self._connection.executemany(
            "INSERT INTO message"
            " (edition, day, name, sender, recipient, address, state, changed, data)"
            " VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
            [
                (
                    number,
                    edition.day.isoformat(),
                    edition.name,
                    message.sender,
                    message.recipient,
                    message.address,
                    edition.created.isoformat(),
                    zlib.compress(message.data),
                )
                for message in messages
            ],
        )
        return number

    def messages(self, *states: State) -> tuple[StoredMessage, ...]:
        """Messages in these states, the oldest first."""
        marks = ",".join("?" * len(states))
        return self._messages(f"state IN ({marks})", states)

    def untold(self) -> tuple[StoredMessage, ...]:
        """Messages that were refused, or may have arrived, of which nobody was told yet."""
        return self._messages("told = 0", ())

    def message(self, number: int) -> StoredMessage | None:
        """The message with this number, or None."""
        return next(iter(self._messages("id = ?", (number,))), None)

    def _messages(self, condition: str, values: Sequence[object]) -> tuple[StoredMessage, ...]:
        rows = self._select(
            "SELECT id, edition, day, name, sender, recipient, address, state, reason FROM message"  # noqa: S608 - conditions of ours
            f" WHERE {condition} ORDER BY id",
            values,
        )
        return tuple(
            StoredMessage(
                id=number,
                edition=edition,
                day=str(day),
                name=str(name),
                sender=str(sender),
                recipient=str(recipient),
                address=str(address),
                state=_STATES.get(state, State.UNKNOWN),
                reason=str(reason),
            )
            for number, edition, day, name, sender, recipient, address, state, reason in rows
        )

    def data(self, message: StoredMessage) -> bytes:
        """The message itself. Raises `ArchiveError` where it is damaged, and names it."""
        (row,) = self._select("SELECT data FROM message WHERE id = ?", (message.id,))
        return self._unpack(row[0], f"message {message.id} of edition {message.edition}")

    def has_message(self, day: date, recipient: str, *, name: str = "") -> bool:
        """Whether there is a message for a recipient, wherever it is, of the edition so named."""
        rows = self._select(
            "SELECT 1 FROM message WHERE day = ? AND recipient = ? AND name = ? LIMIT 1",
            (day.isoformat(), recipient, name),
        )
        return bool(rows)

    def move(
        self,
        message: StoredMessage,
        state: State,
        *,
        reason: str = "",
        now: datetime,
        told: bool = False,
    ) -> None:
        """Note where a message is, and with that what its recipient got.

        `sent`, `unknown` and `dropped` count as delivered; one that is queued again, or refused
        after all, has delivered nothing. `told`: a person knows of it already.
        """
        with self._transaction():
            self._connection.execute(
                "UPDATE message SET state = ?, reason = ?, told = ?, changed = ? WHERE id = ?",
                (
                    state,
                    reason,
                    told or state not in {State.REFUSED, State.UNKNOWN},
                    now.isoformat(),
                    message.id,
                ),
            )
            if state in {State.SENT, State.UNKNOWN, State.DROPPED}:
                self._deliver(message.edition, message.recipient)
            elif state in {State.QUEUED, State.REFUSED}:
                self._connection.execute(
                    "DELETE FROM delivered WHERE edition = ? AND recipient ="
                    " (SELECT id FROM recipient WHERE address = ?)",
                    (message.edition, message.recipient),
                )

    def note_told(self, message: StoredMessage) -> None:
        """Note that a person was told what became of a message."""
        with self._transaction():
            self._connection.execute("UPDATE message SET told = 1 WHERE id = ?", (message.id,))

    def came_otherwise(self, message: StoredMessage) -> tuple[int, int]:
        """How many items of a message came, or are on their way, otherwise; and how many it has."""
        ((otherwise, items),) = self._select(
            "SELECT total("
            " item IN (SELECT item FROM waiting WHERE recipient = ?1)"
            " OR item IN (SELECT item FROM received WHERE recipient = ?1 AND edition <> ?2)"
            "), count(*) FROM edition_item WHERE edition = ?2",
            (message.recipient, message.edition),
        )
        return int(otherwise), int(items)

    # History

    def list_editions(self, limit: int = -1) -> tuple[Listed, ...]:
        """The newest editions, the newest first; all of them where no limit is given."""
        return self._listed("ORDER BY id DESC LIMIT ?", limit)

    def listed(self, edition: int) -> Listed | None:
        """The line of one edition, or None."""
        return next(iter(self._listed("WHERE id = ?", edition)), None)

    def _listed(self, condition: str, value: int) -> tuple[Listed, ...]:
        rows = self._select(
            "SELECT id, day, created, name, title, items, (SELECT group_concat(address, char(10))"  # noqa: S608 - conditions of ours
            " FROM message WHERE edition = edition.id AND state = 'sent')"
            f" FROM edition {condition}",
            (value,),
        )
        return tuple(
            Listed(
                id=number,
                day=str(day),
                created=str(created),
                name=str(name),
                title=str(title),
                items=items if isinstance(items, int) else 0,
                delivered=tuple((recipients or "").splitlines()),
            )
            for number, day, created, name, title, items, recipients in rows
        )

    def items_of(self) -> dict[int, frozenset[int]]:
        """The items of every edition, by their numbers in this archive."""
        items: dict[int, set[int]] = defaultdict(set)
        for edition, item in self._select("SELECT edition, item FROM edition_item", ()):
            items[edition].add(item)
        return {edition: frozenset(each) for edition, each in items.items()}

    def document(self, edition: int) -> str | None:
        """The JSON of an edition, or None. Raises `ArchiveError` where it is damaged."""
        rows = self._select("SELECT document FROM edition WHERE id = ?", (edition,))
        if not rows:
            return None
        try:
            return self._unpack(rows[0][0], f"edition {edition}").decode()
        except UnicodeDecodeError as error:
            raise self.damage(f"edition {edition}") from error

    def search(self, words: str, limit: int) -> tuple[Found, ...]:
        """Items with all these words, in either language, the best match first.

        Raises `UsageError` for what has no word in it.
        """
        terms = [word for word in words.split() if any(map(str.isalnum, word))]
        if not terms or not words.isprintable():
            raise UsageError("There is no word to look for.")
        query = " ".join('"' + term.replace('"', '""') + '"' for term in terms)
        rows = self._select(
            "SELECT edition, day, number, snippet(search, 0, '[', ']', '…', 12),"
            " snippet(search, 1, '[', ']', '…', 12)"
            " FROM search JOIN edition ON edition.id = search.edition"
            " WHERE search MATCH ? ORDER BY rank LIMIT ?",
            (query, limit),
        )
        return tuple(
            Found(edition=edition, day=day, number=number, dutch=dutch, english=english)
            for edition, day, number, dutch, english in rows
        )

    def _join(self, recipients: Iterable[str], now: datetime) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO recipient (address, joined, since)"
            " VALUES (?, coalesce((SELECT max(id) FROM edition), 0), ?)",
            [(recipient, now.isoformat()) for recipient in recipients],
        )

    def _deliver(self, edition: int, recipient: str) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO delivered SELECT recipient.id, edition_item.item, ?1"
            " FROM recipient, edition_item WHERE address = ?2 AND edition_item.edition = ?1",
            (edition, recipient),
        )

    def _unpack(self, data: object, what: str) -> bytes:
        try:
            return zlib.decompress(data)  # type: ignore[arg-type]
        except (zlib.error, TypeError) as error:
            raise self.damage(what) from error

    def damage(self, what: str) -> ArchiveError:
        """The error for one value that is damaged."""
        return ArchiveError(
            f"The archive {self._path} is damaged in {what}.",
            hint="Everything else in it can be used.",
        )

    def _select(self, query: str, values: Sequence[object]) -> list[Any]:
        with named_errors(self._path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with named_errors(self._path), self._connection:
            yield


def _compressed(pieces: Iterable[str]) -> Iterator[bytes]:
    """A text as `zlib.decompress` takes it, in pieces of some size."""
    packer = zlib.compressobj()
    for piece in pieces:
        if packed := packer.compress(piece.encode()):
            yield packed
    yield packer.flush()
