"""Sequences that may be longer than memory: what is more than some hundred values lies in a file.

The file has no name and is gone with the process: nobody else can read it or write in it, so that
what is read of it is what this process put there.
"""

import dataclasses
import io
import os
import pickle
import tempfile
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timezone, tzinfo
from functools import cache
from itertools import chain, islice
from typing import Any, TypeVar, overload

from digest.errors import named_trouble

T = TypeVar("T")
HELD = 256
"""So many values are held in memory before they go into a file."""


def shelve(values: Iterable[T], *, held: int = HELD) -> Sequence[T]:
    """All values in their order: a tuple where they are few, else a shelf.

    Raises `OutputError` where there is no room for them.
    """
    if isinstance(values, Shelf):
        return values
    stream = iter(values)
    first = tuple(islice(stream, held + 1))
    return first if len(first) <= held else Shelf.of(chain(first, stream))


def pick(values: Sequence[T], positions: Sequence[int]) -> Sequence[T]:
    """The values at these positions, in their order, without a copy of what lies on a shelf."""
    if isinstance(values, Shelf):
        return values.pick(positions)
    return tuple(values[position] for position in positions)


def pick_where(values: Sequence[T], keep: Callable[[T], bool]) -> Sequence[T]:
    """Those of the values that are to be kept."""
    return pick(values, [position for position, value in enumerate(values) if keep(value)])


def pick_kinds(values: Sequence[Any], *kinds: type[T]) -> Sequence[T]:
    """Those of the values that are of one of these classes; on a shelf none is read for that."""
    if isinstance(values, Shelf):
        return values.pick_kinds(kinds)
    return tuple(value for value in values if isinstance(value, kinds))


class Shelf(Sequence[T]):
    """A sequence in a file, of which a value is read when it is asked for, each time anew."""

    __slots__ = ("_file", "_kinds", "_lengths", "_starts")

    def __init__(
        self, file: "_File", starts: "array[int]", lengths: "array[int]", kinds: bytes
    ) -> None:
        self._file = file
        self._starts = starts
        self._lengths = lengths
        self._kinds = kinds

    @classmethod
    def of(cls, values: Iterable[T]) -> "Shelf[T]":
        """A new shelf with these values. Raises `OutputError` where there is no room for them."""
        file = _File()
        starts, lengths, kinds = array("Q"), array("Q"), bytearray()
        for value in values:
            start, length = file.add(value)
            starts.append(start)
            lengths.append(length)
            kinds.append(file.kind(type(value)))
        file.flush()
        return cls(file, starts, lengths, bytes(kinds))

    def pick(self, positions: Sequence[int]) -> "Shelf[T]":
        """See `pick`."""
        return Shelf(
            self._file,
            array("Q", (self._starts[position] for position in positions)),
            array("Q", (self._lengths[position] for position in positions)),
            bytes(self._kinds[position] for position in positions),
        )

    def pick_kinds(self, kinds: tuple[type, ...]) -> "Shelf[Any]":
        """See `pick_kinds`."""
        wanted = {number for number, kind in enumerate(self._file.kinds) if issubclass(kind, kinds)}
        return self.pick([place for place, kind in enumerate(self._kinds) if kind in wanted])

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[T]:
        return map(self._file.value, self._starts, self._lengths)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> "Shelf[T]": ...

    def __getitem__(self, place: int | slice) -> "T | Shelf[T]":
        if isinstance(place, slice):
            return self.pick(range(*place.indices(len(self))))
        value: T = self._file.value(self._starts[place], self._lengths[place])
        return value


class _File:
    """Values one behind the other; shelves and named time zones in them are held as they are."""

    def __init__(self) -> None:
        with named_trouble(_PLACE):
            self._file = tempfile.TemporaryFile(prefix="digest-")  # noqa: SIM115 - see below
        weakref.finalize(self, self._file.close)
        self._size = 0
        self._held: dict[int, object] = {}
        self.kinds: list[type] = []

    def kind(self, kind: type) -> int:
        """The number of a class of values, of which there are few."""
        if kind not in self.kinds:
            self.kinds.append(kind)
        return self.kinds.index(kind)

    def add(self, value: object) -> tuple[int, int]:
        """Put a value behind the last one; where it begins and how long it is."""
        buffer = io.BytesIO()
        _Pickler(buffer, self._held).dump(value)
        start, length = self._size, buffer.tell()
        with named_trouble(_PLACE):
            self._file.write(buffer.getbuffer())
        self._size += length
        return start, length

    def flush(self) -> None:
        """Let all be in the file."""
        with named_trouble(_PLACE):
            self._file.flush()

    def value(self, start: int, length: int) -> Any:
        """The value that begins there."""
        with named_trouble(_PLACE):
            data = os.pread(self._file.fileno(), length, start)
        return _Unpickler(io.BytesIO(data), self._held).load()


_PLACE = "The temporary folder"


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, held: dict[int, object]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._held = held

    def persistent_id(self, value: object) -> int | None:
        if not isinstance(value, Shelf | tzinfo) or isinstance(value, timezone):
            return None
        self._held[id(value)] = value
        return id(value)

    def reducer_override(self, value: object) -> Any:
        """Values of frozen dataclasses go by their slots: five times as fast as their own way."""
        kind: Any = type(value)
        if not hasattr(kind, "__dataclass_fields__") or not hasattr(kind, "__slots__"):
            return NotImplemented
        return _build, (kind, *(getattr(value, name) for name in _fields(kind)))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, held: dict[int, object]) -> None:
        super().__init__(file)
        self._held = held

    def persistent_load(self, number: int) -> object:
        return self._held[number]


def _build(kind: type, *values: object) -> object:
    made: object = object.__new__(kind)
    for put, value in zip(_setters(kind), values, strict=True):
        put(made, value)
    return made


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _setters(kind: type) -> tuple[Callable[[object, object], None], ...]:
    return tuple(getattr(kind, name).__set__ for name in _fields(kind))
