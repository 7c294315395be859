"""How the archive is made, opened, carried over from older versions, and found damaged."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import zlib
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from digest.addresses import address_key
from digest.archive import database, migration
from digest.archive.store import Archive
from digest.archive.values import CollectedItem, State, StoredEdition, StoredItem
from digest.errors import ArchiveError, BusyError
from digest.identity import identify, identity
from digest.sources.wire import parse_wire
from tests import CHECKOUT, DATA
from tests.conftest import AS_OF
from tests.test_outbox import edition, keep

B, C, D = "b@x.org", "c@x.org", "d@x.org"
LONG_AGO = date(2026, 1, 1)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An archive of version 1, with mail in every state."""
    path = tmp_path / "archive.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DATA / "archive-1.sql").read_text())
        for table, column in (("edition", "document"), ("message", "data")):
            connection.execute(
                f"UPDATE {table} SET {column} = ?",  # noqa: S608 - names of ours
                (zlib.compress(b"{}"),),
            )
        connection.commit()
    path.chmod(0o644)
    return path


def test_version_3_gets_room_for_what_is_collected(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with closing(Archive(path)):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "DROP VIEW fresh; DROP VIEW lacking; DROP TABLE note; DROP TABLE collected_from;"
            "PRAGMA user_version = 3"
        )
    item = CollectedItem(identity="i", source="s", document="{}")
    with closing(Archive(path)) as archive:
        archive.collect([item], [("s", "i"), ("t", "i")], {}, now=AS_OF)
        archive.note_collecting(now=AS_OF)
        assert archive.collected(["t"], waiting=True) == ("i",)
        assert archive.collection().waiting == 1
    assert (tmp_path / "archive-3.sqlite3").exists()


def test_version_1_is_carried_over_with_its_mail(old: Path) -> None:
    with closing(Archive(old, address_key=address_key)) as archive:
        by_id = {each.id: each for each in archive.messages(*State)}
        assert [by_id[number].state for number in range(1, 7)] == [
            "sent", "unknown", "refused", "queued", "sending", "refused",
        ]  # fmt: skip
        assert [each.recipient for each in by_id.values()] == [B, C, B, B, C, D]
        assert by_id[1].address == "B@X.org"
        assert archive.data(by_id[4]) == b"{}"
        assert [each.id for each in archive.untold()] == [2]
        assert archive.document(3) == "{}"
        assert [each.edition for each in archive.search("minister", 9)] == [1]
        assert [each.id for each in archive.list_editions(9)] == [3, 2, 1]
        items = ["sent", "both", "caught up", "refused", "queued", "fresh"]
        assert archive.new_for(B, items) == {"refused", "fresh"}
        assert archive.owed(B, since=LONG_AGO) == {"refused": (2,)}
        # Somebody else got it, which counted for all: he did not.
        assert archive.owed(D, since=LONG_AGO) == {"sent": (1,), "both": (1,)}
        assert archive.new_for(D, items) == {"refused", "queued", "fresh"}
        assert archive.new_for("new@x.org", items) == {"fresh"}
        archive.move(by_id[4], State.SENT, now=AS_OF)
        assert archive.new_for(B, items) == {"refused", "fresh"}


def test_the_old_file_is_kept_beside_it(old: Path) -> None:
    for _ in range(2):
        with closing(Archive(old)):
            pass
    kept = old.with_name("archive-1.sqlite3")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (6,)
    assert kept.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in old.parent.iterdir()) == [kept.name, old.name]


def test_a_migration_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "_FROM_1", f"{migration._FROM_1} DROP TABLE nowhere;")
    with pytest.raises(ArchiveError):
        Archive(old)
    monkeypatch.undo()
    with closing(Archive(old)) as archive:
        assert len(archive.messages(*State)) == 6


def test_a_migrated_archive_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    shapes = []
    for path in (old, tmp_path / "new" / "archive.sqlite3"):
        with closing(Archive(path)) as archive:
            rows = archive._connection.execute(
                "SELECT part.name, group_concat(info.name || info.type) FROM sqlite_schema AS part,"
                " pragma_table_info(part.name) AS info GROUP BY part.name"
            ).fetchall()
            shapes.append({name: sorted(columns.split(",")) for name, columns in rows})
    assert shapes[0] == shapes[1]


def test_it_is_private_also_where_it_was_not(old: Path) -> None:
    old.parent.chmod(0o755)
    with closing(Archive(old)):
        for path in (old.parent, *old.parent.iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_several_processes_may_make_it_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from digest.archive.store import Archive\n"
        "sys.stdin.read(1); Archive(Path(sys.argv[1])).close()"
    )
    path = tmp_path / "data" / "archive.sqlite3"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=CHECKOUT,
        )
        for _ in range(8)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write(b"x")
        process.stdin.flush()
    for process in processes:
        assert process.communicate()[1] == b""
        assert process.returncode == 0
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_one_damaged_text_is_no_reason_to_read_nothing(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with closing(Archive(path)) as archive:
        keep(archive, edition("x"), "a@x.org", "b@x.org", "c@x.org")
        for number, change in enumerate(
            ["address = CAST(x'ff61' AS TEXT)", "day = x'00', reason = 5", "sender = x'ff'"], 1
        ):
            archive._connection.execute(f"UPDATE message SET {change} WHERE id = {number}")  # noqa: S608 - ours
        archive._connection.execute("UPDATE edition SET items = x'00', title = x'ff', day = 5")
        archive._connection.commit()
        assert len(archive.messages(State.QUEUED)) == 3
        assert len(archive.list_editions(9)) == 1
        assert archive.search("minister", 9)


class TestDamage:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "archive.sqlite3"
        with closing(Archive(path)):
            pass
        return path

    def refused(self, path: Path, hint: str = "Move it away") -> None:
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(ArchiveError) as caught:
            Archive(path)
        assert str(path) in str(caught.value)
        assert caught.value.hint.startswith(hint) if hint else not caught.value.hint
        assert (path.read_bytes() if path.is_file() else None) == before

    @pytest.mark.parametrize("log", [True, False])
    def test_an_empty_file_is_no_new_archive(self, path: Path, *, log: bool) -> None:
        path.write_bytes(b"")
        if log:
            path.with_name(f"{path.name}-wal").write_bytes(b"x" * 100)
        self.refused(path)

    def test_neither_is_a_log_alone(self, path: Path) -> None:
        path.rename(path.with_name(f"{path.name}-wal"))
        self.refused(path)

    def test_noise_is_named(self, path: Path) -> None:
        path.write_bytes(b"not a database" * 100)
        self.refused(path)

    def test_so_is_a_file_without_its_tables(self, path: Path) -> None:
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE x (y)")
        self.refused(path)

    def test_a_newer_one_is_not_damage(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
        self.refused(path, hint="")

    def test_neither_is_a_folder_in_its_place(self, path: Path) -> None:
        path.unlink()
        path.mkdir()
        self.refused(path, hint="")

    def test_one_that_another_uses_for_too_long_is_busy(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "_WAIT_SECONDS", 0.1)
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with closing(Archive(path)) as archive, pytest.raises(BusyError):
                archive.join(["a"], now=AS_OF)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_cannot_be_written_is_not_damage(self, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o500)
        self.refused(tmp_path / "closed" / "archive.sqlite3", hint="")


class TestNames:
    """Items of an archive of the second form are known again, though other letters are read."""

    TEXT = "De brug over de rivier gaat maandag dicht voor onderhoud, zegt de gemeente."

    def second(self, path: Path) -> None:
        with closing(Archive(path)) as archive:
            document = {
                "entries": [
                    {
                        "headline": {"dutch": "Brug dicht &amp; weg open (12)"},
                        "headline_derived": False,
                        "paragraphs": [{"dutch": self.TEXT}, {"dutch": "Foto: ANP"}],
                        "source": "Krant, Blad",
                        "identity": "old",
                    }
                ]
            }
            item = StoredItem(identity="old", number=1, dutch="", english="")
            archive.store(
                [
                    (
                        StoredEdition(
                            day=AS_OF.date(),
                            title="T",
                            created=AS_OF,
                            document=json.dumps(document),
                            items=(item,),
                        ),
                        (),
                    )
                ]
            )
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("ALTER TABLE alias DROP COLUMN words")
            connection.execute("PRAGMA user_version = 2")
            connection.commit()

    def identities(self, archive: Archive, *texts: str, source: str = "Krant") -> list[str]:
        documents = [parse_wire(text, source=source, as_of=AS_OF) for text in texts]
        found = identify(documents, archive.known)
        archive.learn(found.aliases)
        return [identity(item) for document in found.documents for item in document.items]

    @pytest.mark.parametrize("source", ["Krant", "Blad"])
    def test_by_source_and_headline(self, tmp_path: Path, source: str) -> None:
        path = tmp_path / "archive" / "archive.sqlite3"
        self.second(path)
        text = f"Brug dicht & weg open (13)\n{self.TEXT}"
        with closing(Archive(path)) as archive:
            assert self.identities(archive, text, source=source) == ["old"]
            assert self.identities(archive, text, source=source) == ["old"]
        assert path.with_name("archive-2.sqlite3").exists()

    def test_another_text_under_the_same_headline_is_new(self, tmp_path: Path) -> None:
        path = tmp_path / "archive" / "archive.sqlite3"
        self.second(path)
        with closing(Archive(path)) as archive:
            other = "Brug dicht &amp; weg open\nEen vrachtwagen reed gisteren tegen een pijler aan."
            assert self.identities(archive, other) != ["old"]
            assert self.identities(archive, f"Iets anders\n{self.TEXT}") != ["old"]
