"""What was read and waits for its edition, in the archive. `Select` asks the archive."""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from digest.archive.values import CollectedItem, Collection

Select = Callable[[str, Sequence[object]], list[Any]]


def keep_items(
    connection: sqlite3.Connection, items: Iterable[CollectedItem], now: datetime
) -> None:
    """Keep items that the archive knows; what is kept already stays as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO collected SELECT id, ?, ?, ? FROM item WHERE identity = ?",
        [
            (item.source, now.isoformat(), zlib.compress(item.document.encode()), item.identity)
            for item in items
        ],
    )


def note_collecting(connection: sqlite3.Connection, now: datetime) -> None:
    """Note when was collected last."""
    connection.execute("INSERT OR REPLACE INTO note VALUES ('collected', ?)", (now.isoformat(),))


def forget_items(connection: sqlite3.Connection, keep_from: date) -> None:
    """Forget what was collected, and shown or counted as delivered, before a date."""
    connection.execute(
        "DELETE FROM collected WHERE collected < ?1 AND item IN ("
        " SELECT edition_item.item FROM edition_item JOIN edition"
        " ON edition.id = edition_item.edition WHERE edition.created < ?1"
        " UNION SELECT item FROM delivered WHERE edition = 0)",
        (keep_from.isoformat(),),
    )


def find_collected(select: Select, sources: Iterable[str], *, waiting: bool) -> tuple[str, ...]:
    """The items of these sources, in the order in which they came."""
    rows: list[Any] = []
    for source in dict.fromkeys(sources):
        rows += select(
            "SELECT item.id, identity FROM collected JOIN item ON item.id = collected.item"
            " WHERE source = ? AND (? OR item.id IN (SELECT item FROM fresh))",
            (source, not waiting),
        )
    return tuple(identity for _, identity in sorted(rows))


def read_item(select: Select, identity: str) -> tuple[str, object]:
    """The source and the packed document of a collected item."""
    ((source, document),) = select(
        "SELECT source, document FROM collected JOIN item ON item.id = collected.item"
        " WHERE identity = ?",
        (identity,),
    )
    return str(source), document


def read_collection(select: Select) -> Collection:
    """When was collected last, and how many items wait for their first edition."""
    ((last, waiting),) = select(
        "SELECT (SELECT value FROM note WHERE name = 'collected'), (SELECT count(*) FROM fresh)",
        (),
    )
    return Collection(last=str(last or ""), waiting=int(waiting))
