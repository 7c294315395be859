"""Archives of older versions, carried over in one transaction."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from digest.identity import carried_name, telling_words

_FROM_1 = """
ALTER TABLE edition ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE item RENAME TO old_item;
ALTER TABLE message RENAME TO old_message;
DROP INDEX message_by_day;
{tables}
INSERT INTO item (identity, shown, since) SELECT identity, 0, since FROM seen;
INSERT OR IGNORE INTO item (identity, shown, since)
    SELECT identity, min(edition), created FROM old_item JOIN edition ON edition.id = edition
    GROUP BY identity;
INSERT INTO edition_item
    SELECT edition, item.id FROM old_item JOIN item ON item.identity = old_item.identity;
INSERT INTO recipient (address, joined, since) VALUES ('', 0, '');
INSERT OR IGNORE INTO recipient (address, joined, since)
    SELECT address_key(recipient), 0, changed FROM old_message ORDER BY id;
INSERT INTO message
    SELECT id, edition, day, '', sender, address_key(recipient), recipient,
        CASE WHEN state = 'refused' AND reason = 'stopped while sending' THEN 'unknown'
        ELSE state END,
        reason, NOT (state = 'refused' AND reason = 'stopped while sending'), changed, data
    FROM old_message;
INSERT INTO delivered
    SELECT recipient.id, edition_item.item, message.edition
    FROM message JOIN recipient ON recipient.address = message.recipient
    JOIN edition_item ON edition_item.edition = message.edition
    WHERE message.state IN ('sent', 'unknown');
INSERT INTO delivered
    SELECT recipient.id, item.id, 0 FROM recipient JOIN item JOIN seen
    ON seen.identity = item.identity
    WHERE NOT EXISTS (
        SELECT 1 FROM message JOIN edition_item ON edition_item.edition = message.edition
        WHERE message.recipient = recipient.address AND edition_item.item = item.id
    );
DROP TABLE old_message;
DROP TABLE old_item;
DROP TABLE seen;
"""
_FROM_3 = (
    """CREATE TABLE IF NOT EXISTS collected_from (
    source TEXT NOT NULL, item INTEGER NOT NULL REFERENCES item (id), PRIMARY KEY (source, item)
    ) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE VIEW IF NOT EXISTS lacking AS
    SELECT recipient.id AS recipient, item.id AS item FROM recipient JOIN item
    ON item.shown IS NULL OR item.shown > recipient.joined
    WHERE NOT EXISTS (
        SELECT 1 FROM delivered
        WHERE delivered.recipient = recipient.id AND delivered.item = item.id
    )""",
    """CREATE VIEW IF NOT EXISTS fresh AS
    SELECT collected.item FROM collected JOIN item ON item.id = collected.item
    WHERE item.shown IS NULL AND item.id NOT IN (SELECT item FROM delivered)""",
)
_SECOND = 2
_KEPT_FROM_1 = ("edition", "search")
_EDITIONS = 400
"""So many of the newest editions have items that a source may still give."""


def version_of(connection: sqlite3.Connection) -> int:
    """The version of an archive, 0 for what is none."""
    with closing(connection.execute("PRAGMA user_version")) as cursor:
        (version,) = cursor.fetchone()
        return int(version)


def carry_over(connection: sqlite3.Connection, schema: str, version: int) -> None:
    """Bring an archive to this version, all or nothing.

    Another process may have done it in the meantime.
    """
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        before = version_of(connection)
        if before == 1:
            _from_1(connection, schema)
        elif before == _SECOND:
            connection.execute("ALTER TABLE alias ADD COLUMN words TEXT NOT NULL DEFAULT ''")
        if before <= _SECOND:
            _name_items(connection)
        if _SECOND <= before < version:
            for statement in _FROM_3:
                connection.execute(statement)
        if before < version:
            connection.execute(f"PRAGMA user_version = {version}")


def _from_1(connection: sqlite3.Connection, schema: str) -> None:
    tables = ";".join(
        statement
        for statement in schema.split(";")
        if not any(f"TABLE {name} " in statement for name in _KEPT_FROM_1)
    )
    for statement in _FROM_1.replace("{tables}", tables).split(";"):
        if statement.strip():
            connection.execute(statement)


def _name_items(connection: sqlite3.Connection) -> None:
    """Name the items of past editions by source and headline.

    Version 3 came with another reader of feeds and pages, which gives some items other letters.
    """
    rows = connection.execute(
        "SELECT document FROM edition ORDER BY id DESC LIMIT ?", (_EDITIONS,)
    ).fetchall()
    connection.executemany(
        "INSERT OR IGNORE INTO alias (key, item, words)"
        " SELECT ?, id, ? FROM item WHERE identity = ?",
        [name for (document,) in rows for name in _names_in(document)],
    )


def _names_in(document: object) -> Iterator[tuple[str, str, str]]:
    """The names, words and identities of the items of a stored edition; of a damaged one none."""
    try:
        entries = json.loads(zlib.decompress(document))["entries"]  # type: ignore[arg-type]
        named = [name for entry in entries for name in _names_of(entry)]
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError):
        return
    yield from named


def _names_of(entry: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    headline = "" if entry["headline_derived"] else (entry["headline"] or {}).get("dutch", "")
    texts = [headline, *(passage["dutch"] for passage in entry["paragraphs"])]
    beginning = next(filter(None, texts), "")
    body = " ".join(passage["dutch"] for passage in entry["paragraphs"])
    words = " ".join(sorted(telling_words(body)))
    for source in {entry["source"], *entry["source"].split(", ")}:
        yield carried_name(source, beginning), words, entry["identity"]
