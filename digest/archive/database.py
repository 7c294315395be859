"""The file of the archive: how it is made, carried over from an older form, and opened.

A new archive is made beside its place and linked into it, so that no process ever sees half of
one, and an empty file in its place is always damage. Only its owner can read it.
"""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from digest.archive.migration import carry_over, version_of
from digest.errors import ArchiveError, BusyError, OutputError
from digest.private import make_private, private_folder

VERSION = 4
_WAIT_SECONDS = 10
SCHEMA = """
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    shown INTEGER,
    since TEXT NOT NULL
);
CREATE TABLE alias (
    key TEXT PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES item (id),
    words TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE collected (
    item INTEGER PRIMARY KEY REFERENCES item (id),
    source TEXT NOT NULL,
    collected TEXT NOT NULL,
    document BLOB NOT NULL
);
CREATE TABLE collected_from (
    source TEXT NOT NULL,
    item INTEGER NOT NULL REFERENCES item (id),
    PRIMARY KEY (source, item)
) WITHOUT ROWID;
CREATE TABLE note (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE recipient (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    joined INTEGER NOT NULL,
    since TEXT NOT NULL
);
CREATE TABLE edition (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL,
    created TEXT NOT NULL,
    items INTEGER NOT NULL,
    document BLOB NOT NULL
);
CREATE TABLE edition_item (
    edition INTEGER NOT NULL REFERENCES edition (id),
    item INTEGER NOT NULL REFERENCES item (id),
    PRIMARY KEY (edition, item)
) WITHOUT ROWID;
CREATE TABLE delivered (
    recipient INTEGER NOT NULL REFERENCES recipient (id),
    item INTEGER NOT NULL REFERENCES item (id),
    edition INTEGER NOT NULL,
    PRIMARY KEY (recipient, item, edition)
) WITHOUT ROWID;
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES edition (id),
    day TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'sending', 'sent', 'refused', 'unknown', 'dropped')),
    reason TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 1,
    changed TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX message_by_day ON message (day, recipient);
CREATE INDEX message_by_state ON message (state);
CREATE VIEW waiting AS
    SELECT message.recipient, edition_item.item
    FROM message JOIN edition_item ON edition_item.edition = message.edition
    WHERE message.state IN ('queued', 'sending');
CREATE VIEW received AS
    SELECT recipient.address AS recipient, delivered.item, delivered.edition
    FROM delivered JOIN recipient ON recipient.id = delivered.recipient;
CREATE VIEW lacking AS
    SELECT recipient.id AS recipient, item.id AS item FROM recipient JOIN item
    ON item.shown IS NULL OR item.shown > recipient.joined
    WHERE NOT EXISTS (
        SELECT 1 FROM delivered
        WHERE delivered.recipient = recipient.id AND delivered.item = item.id
    );
CREATE VIEW fresh AS
    SELECT collected.item FROM collected JOIN item ON item.id = collected.item
    WHERE item.shown IS NULL AND item.id NOT IN (SELECT item FROM delivered);
CREATE VIRTUAL TABLE search USING fts5 (
    dutch, english, edition UNINDEXED, number UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2"
);
"""
"""Version 4. `item.shown` is the edition that first had the item, or the last one before it was
caught up with; nothing where it was only collected. `recipient.joined` is the last edition before
the recipient came, '' is the address of standard output and files. `alias` has other names of an
item, and the words that it had under them, `collected` what was read and waits for its edition.
`collected_from` has the places of all its sources. `note` has the time when was `collected` last,
`lacking` who has not got which item, `fresh` what was collected and nobody got.
`delivered.edition` is the edition that brought the item, 0 where it only counts as delivered.
`edition.name` and `message.name` tell editions of one date apart. `message.recipient` is what
addresses are compared by, `message.address` how it was written."""


def connect(path: Path, address_key: Callable[[str], str]) -> sqlite3.Connection:
    """Open the archive, which is made or carried over first where that is needed.

    `address_key` gives what addresses are compared by. The old file is kept beside a carried-over
    one. Raises `ArchiveError`, and `BusyError` where another process keeps it for too long.
    """
    with named_errors(path):
        private_folder(path.parent)
        _refuse_damage(path)
        if not path.exists():
            _create(path)
        make_private(path)
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
        # One damaged text is no reason to read nothing.
        connection.text_factory = lambda data: data.decode(errors="replace")
        try:
            _prepare(connection, path, address_key)
        except BaseException:
            connection.close()
            raise
    return connection


@contextlib.contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """What SQLite and the system say, as one sentence that names the archive."""
    try:
        yield
    except (sqlite3.Error, OSError, OutputError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BusyError(
                f"Another digest uses the archive {path}.", hint="Try again when it has ended."
            ) from error
        reason = getattr(error, "strerror", None) or str(error)
        damaged = code in _DAMAGE
        raise ArchiveError(
            f"The archive {path} {'is damaged' if damaged else 'cannot be used'}: "
            f"{reason.rstrip('.')}.",
            hint=_MOVE_AWAY if damaged else "",
        ) from error


_DAMAGE = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MOVE_AWAY = "Move it away to begin a new one, which does not know what was delivered."


def _refuse_damage(path: Path) -> None:
    """An archive that was cut to nothing, or taken away from its log, is not a new one."""
    if path.is_file() and path.stat().st_size == 0:
        raise ArchiveError(f"The archive {path} is damaged: it is empty.", hint=_MOVE_AWAY)
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and not path.exists():  # in this order: another may begin one just now
        raise ArchiveError(
            f"The archive {path} is damaged: it is gone, but its log {log.name} is there.",
            hint=_MOVE_AWAY,
        )
    if path.exists() and not path.is_file():
        raise ArchiveError(f"The archive {path} cannot be used: it is not a file.")


def _create(path: Path) -> None:
    with _beside(path) as new:
        with closing(sqlite3.connect(new)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        with contextlib.suppress(FileExistsError):  # another process was faster
            os.link(new, path)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A private file of its own beside the archive, gone afterwards."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for file in path.parent.glob(f"{Path(name).name}*"):
            file.unlink(missing_ok=True)


def _prepare(connection: sqlite3.Connection, path: Path, address_key: Callable[[str], str]) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    version = version_of(connection)
    if version > VERSION:
        raise ArchiveError(f"The archive {path} was made by a newer digest.")
    if 0 < version < VERSION:
        _keep_old(connection, path, version)
        connection.create_function("address_key", 1, address_key, deterministic=True)
        carry_over(connection, SCHEMA, VERSION)
    elif version != VERSION:
        raise ArchiveError(f"The archive {path} is damaged: it has no tables.", hint=_MOVE_AWAY)


def _keep_old(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """A whole copy of the archive as it was, named for its version."""
    kept = path.with_name(f"{path.stem}-{version}{path.suffix}")
    if kept.exists():
        return
    with _beside(path) as new:
        with closing(sqlite3.connect(new)) as copy:
            connection.backup(copy)
        with contextlib.suppress(FileExistsError):
            os.link(new, kept)
