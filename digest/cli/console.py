"""What commands share: options, the clock, standard output and error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from digest.config import Folders, find_folders, find_zone
from digest.errors import OutputError

if TYPE_CHECKING:
    from digest.translation.translate import Translator

Command = TypeVar("Command", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """A date with or without a time, in ISO 8601; without an offset it is Dutch time."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The aware moment."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-11-22 or 2026-11-22T14:30.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=find_zone())


class Day(click.ParamType[date]):
    """A date in ISO 8601."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-11-22.", param, ctx)


sources_argument = click.argument(
    "sources", nargs=-1, type=click.Path(path_type=Path), metavar="[SOURCES]..."
)
as_of_option = click.option(
    "--as-of",
    type=Moment(),
    help="The moment from which `20 minuten geleden` counts back.  "
    "[default: when each source was last changed]",
)
model_option = click.option("--model", default="", help="Use this model instead of the best one.")
beam_size_option = click.option(
    "--beam-size",
    type=click.IntRange(0, 32),
    default=0,
    help="Hypotheses searched at once; 1 is fastest, 0 is the model's own default.",
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(0, 256), default=0, help="Processor threads; 0 uses all."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
verbose_option = click.option(
    "-v", "--verbose", count=True, help="Say what was done; -vv shows where an error came from."
)


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in reading order."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def folders() -> Folders:
    """The folders, from the environment of the process."""
    return find_folders(os.environ)


def threads(jobs: int) -> int:
    """`jobs`, or the number of processors that this process may use."""
    if jobs:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_translator(
    places: Folders, *, model: str, beam_size: int, jobs: int, progress: bool
) -> Translator:
    """The translator for the chosen model. Raises `ModelError` when there is none."""
    from digest.translation.engine import Decoding
    from digest.translation.packages import choose_model, find_models
    from digest.translation.translate import Translator

    return Translator(
        choose_model(find_models(places.packages, places.starter), model),
        threads=threads(jobs),
        decoding=Decoding(beam_size=beam_size),
        progress=ProgressLine("Translating", shown=progress),
    )


def note(message: str) -> None:
    """A line on standard error."""
    click.echo(message, err=True)


def print_document(text: str) -> None:
    """Write a document to standard output as UTF-8, whatever the locale.

    Raises `OutputError` when it cannot be written; a closed pipe is not an error.
    """
    stream = sys.stdout.buffer
    try:
        stream.write(text.encode("utf-8"))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is buffered cannot be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"Standard output cannot be written: {error.strerror}.") from error


class ProgressLine:
    """A line on a terminal that counts; silent elsewhere."""

    def __init__(self, label: str, *, shown: bool) -> None:
        self._label = label
        self._shown = shown and sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is; the line is wiped when all is done."""
        if self._shown:
            text = f"{self._label} {done}/{total}" if done < total else ""
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
