"""Handing a message to something that sends it, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """Sent; not now, but perhaps later; or never."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a message; the reason is one phrase, empty when it was sent."""

    outcome: Outcome
    reason: str = ""


class Transport(Protocol):
    """Sends one message to one recipient."""

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        """Send a message.

        `committing` is called right before the step after which it may be on its way; a
        process that dies later cannot know whether it was sent.
        """
