"""Other names of items, in the archive."""

import sqlite3
from collections.abc import Iterable

from digest.archive.collected import Select
from digest.archive.values import Alias

_AT_ONCE = 400
"""So many names fit into one question to SQLite, twice."""


def find_aliases(select: Select, names: Iterable[str]) -> dict[str, Alias]:
    """Those of the names under which items are known, with what they name.

    The identity of an item is a name of it too. `select` asks the archive.
    """
    wanted = tuple(dict.fromkeys(names))
    found: dict[str, Alias] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        marks = ",".join("?" * len(some))
        rows = select(
            "SELECT identity, identity, '' FROM item"  # noqa: S608 - question marks of ours
            f" WHERE identity IN ({marks}) UNION ALL"
            " SELECT key, identity, words FROM alias JOIN item ON item.id = alias.item"
            f" WHERE key IN ({marks})",
            (*some, *some),
        )
        found |= {
            str(name): Alias(identity=str(identity), words=str(words))
            for name, identity, words in rows
        }
    return found


def keep_aliases(connection: sqlite3.Connection, aliases: Iterable[tuple[str, Alias]]) -> None:
    """Keep other names of items that are in the archive; all others are passed over."""
    connection.executemany(
        "INSERT OR REPLACE INTO alias (key, item, words)"
        " SELECT ?, id, ? FROM item WHERE identity = ?",
        ((name, alias.words, alias.identity) for name, alias in aliases),
    )
