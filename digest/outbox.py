"""Sending what waits in the archive's outbox: each message once, with second tries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.archive.store import Archive
from digest.archive.values import State, StoredMessage
from digest.delivery.transport import Outcome, Receipt, Transport
from digest.errors import ArchiveError

FIRST_PAUSE = 1.0
"""Seconds before the second try; each pause is twice the one before."""
_SAME_FAULTS = 2
"""After so many messages in a row with the same fault of our own, the rest would meet it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time, passed in: the aware moment, and waiting for some seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


class Fate(StrEnum):
    """What a person is told of a message that was not sent."""

    DEFERRED = "deferred"
    UNSETTLED = "unsettled"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DAMAGED = "damaged"


Tell = Callable[[StoredMessage, Fate, str], bool]
"""Tells a person what became of a message, and why; whether that could be said at all."""


@dataclass(slots=True)
class Sendings:
    """What came of an outbox: how many messages were sent, and the fates of those that were not."""

    sent: int = 0
    fates: set[Fate] = field(default_factory=set)


def send_outbox(
    archive: Archive, transport: Transport, *, clock: Clock, patience: float, tell: Tell
) -> Sendings:
    """Send all queued messages; a deferred one is tried again for `patience` seconds in all.

    A message that was on its way when a run was killed may have arrived: it is given up. What is
    given up or refused is told here, or by the next run where this one is killed before.
    """
    sendings = Sendings()
    for message in archive.messages(State.SENDING):
        archive.move(message, State.UNKNOWN, reason="stopped while sending", now=clock.now())
    tell_untold(archive, tell, sendings)
    waited = 0.0
    faults: list[str] = []
    for message in archive.messages(State.QUEUED):
        if len(faults) >= _SAME_FAULTS:
            sendings.fates.add(Fate.UNSETTLED)
            tell(message, Fate.UNSETTLED, faults[-1])
            continue
        try:
            data = archive.data(message)
        except ArchiveError as error:
            sendings.fates.add(Fate.DAMAGED)
            tell(message, Fate.DAMAGED, str(error))
            continue
        pause = FIRST_PAUSE
        receipt = _send(archive, transport, message, data, clock)
        while receipt.outcome is Outcome.DEFERRED and waited + pause <= patience:
            clock.sleep(pause)
            waited += pause
            pause *= 2
            receipt = _send(archive, transport, message, data, clock)
        if receipt.outcome is Outcome.SENT:
            sendings.sent += 1
        elif receipt.outcome in {Outcome.DEFERRED, Outcome.UNSETTLED}:
            fate = Fate(receipt.outcome.value)
            sendings.fates.add(fate)
            tell(message, fate, receipt.reason)
        else:
            tell_untold(archive, tell, sendings)
        if receipt.outcome is not Outcome.UNSETTLED or faults[-1:] != [receipt.reason]:
            faults = []
        if receipt.outcome is Outcome.UNSETTLED:
            faults.append(receipt.reason)
    return sendings


def tell_untold(archive: Archive, tell: Tell, sendings: Sendings) -> None:
    """Tell what was refused and what may have arrived, and note that it was told."""
    for message in archive.untold():
        fate = Fate.UNKNOWN if message.state is State.UNKNOWN else Fate.REFUSED
        sendings.fates.add(fate)
        if tell(message, fate, message.reason):
            archive.note_told(message)


_STATES = {
    Outcome.SENT: State.SENT,
    Outcome.DEFERRED: State.QUEUED,
    Outcome.UNSETTLED: State.QUEUED,
    Outcome.REFUSED: State.REFUSED,
    Outcome.UNKNOWN: State.UNKNOWN,
}


def _send(
    archive: Archive, transport: Transport, message: StoredMessage, data: bytes, clock: Clock
) -> Receipt:
    """One try. A message that cannot be sent for a reason that nobody foresaw stops no other."""
    committed = False

    def committing() -> None:
        nonlocal committed
        archive.move(message, State.SENDING, now=clock.now())
        committed = True

    try:
        receipt = transport.send(
            data, sender=message.sender, recipient=message.address, committing=committing
        )
    except ArchiveError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        receipt = Receipt(
            outcome=Outcome.UNKNOWN if committed else Outcome.UNSETTLED,
            reason=f"{type(error).__name__}: {error}",
        )
    except BaseException:
        if committed:
            archive.move(message, State.UNKNOWN, reason="stopped while sending", now=clock.now())
        raise
    archive.move(message, _STATES[receipt.outcome], reason=receipt.reason, now=clock.now())
    transport.finish()
    return receipt
