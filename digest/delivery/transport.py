"""Handing a message to something that sends it, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What came of a message.

    Sent; not now, but perhaps later; refused for this recipient, for good; unknown: it may have
    arrived; misconfigured: not sent, since something in our own set-up is wrong.
    """

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a message; the reason is one phrase, empty when it was sent.

    `everybody`: it was met before any recipient was named, and the next message would meet it too.
    """

    outcome: Outcome
    reason: str = ""
    everybody: bool = False


class Transport(Protocol):
    """Sends one message to one recipient."""

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        """Send a message; what it returns is its fate, and nothing that comes later changes it.

        `committing` is called right before the step after which it may be on its way; a
        process that dies later cannot know whether it was sent.
        """

    def finish(self) -> None:
        """Take leave of what took the last message, once its fate is noted; never fails."""

    def takes_utf8(self) -> bool:
        """Whether it sends to addresses that are not ASCII before the `@`.

        Raises `BusyError` where that cannot be asked now, `ConfigurationError` where something
        has to be mended first.
        """
