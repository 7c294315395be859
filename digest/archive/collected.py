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
    """Keep items that the archive knows, in the place of what was kept of them before."""
    connection.executemany(
        "INSERT INTO collected SELECT id, ?, ?, ? FROM item WHERE identity = ?"
        " ON CONFLICT (item) DO UPDATE SET document = excluded.document",
        (
            (item.source, now.isoformat(), zlib.compress(item.document.encode()), item.identity)
            for item in items
        ),
    )


def keep_places(connection: sqlite3.Connection, places: Iterable[tuple[str, str]]) -> None:
    """Note the sources of items that are kept, each as a place and an identity."""
    connection.executemany(
        "INSERT OR IGNORE INTO collected_from SELECT ?, item.id FROM item JOIN collected"
        " ON collected.item = item.id WHERE identity = ?",
        places,
    )


def find_unkept(select: Select, identities: Iterable[str]) -> set[str]:
    """Those of the items that are not kept, and that somebody may still have to get.

    All that was in no edition, and of the others what some recipient has not got.
    """
    left = set(identities)
    wanted = sorted(left)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        marks = ",".join("?" * len(some))
        settled = select(
            f"SELECT identity FROM item WHERE identity IN ({marks}) AND ("  # noqa: S608 - marks of ours
            " id IN (SELECT item FROM collected)"
            " OR (shown IS NOT NULL"
            "  AND NOT EXISTS (SELECT 1 FROM lacking WHERE lacking.item = item.id)))",
            some,
        )
        left -= {identity for (identity,) in settled}
    return left


_AT_ONCE = 900


def note_collecting(connection: sqlite3.Connection, now: datetime) -> None:
    """Note when was collected last."""
    connection.execute("INSERT OR REPLACE INTO note VALUES ('collected', ?)", (now.isoformat(),))


def forget_items(connection: sqlite3.Connection, keep_from: date, active_from: date) -> None:
    """Forget what was collected, and shown or counted as delivered, before a date.

    But what somebody has not got who came, or got anything, after the other date.
    """
    connection.execute(
        "DELETE FROM collected WHERE collected < ?1"
        " AND item IN (SELECT id FROM item WHERE shown IS NOT NULL"
        "  UNION SELECT item FROM delivered WHERE edition = 0)"
        " AND item NOT IN (SELECT item.id FROM item JOIN edition ON edition.id = item.shown"
        "  WHERE edition.created >= ?1)"
        " AND NOT EXISTS (SELECT 1 FROM lacking JOIN recipient ON recipient.id = lacking.recipient"
        "  WHERE lacking.item = collected.item AND (recipient.since >= ?2 OR EXISTS ("
        "   SELECT 1 FROM delivered JOIN edition ON edition.id = delivered.edition"
        "   WHERE delivered.recipient = recipient.id AND edition.created >= ?2)))",
        (keep_from.isoformat(), active_from.isoformat()),
    )
    connection.execute("DELETE FROM collected_from WHERE item NOT IN (SELECT item FROM collected)")


def drop_item(connection: sqlite3.Connection, identity: str) -> None:
    """Forget an item that cannot be read."""
    for table in ("collected_from", "collected"):
        connection.execute(
            f"DELETE FROM {table} WHERE item = (SELECT id FROM item WHERE identity = ?)",  # noqa: S608 - ours
            (identity,),
        )


def find_collected(select: Select, sources: Iterable[str], *, waiting: bool) -> tuple[str, ...]:
    """The items of these sources, in the order in which they came."""
    rows: list[Any] = []
    for source in dict.fromkeys(sources):
        rows += select(
            "SELECT item.id, identity FROM collected_from JOIN item"
            " ON item.id = collected_from.item"
            " WHERE source = ? AND (? OR item.id IN (SELECT item FROM fresh))",
            (source, not waiting),
        )
    return tuple(dict.fromkeys(identity for _, identity in sorted(rows)))


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
