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
_ENOUGH = 2
"""After so many messages in a row that met what everybody would meet, the rest is not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time, passed in: the aware moment, and waiting for some seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


class Fate(StrEnum):
    """What a person is told of a message that was not sent."""

    DEFERRED = "deferred"
    MISCONFIGURED = "misconfigured"
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

    What is given up or refused is told here, or by the next run where this one is killed before.
    """
    sendings = Sendings()
    tell_untold(archive, tell, sendings, now=clock.now())
    waiter = _Waiter(clock, patience)
    met = 0
    last = Receipt(outcome=Outcome.SENT)
    for message in archive.messages(State.QUEUED):
        if met >= _ENOUGH:  # the rest would meet the same
            receipt = last
        else:
            try:
                data = archive.data(message)
            except ArchiveError as error:
                sendings.fates.add(Fate.DAMAGED)
                tell(message, Fate.DAMAGED, str(error))
                continue
            receipt = last = waiter.insist(lambda: _send(archive, transport, message, data, clock))  # noqa: B023 - called at once
            met = met + 1 if receipt.everybody else 0
        if receipt.outcome is Outcome.SENT:
            sendings.sent += 1
        elif receipt.outcome in {Outcome.DEFERRED, Outcome.MISCONFIGURED}:
            fate = Fate(receipt.outcome.value)
            sendings.fates.add(fate)
            tell(message, fate, receipt.reason)
        else:
            tell_untold(archive, tell, sendings, now=clock.now())
    return sendings


@dataclass(slots=True)
class _Waiter:
    """Second tries of what is deferred, as long as there is patience left."""

    clock: Clock
    patience: float

    def insist(self, send: Callable[[], Receipt]) -> Receipt:
        """The receipt of the last try."""
        pause = FIRST_PAUSE
        receipt = send()
        while receipt.outcome is Outcome.DEFERRED and pause <= self.patience:
            self.clock.sleep(pause)
            self.patience -= pause
            pause *= 2
            receipt = send()
        return receipt


def tell_untold(archive: Archive, tell: Tell, sendings: Sendings, *, now: datetime) -> None:
    """Tell what was refused and what may have arrived, and note that it was told.

    A message that was on its way when a run was stopped may have arrived: it is given up here, by
    a run that holds the lock.
    """
    for message in archive.messages(State.SENDING):
        archive.move(message, State.UNKNOWN, reason="stopped while sending", now=now)
    for message in archive.untold():
        fate = Fate.UNKNOWN if message.state is State.UNKNOWN else Fate.REFUSED
        sendings.fates.add(fate)
        if tell(message, fate, message.reason):
            archive.note_told(message)


_STATES = {
    Outcome.SENT: State.SENT,
    Outcome.DEFERRED: State.QUEUED,
    Outcome.MISCONFIGURED: State.QUEUED,
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
            outcome=Outcome.UNKNOWN if committed else Outcome.MISCONFIGURED,
            reason=f"{type(error).__name__}: {error}",
        )
    except BaseException:
        if committed:
            archive.move(message, State.UNKNOWN, reason="stopped while sending", now=clock.now())
        raise
    archive.move(message, _STATES[receipt.outcome], reason=receipt.reason, now=clock.now())
    transport.finish()
    return receipt
