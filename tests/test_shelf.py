"""Sequences that lie in a file."""

import gc
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.errors import OutputError
from digest.shelf import HELD, Shelf, pick, pick_kinds, pick_where, shelve
from tests import CHECKOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A value with values in it."""

    text: str
    at: datetime | None = None
    inner: tuple["Note", ...] = ()
    more: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """A value of another class."""

    number: int


def shelf(count: int) -> Sequence[int]:
    return shelve(range(count), held=0)


def test_few_values_are_a_tuple() -> None:
    assert shelve(range(HELD)) == tuple(range(HELD))


def test_many_values_lie_on_a_shelf_in_their_order() -> None:
    values = shelve(range(HELD + 1))
    assert isinstance(values, Shelf)
    assert list(values) == list(range(HELD + 1))
    assert (len(values), values[0], values[-1]) == (HELD + 1, 0, HELD)


def test_it_can_be_read_twice_at_once() -> None:
    values = shelf(5)
    assert [(one, other) for one in values for other in values] == [
        (one, other) for one in range(5) for other in range(5)
    ]


def test_a_shelf_stays_as_it_is() -> None:
    values = shelf(3)
    assert shelve(values) is values


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(IndexError):
        shelf(3)[3]


@pytest.mark.parametrize("held", [0, 10])
def test_some_of_the_values(held: int) -> None:
    values = shelve(range(10), held=held)
    assert list(values[2:5]) == [2, 3, 4]
    assert list(values[::-3]) == [9, 6, 3, 0]
    assert list(pick(values, [7, 1, 7])) == [7, 1, 7]
    assert list(pick_where(values, lambda value: value % 4 == 0)) == [0, 4, 8]


@pytest.mark.parametrize("held", [0, 10])
def test_values_by_their_class(held: int) -> None:
    values = shelve([Note(text="a"), Other(1), Note(text="b"), Other(2)], held=held)
    assert list(pick_kinds(values, Other)) == [Other(1), Other(2)]
    assert list(pick_kinds(values, Other, Note)) == list(values)
    assert not list(pick_kinds(values, str))


def test_values_come_back_as_they_were() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    at = datetime(2026, 11, 22, 8, 30, tzinfo=zone)
    note = Note(text="é\ud800", at=at, inner=(Note(text=""), Note(text="x", at=at.astimezone(UTC))))
    (found,) = shelve([note], held=0)
    assert found == note
    assert found is not note
    assert found.at
    assert found.at.tzinfo is zone


def test_shelves_lie_in_shelves() -> None:
    notes = shelve((Note(text=str(each), more=shelf(each)) for each in range(3)), held=0)
    assert [list(note.more) for note in notes] == [[], [0], [0, 1]]
    assert list(pick(notes, [2])[0].more) == [0, 1]


@pytest.fixture
def other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shelves lie in a file of their own."""
    monkeypatch.setattr("digest.shelf._open", [])


@pytest.mark.usefixtures("other_file")
class TestFile:
    def test_it_has_no_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        assert len(shelf(1000)) == 1000
        assert not list(tmp_path.iterdir())

    def test_many_shelves_lie_in_one(self) -> None:
        first = shelf(1)
        before = len(list(Path("/proc/self/fd").iterdir()))
        shelves = [shelf(3) for _ in range(100)]
        assert len(list(Path("/proc/self/fd").iterdir())) == before
        assert [list(each) for each in shelves] == [[0, 1, 2]] * 100
        assert list(first) == [0]

    def test_a_full_one_gets_no_further_shelves(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("digest.shelf._FILE", 10)
        inner = shelf(20)
        outer = shelve([Note(text="a", more=inner)], held=0)
        del inner
        gc.collect()
        assert list(outer[0].more) == list(range(20))  # the file of which is held by the other

    def test_shelves_grow_side_by_side(self) -> None:
        pairs = shelve(((each, shelf(each)) for each in range(4)), held=0)
        assert [(each, list(inner)) for each, inner in pairs] == [
            (each, list(range(each))) for each in range(4)
        ]

    def test_no_folder_is_said_in_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        with pytest.raises(OutputError, match=r"The temporary folder cannot be written: .*\."):
            shelf(1)

    def test_a_full_disk_is_said_in_a_sentence_and_nothing_else(self) -> None:
        code = (
            "import resource, signal\n"
            "from digest.shelf import shelve\n"
            "from digest.errors import OutputError\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
            "try:\n"
            "    shelve(map(str, range(100_000)))\n"
            "except OutputError as error:\n"
            "    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True, text=True
        )
        assert done.stdout == "The temporary folder cannot be written: File too large.\n"
        assert not done.stderr
