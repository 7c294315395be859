"""Sequences that lie in a file."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.errors import OutputError
from digest.shelf import HELD, Shelf, pick, pick_kinds, pick_where, shelve


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


def test_the_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    values = shelf(1000)
    assert len(values) == 1000
    assert not list(tmp_path.iterdir())


def test_no_room_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(OutputError, match=r"The temporary folder cannot be written: .*\."):
        shelf(1)
