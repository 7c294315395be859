"""`digest outbox`: mail that waits, was refused or may have arrived."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from digest.cli.console import MOST_NUMBER, folders, open_archive
from digest.cli.streams import note, print_line
from digest.config import find_zone
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.archive.store import Archive
    from digest.archive.values import State, StoredMessage

_numbers = click.argument("numbers", nargs=-1, type=click.IntRange(1, MOST_NUMBER), required=True)


@click.group()
def outbox() -> None:
    """Show and settle mail that waits, was refused, or may have arrived."""


@outbox.command("list")
def list_messages() -> None:
    """List these messages, the oldest first: number, date, state, recipient, reason."""
    from digest.archive.values import State

    with open_archive() as archive:
        messages = archive.messages(State.QUEUED, State.SENDING, State.REFUSED, State.UNKNOWN)
    for message in messages:
        reason = f"  ({message.reason})" if message.reason else ""
        print_line(f"{message.id:5}  {message.day}  {message.state:8} {message.address}{reason}")
    if not messages:
        note("Nothing waits, was refused or is unknown.")


@outbox.command()
@_numbers
def retry(*, numbers: tuple[int, ...]) -> None:
    """Put the messages NUMBERS, refused or unknown, back into the queue for the next run.

    What may have arrived will arrive twice then, if it has.
    """
    from digest.archive.values import State

    _move(numbers, State.QUEUED, {State.REFUSED, State.UNKNOWN})


@outbox.command()
@_numbers
def drop(*, numbers: tuple[int, ...]) -> None:
    """Give the messages NUMBERS up: they are not sent, and their items do not come again."""
    from digest.archive.values import State

    _move(numbers, State.DROPPED, {State.QUEUED, State.REFUSED, State.UNKNOWN})


def _move(numbers: tuple[int, ...], state: State, allowed: set[State]) -> None:
    """Move all of these messages, or none; one that was stopped while sending is unknown."""
    from digest.archive.values import State
    from digest.cli.mail import tell
    from digest.lock import hold_lock
    from digest.outbox import Sendings, tell_untold

    now = datetime.now(find_zone())
    with hold_lock(folders().lock), open_archive() as archive:
        tell_untold(archive, tell, Sendings(), now=now)
        messages = [_find(archive, number) for number in numbers]
        for message in messages:
            if message.state not in allowed:
                raise UsageError(f"Message {message.id} is {message.state}.")
            otherwise, items = archive.came_otherwise(message)
            if state is State.QUEUED and 0 < otherwise == items:
                raise UsageError(
                    f"What is in message {message.id} came with another edition.",
                    hint="`digest outbox drop` takes it off the list.",
                )
        for message in messages:
            archive.move(message, state, reason=message.reason, now=now)


def _find(archive: Archive, number: int) -> StoredMessage:
    message = archive.message(number)
    if message is None:
        raise UsageError(f"There is no message {number}.", hint="`digest outbox list` has them.")
    return message
