"""Values as JSON: every dataclass an object, every moment in ISO 8601."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from digest.article import Article, Aside, Brief, Section
from digest.edition import Edition, Entry
from digest.plaintext import escaped
from digest.shelf import Shelf

_KINDS = {Article: "article", Aside: "aside", Brief: "brief", Section: "section"}


SCHEMA_VERSION = 3
"""Counts up when a reader of the version before could no longer read what is written."""
_READ = frozenset(range(1, SCHEMA_VERSION + 1))
"""What editions of the archive may be in; what later versions added has defaults."""


def edition_as_json(edition: Edition) -> Iterator[str]:
    """The edition as docs/edition.schema.json describes it, in pieces."""
    counts = {"sentences": edition.tally.sentences, "doubtful": edition.doubtful}
    data = as_data(replace(edition, entries=()))
    head = {"version": SCHEMA_VERSION, "counts": counts, **data}
    return as_json_with(head, "entries", edition.entries)


def as_json_with(head: dict[str, Any], name: str, values: Iterable[Any]) -> Iterator[str]:
    """An object as JSON, in pieces, whose list of this name, which is empty, gets the values."""
    empty = f'\n  "{name}": []'  # within a string there is no line feed
    before, there, after = as_json(head | {name: []}).partition(empty)
    assert there
    yield before + empty[:-1]
    number = 0
    for number, value in enumerate(values, 1):
        comma = "," if number > 1 else ""
        yield f"{comma}\n{as_json(value).rstrip()}".replace("\n", "\n    ")
    yield f"{_LINE if number else ''}]{after}"


_LINE = "\n  "


def edition_as_lines(edition: Edition) -> Iterator[str]:
    """The items of an edition, one a line, each as it stands in the JSON of the edition."""
    return map(entry_as_line, edition.entries)


def entry_as_line(entry: Entry) -> str:
    """An item as one line of JSON."""
    return escaped(json.dumps(as_data(entry), ensure_ascii=False)) + "\n"


def edition_from_json(text: str) -> Edition:
    """The edition that `edition_as_json` wrote. Raises `ValueError` for anything else."""
    data = json.loads(text)
    if data.get("version") not in _READ:
        raise ValueError(f"an edition of version {data.get('version')}")
    edition = from_data(Edition, data)
    assert isinstance(edition, Edition)
    return edition


def from_data(kind: Any, data: Any) -> Any:
    """A value of the annotated type `kind` from what `as_data` made of it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:
        (inner,) = (part for part in arguments if part is not NoneType)
        return None if data is None else from_data(inner, data)
    if origin in (tuple, Sequence):
        return tuple(from_data(arguments[0], part) for part in data)
    if dataclasses.is_dataclass(kind):
        make: Any = kind
        hints = _hints(make)
        names = [field.name for field in dataclasses.fields(kind) if field.name in data]
        return make(**{name: from_data(hints[name], data[name]) for name in names})
    if kind in (date, datetime):
        return kind.fromisoformat(data)
    return kind(data)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The types of the fields of a dataclass; finding them takes longer than using them."""
    return get_type_hints(kind)


def as_json(value: Any) -> str:
    """A value of this program as JSON text that ends with a line feed."""
    return escaped(json.dumps(as_data(value), ensure_ascii=False, indent=2)) + "\n"


def as_data(value: Any) -> Any:
    """The same as objects, lists, strings and numbers; parts of a document tell their kind."""
    if dataclasses.is_dataclass(value):
        kind = _KINDS.get(type(value))
        head = {"kind": kind} if kind else {}
        fields = dataclasses.fields(value)
        return head | {field.name: as_data(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {key: as_data(part) for key, part in value.items()}
    if isinstance(value, tuple | list | Shelf):
        return [as_data(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
