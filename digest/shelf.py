"""Sequences that may be longer than memory: what is more than some hundred values lies in a file.

The files have no name and are gone with the process: nobody else can read them or write in them, so
that what is read of one is what this process put there. Several shelves lie in one file, since a
process may have a thousand documents, and not as many open files.
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
from itertools import chain, count, islice
from threading import Lock
from typing import Any, TypeVar, overload

from digest.errors import named_trouble

T = TypeVar("T")
HELD = 128
"""So many values are held in memory before they go into a file."""
_FILE = 64_000_000
"""From so many bytes on a file gets no further shelves."""


def shelve(values: Iterable[T], *, held: int | None = None) -> Sequence[T]:
    """All values in their order: a tuple of those that are to be `held`, where there are no more.

    Else it is a shelf. Raises `OutputError` where there is no room for them.
    """
    if isinstance(values, Shelf):
        return values
    few = HELD if held is None else held
    stream = iter(values)
    first = tuple(islice(stream, few + 1))
    return first if len(first) <= few else Shelf.of(chain(first, stream))


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
        file = _File.current()
        starts, lengths, kinds = array("Q"), array("Q"), bytearray()
        for value in values:
            start, length = file.add(value)
            starts.append(start)
            lengths.append(length)
            kinds.append(file.kind(type(value)))
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

    def packed(self, into: "_File") -> tuple[Any, ...]:
        """What `_restored` makes a shelf of that lies in a value of a file."""
        into.keep(self._file)
        return self._file.number, self._starts, self._lengths, self._kinds

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
    """Values one behind the other.

    `kinds` are the classes of them, of which there are few.
    """

    def __init__(self) -> None:
        with named_trouble(_PLACE):
            file = tempfile.TemporaryFile(prefix="digest-", buffering=0)  # noqa: SIM115 - see below
        weakref.finalize(self, file.close)
        self.number = next(_numbers)
        self.kinds: list[type] = []
        self._descriptor = file.fileno()
        self._size = 0
        self._adding = Lock()
        self._zones: dict[int, tzinfo] = {}
        self._others: dict[int, _File] = {}
        _files[self.number] = self

    @classmethod
    def current(cls) -> "_File":
        """The one that gets new shelves."""
        if not _open or _open[0].is_full:
            _open[:] = [cls()]
        return _open[0]

    @property
    def is_full(self) -> bool:
        """Whether it gets no further shelves."""
        return self._size > _FILE

    def kind(self, kind: type) -> int:
        """The number of a class."""
        if kind not in self.kinds:
            self.kinds.append(kind)
        return self.kinds.index(kind)

    def keep(self, other: "_File") -> None:
        """Hold another file, of which there is a shelf in this one."""
        if other is not self:
            self._others[other.number] = other

    def add(self, value: object) -> tuple[int, int]:
        """Put a value behind the last one; where it begins and how long it is."""
        buffer = io.BytesIO()
        _Pickler(buffer, self, self._zones).dump(value)
        left = buffer.getbuffer()
        length = len(left)
        with self._adding, named_trouble(_PLACE):
            start = self._size
            while left:
                written = os.pwrite(self._descriptor, left, start + length - len(left))
                left = left[written:]
            self._size += length
        return start, length

    def value(self, start: int, length: int) -> Any:
        """The value that begins there."""
        with named_trouble(_PLACE):
            data = os.pread(self._descriptor, length, start)
        return _Unpickler(io.BytesIO(data), self._zones).load()


_PLACE = "The temporary folder"
_numbers = count()
_files: weakref.WeakValueDictionary[int, _File] = weakref.WeakValueDictionary()
_open: list[_File] = []


class _Pickler(pickle.Pickler):
    """Frozen values go by their slots, five times as fast as their own way; zones by reference."""

    def __init__(self, buffer: io.BytesIO, file: _File, zones: dict[int, tzinfo]) -> None:
        super().__init__(buffer, pickle.HIGHEST_PROTOCOL)
        self._file = file
        self._zones = zones

    def persistent_id(self, value: object) -> int | None:
        if not isinstance(value, tzinfo) or isinstance(value, timezone):
            return None
        self._zones[id(value)] = value
        return id(value)

    def reducer_override(self, value: object) -> Any:
        if isinstance(value, Shelf):
            return _restored, value.packed(self._file)
        kind: Any = type(value)
        if not hasattr(kind, "__dataclass_fields__") or not hasattr(kind, "__slots__"):
            return NotImplemented
        return _build, (kind, *(getattr(value, name) for name in _fields(kind)))


class _Unpickler(pickle.Unpickler):
    def __init__(self, buffer: io.BytesIO, zones: dict[int, tzinfo]) -> None:
        super().__init__(buffer)
        self._zones = zones

    def persistent_load(self, number: int) -> tzinfo:
        return self._zones[number]


def _restored(
    number: int, starts: "array[int]", lengths: "array[int]", kinds: bytes
) -> "Shelf[Any]":
    return Shelf(_files[number], starts, lengths, kinds)


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
