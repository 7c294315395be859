"""`digest schedule`: the lines that make cron or systemd run a command every day."""

from __future__ import annotations

import glob
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.collect import collect
from digest.cli.console import check_asked, find_specs
from digest.cli.intervals import CRON, Interval, cron_times, nearest, shown
from digest.cli.run import run
from digest.cli.streams import print_document
from digest.errors import InputError, MissingInput, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_ZONE_NOTE = "in the time zone of this machine"


def _parse_time(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    found = _TIME.fullmatch(value)
    if not found:
        raise click.BadParameter("is not a time like 07:00", context, parameter)
    return int(found[1]), int(found[2])


at_option = click.option(
    "--at",
    default="07:00",
    show_default=True,
    callback=_parse_time,
    help="When to run, on the clock of this machine.",
)
every_option = click.option(
    "--collect-every",
    "every",
    type=Interval(),
    help="Also collect what is new so often, day and night: 30m, 2h.",
)
weekdays_option = click.option("--weekdays", is_flag=True, help="Not on Saturdays and Sundays.")
arguments_argument = click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
_passing = {"ignore_unknown_options": True}


@click.group()
def schedule() -> None:
    """Print the lines that run `digest run ARGUMENTS` every day; nothing is installed.

    Give the arguments of the run after `--`: digest schedule cron --at 07:00 -- --send sendmail
    """


@schedule.command(context_settings=_passing)
@at_option
@every_option
@weekdays_option
@click.option("--mailto", default="", help="Who cron mails what goes wrong.  [default: you]")
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append what is said to this file, instead of having cron mail it.",
)
@arguments_argument
@click.pass_context
def cron(
    context: click.Context,
    *,
    at: tuple[int, int],
    every: int | None,
    weekdays: bool,
    mailto: str,
    log: Path | None,
    arguments: tuple[str, ...],
) -> None:
    """Print lines for `crontab -e`."""
    hour, minute = at
    if every and every not in CRON:
        near = " or ".join(map(shown, nearest(every)))
        raise UsageError(f"cron cannot say every {shown(every)}.", hint=f"It can say {near}.")
    asked = _Asked.of(arguments, context, collects=bool(every))
    _check_line(mailto)
    _check_line(str(log or ""))
    lines = [f"# digest, {'on weekdays' if weekdays else 'every day'} {_ZONE_NOTE}"]
    if mailto:
        lines.append(f"MAILTO={mailto}")
    lines.append(
        f"{minute} {hour} * * {'1-5' if weekdays else '*'} {_cron_command(asked.run, log)}"
    )
    if every:
        lines.append(f"# what is new, every {shown(every)}")
        lines.append(f"{cron_times(every)} * * * {_cron_command(asked.collect, log)}")
    print_document("\n".join(lines) + "\n")


def _cron_command(command: list[str], log: Path | None) -> str:
    line = shlex.join(["PYTHONUTF8=1", *command])
    if log:
        line += f" >> {shlex.quote(str(log.absolute()))} 2>&1"
    return line.replace("%", r"\%")  # cron takes a bare % for a line break


@schedule.command(context_settings=_passing)
@at_option
@every_option
@weekdays_option
@arguments_argument
@click.pass_context
def systemd(
    context: click.Context,
    *,
    at: tuple[int, int],
    every: int | None,
    weekdays: bool,
    arguments: tuple[str, ...],
) -> None:
    """Print services and timers for ~/.config/systemd/user/."""
    hour, minute = at
    asked = _Asked.of(arguments, context, collects=bool(every))
    days = "Mon..Fri " if weekdays else ""
    when = f"OnCalendar={days}*-*-* {hour:02}:{minute:02}:00\nPersistent=true"
    units = [_unit("digest", "Bilingual edition of Dutch news", asked.run, "daily", when)]
    if every:
        when = f"OnActiveSec=0\nOnUnitActiveSec={every}min"
        often = f"every {shown(every)}"
        units.append(_unit("digest-collect", "Dutch news collected", asked.collect, often, when))
    print_document("\n".join(units))


def _unit(name: str, what: str, command: list[str], often: str, when: str) -> str:
    """A service and its timer."""
    return (
        f"# {name}.service\n"
        "[Unit]\n"
        f"Description={what}\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        "Environment=PYTHONUTF8=1\n"
        f"ExecStart={' '.join(map(_systemd_quote, command))}\n"
        "# 75 is `try again later`: another run, or a mail server that said later.\n"
        "SuccessExitStatus=75\n\n"
        f"# {name}.timer\n"
        "[Unit]\n"
        f"Description={what}, {often}\n\n"
        "[Timer]\n"
        f"{when}\n\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The commands of a schedule: the run, and the collecting of the same sources."""

    run: list[str]
    collect: list[str]

    @classmethod
    def of(cls, arguments: tuple[str, ...], context: click.Context, *, collects: bool) -> _Asked:
        """What the arguments of a run mean. Raises for a source that there is not."""
        words = list(_read(arguments))
        sources = [word.text for word in words if not word.option]
        if collects:
            check_asked(tuple(sources), context)
        _check_sources(tuple(sources), context)
        known = {parameter.name for parameter in collect.params} - {"verbose"}
        run_words = [word.text for word in words]
        if collects and any(word.text == "--all" for word in words):
            raise UsageError("What is collected comes with --new, not with --all.")
        if collects and not any(word.option == "new" for word in words):
            run_words.append("--new")
        shared = [word.text for word in words if not word.option or word.option in known]
        translates = [] if "--no-memory" in shared else ["--translate"]
        return cls(
            run=[*_program(context), "run", *run_words],
            collect=[*_program(context), "collect", *translates, *shared],
        )


def _check_sources(sources: tuple[str, ...], context: click.Context) -> None:
    """Raise `MissingInput` for a source that is not there, `UsageError` for standard input."""
    from digest.sources.finding import find_files
    from digest.sources.hosts import is_web
    from digest.sources.spec import STANDARD_INPUT

    for spec in find_specs(sources, context):
        if spec.location == STANDARD_INPUT:
            raise UsageError("Nothing comes from standard input in a schedule.")
        if not is_web(spec.location):
            try:
                next(find_files(spec.location, []), None)
            except MissingInput:
                raise
            except InputError:
                continue  # a folder that has nothing yet


def _program(context: click.Context) -> list[str]:
    """This program by its absolute path, with the configuration that it was given."""
    config = context.find_root().params.get("config")
    settings = ["--config", str(config.absolute())] if config else []
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return [sys.executable, "-m", "digest", *settings]
    found = program if program.is_file() else Path(shutil.which(program.name) or sys.executable)
    # The link of a virtual environment must stay a link, or it would leave the environment.
    return [str(Path(os.path.abspath(found))), *settings]  # noqa: PTH100 - resolve() follows links


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the arguments, and the name of the option that it is, or is the value of."""

    text: str
    option: str = ""


def _read(arguments: tuple[str, ...]) -> Iterator[_Word]:
    """The arguments of a run, in which sources and values that are paths are absolute."""
    known = {
        name: option
        for option in run.params
        for name in (*option.opts, *option.secondary_opts)
        if name[:1] == "-"
    }
    before: click.Parameter | None = None
    for argument in arguments:
        _check_line(argument)
        name, equals, value = argument.partition("=")
        if before:
            text = str(Path(argument).absolute()) if _is_path(before) else argument
            yield _Word(text, before.name or "")
            before = None
        elif name in known and equals:
            text = f"{name}={Path(value).absolute() if _is_path(known[name]) else value}"
            yield _Word(text, known[name].name or "")
        elif name in known:
            option = known[name]
            flag = isinstance(option, click.Option) and (option.is_flag or option.count)
            before = None if flag else option
            yield _Word(argument, option.name or "")
        elif argument.startswith("-") and argument != "-":
            yield _Word(argument, argument)
        else:
            is_path = Path(argument).exists() or glob.has_magic(argument)
            is_web = argument.lower().startswith(("http", "feed:"))
            yield _Word(str(Path(argument).absolute()) if is_path and not is_web else argument)


def _is_path(option: click.Parameter) -> bool:
    return isinstance(option.type, click.Path)


def _check_line(text: str) -> None:
    """Raise `UsageError` for what would forge a line, or steer the terminal that shows it."""
    if not os.fsencode(text).decode(errors="replace").isprintable():
        raise UsageError(
            f"{text!r:.100} cannot stand in a schedule: it has a line break or a control character."
        )


def _systemd_quote(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[\s\"'\\;]", part) or not part else escaped
