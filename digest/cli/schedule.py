"""`digest schedule`: the lines that make cron or systemd run a command every day."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from digest.cli.run import run
from digest.cli.streams import print_document
from digest.errors import UsageError

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
@weekdays_option
@click.option("--mailto", default="", help="Who cron mails what goes wrong.  [default: you]")
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append what is said to this file, instead of having cron mail it.",
)
@arguments_argument
def cron(
    *,
    at: tuple[int, int],
    weekdays: bool,
    mailto: str,
    log: Path | None,
    arguments: tuple[str, ...],
) -> None:
    """Print lines for `crontab -e`."""
    hour, minute = at
    command = shlex.join(["PYTHONUTF8=1", *_command(arguments)])
    if log:
        command += f" >> {shlex.quote(str(log.absolute()))} 2>&1"
    _check_line(mailto)
    _check_line(str(log or ""))
    escaped = command.replace("%", r"\%")  # cron takes a bare % for a line break
    lines = [f"# digest, {'on weekdays' if weekdays else 'every day'} {_ZONE_NOTE}"]
    if mailto:
        lines.append(f"MAILTO={mailto}")
    lines.append(f"{minute} {hour} * * {'1-5' if weekdays else '*'} {escaped}")
    print_document("\n".join(lines) + "\n")


@schedule.command(context_settings=_passing)
@at_option
@weekdays_option
@arguments_argument
def systemd(*, at: tuple[int, int], weekdays: bool, arguments: tuple[str, ...]) -> None:
    """Print a service and a timer for ~/.config/systemd/user/."""
    hour, minute = at
    command = " ".join(_systemd_quote(part) for part in _command(arguments))
    days = "Mon..Fri " if weekdays else ""
    print_document(
        "# digest.service\n"
        "[Unit]\n"
        "Description=Bilingual edition of Dutch news\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        "Environment=PYTHONUTF8=1\n"
        f"ExecStart={command}\n"
        "# 75 is `try again later`: another run, or a mail server that said later.\n"
        "SuccessExitStatus=75\n\n"
        "# digest.timer\n"
        "[Unit]\n"
        "Description=Bilingual edition of Dutch news, daily\n\n"
        "[Timer]\n"
        f"OnCalendar={days}*-*-* {hour:02}:{minute:02}:00\n"
        "Persistent=true\n\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )


def _command(arguments: tuple[str, ...]) -> list[str]:
    """This program by its absolute path, with the arguments; paths among them made absolute."""
    program = Path(sys.argv[0])
    found = program if program.is_file() else Path(shutil.which(program.name) or sys.executable)
    # The link of a virtual environment must stay a link, or it would leave the environment.
    command = [str(Path(os.path.abspath(found)))]  # noqa: PTH100 - resolve() follows links
    if program.name == "__main__.py":
        command = [sys.executable, "-m", "digest"]
    return [*command, "run", *_absolute(arguments)]


def _absolute(arguments: tuple[str, ...]) -> Iterator[str]:
    """The arguments of a run, in which sources and values that are paths are absolute."""
    known = {name: option for option in run.params for name in option.opts if name[:1] == "-"}
    before: click.Parameter | None = None
    for argument in arguments:
        _check_line(argument)
        name, equals, value = argument.partition("=")
        if before:
            yield str(Path(argument).absolute()) if _is_path(before) else argument
            before = None
        elif name in known and equals:
            yield f"{name}={Path(value).absolute() if _is_path(known[name]) else value}"
        elif name in known:
            flag = isinstance(known[name], click.Option) and known[name].is_flag  # type: ignore[attr-defined]
            before = None if flag else known[name]
            yield argument
        else:
            source = not argument.startswith("-") and Path(argument).exists()
            yield str(Path(argument).absolute()) if source else argument


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
