"""What the archive takes and gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

OUTPUT = ""
"""The recipient that standard output and files are."""


class State(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name of an item, and the words that it had when it was last seen under it.

    They stand in the order of the alphabet, with spaces between them.
    """

    identity: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An item of an edition: its identity, number, and its text in both languages."""

    identity: str
    number: int
    dutch: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedItem:
    """An item that waits for its edition: the place of its source, and the item as JSON."""

    identity: str
    source: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What was collected: the moment of the last time, as it is stored, and how many items wait."""

    last: str
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdition:
    """An edition as it was made: `document` is its JSON, in pieces that can be read once."""

    day: date
    title: str
    created: datetime
    document: Iterable[str]
    name: str = ""
    items: Sequence[StoredItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """A message of an edition to one recipient: `recipient` is compared by, `address` sent to."""

    sender: str
    recipient: str
    address: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message in the archive, without its data.

    `day` is as it is stored, `name` that of its edition.
    """

    id: int
    edition: int
    day: str
    name: str
    sender: str
    recipient: str
    address: str
    state: State
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A line of the history; `day` and `created` are as they are stored."""

    id: int
    day: str
    created: str
    name: str
    title: str
    items: int
    delivered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An item that a search found, with the words marked by square brackets."""

    edition: int
    day: str
    number: int
    dutch: str
    english: str
