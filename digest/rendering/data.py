"""Values as JSON: every dataclass an object, every moment in ISO 8601."""

import dataclasses
import json
from datetime import date
from typing import Any

from digest.article import Article, Brief, Section
from digest.edition import Edition

_KINDS = {Article: "article", Brief: "brief", Section: "section"}


SCHEMA_VERSION = 1
"""Counts up when a reader of version 1 could no longer read what is written."""


def edition_as_json(edition: Edition) -> str:
    """The edition as docs/edition.schema.json describes it."""
    counts = {"sentences": len(edition.sentences), "doubtful": edition.doubtful}
    return as_json({"version": SCHEMA_VERSION, "counts": counts, **as_data(edition)})


def as_json(value: Any) -> str:
    """A value of this program as JSON text that ends with a line feed."""
    return json.dumps(as_data(value), ensure_ascii=False, indent=2) + "\n"


def as_data(value: Any) -> Any:
    """The same as objects, lists, strings and numbers; parts of a document tell their kind."""
    if dataclasses.is_dataclass(value):
        kind = _KINDS.get(type(value))
        head = {"kind": kind} if kind else {}
        fields = dataclasses.fields(value)
        return head | {field.name: as_data(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {key: as_data(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [as_data(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
