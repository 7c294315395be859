"""Sending what waits in the archive's outbox: each message once, with second tries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from digest.archive.store import Archive, State, StoredMessage
from digest.delivery.transport import Outcome, Receipt, Transport

FIRST_PAUSE = 1.0
"""Seconds before the second try; each pause is twice the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time, passed in: the aware moment, and waiting for some seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


@dataclass(slots=True)
class Sendings:
    """What came of an outbox: recipients, with the reason where it was not sent."""

    sent: list[str] = field(default_factory=list)
    deferred: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def send_outbox(
    archive: Archive, transport: Transport, *, clock: Clock, patience: float
) -> Sendings:
    """Send all queued messages; a deferred one is tried again for `patience` seconds in all.

    A message that was on its way when a run was killed may have arrived: it is named in
    `unknown`, this once, and given up.
    """
    sendings = Sendings()
    for message in archive.outbox(State.SENDING):
        sendings.unknown.append(message.recipient)
        archive.move(message, State.REFUSED, reason="stopped while sending", now=clock.now())
    waited = 0.0
    for message in archive.outbox(State.QUEUED):
        pause = FIRST_PAUSE
        receipt = _send(archive, transport, message, clock)
        while receipt.outcome is Outcome.DEFERRED and waited + pause <= patience:
            clock.sleep(pause)
            waited += pause
            pause *= 2
            receipt = _send(archive, transport, message, clock)
        if receipt.outcome is Outcome.SENT:
            sendings.sent.append(message.recipient)
        elif receipt.outcome is Outcome.DEFERRED:
            sendings.deferred.append((message.recipient, receipt.reason))
        else:
            sendings.refused.append((message.recipient, receipt.reason))
    return sendings


_STATES = {
    Outcome.SENT: State.SENT,
    Outcome.DEFERRED: State.QUEUED,
    Outcome.REFUSED: State.REFUSED,
}


def _send(archive: Archive, transport: Transport, message: StoredMessage, clock: Clock) -> Receipt:
    receipt = transport.send(
        message.data,
        sender=message.sender,
        recipient=message.recipient,
        committing=lambda: archive.move(message, State.SENDING, reason="", now=clock.now()),
    )
    archive.move(message, _STATES[receipt.outcome], reason=receipt.reason, now=clock.now())
    return receipt
