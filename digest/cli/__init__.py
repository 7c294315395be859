"""The command `digest`: options, wiring, errors to exit codes; nothing else."""

import errno
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from digest import __version__
from digest.cli.backfill import backfill
from digest.cli.collect import collect
from digest.cli.completion import completion
from digest.cli.doctor import doctor
from digest.cli.history import history
from digest.cli.models import models
from digest.cli.outbox import outbox
from digest.cli.parse import parse
from digest.cli.run import run
from digest.cli.schedule import schedule
from digest.cli.settings import config as settings
from digest.cli.settings import load_defaults, load_sources
from digest.cli.sources import sources
from digest.cli.streams import note, note_text, silence, warn
from digest.cli.templates import templates
from digest.cli.translate import translate
from digest.cli.word import word
from digest.errors import ConfigurationError, DigestError, OutputError, PipeClosed
from digest.interrupt import Interrupted

_INTERRUPTED = 130
_REFUSALS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EROFS, errno.EACCES}
    | {errno.EPERM, errno.EMFILE, errno.ENFILE}
)
"""What a machine may refuse whatever the program does."""


class DigestGroup(click.Group):
    """Prints a `DigestError` as a sentence with a hint, and exits with its code."""

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run the command and exit; the one place where errors become exit codes."""
        extra["standalone_mode"] = False
        try:
            code = super().main(*arguments, **extra)
        except click.ClickException as error:
            code = _tell_usage(error)
        except PipeClosed as error:
            code = error.exit_code
        except DigestError as error:
            code = _tell(error)
        except Interrupted as error:
            code = error.exit_code
        except (KeyboardInterrupt, click.Abort):
            warn("stopped.")
            code = _INTERRUPTED
        except OSError as error:
            if (refused := _refused(error)) is None:
                raise
            code = _tell(refused)
        except SystemExit as error:  # click's own, where help goes into a pipe that nobody reads
            code = 0 if error.code == 1 else error.code
        sys.exit(code if isinstance(code, int) else 0)


def _tell_usage(error: click.ClickException) -> int:
    """As click shows it, but through the door to the terminal."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        note_text(error.format_message())
        return error.exit_code
    context = getattr(error, "ctx", None)
    if context:
        note(context.get_usage())
        note(f"Try '{context.command_path} --help' for help.")
        note("")
    note(f"Error: {error.format_message()}")
    return error.exit_code


def _refused(error: OSError) -> DigestError | None:
    """What the system refuses, where no part of the program had words for it; None for a bug."""
    reason = error.strerror or str(error)
    if "temporary directory" in reason:
        return ConfigurationError(f"{reason}.", hint="Set TMPDIR to a folder that can be written.")
    if error.errno not in _REFUSALS:
        return None
    if error.filename:
        return OutputError(f"{error.filename}: {reason}.")
    silence(sys.stdout)
    return OutputError(f"Standard output cannot be written: {reason}.")


def _tell(error: DigestError) -> int:
    if any(re.fullmatch(r"-v{2,}", argument) for argument in sys.argv):
        note_text(traceback.format_exc())
    warn(error)
    for line in error.hint.splitlines():
        note(line, indent=8)
    return error.exit_code


@click.group(
    cls=DigestGroup,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "DIGEST"},
)
@click.version_option(__version__, prog_name="digest")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings in TOML.  [default: config.toml in the configuration folder]",
)
@click.pass_context
def main(context: click.Context, *, config: Path | None) -> None:
    """Turn Dutch news into a dated, bilingual edition, translated offline.

    Exit codes: 0 done, 1 a bug, 2 usage, 3 made but not complete, 65 unreadable input,
    66 missing input, 69 no usable model, 73 output cannot be written, 75 try again later,
    78 configuration, 130 and 143 stopped by a signal.
    """
    if context.invoked_subcommand != "config":  # which must work when the file does not
        context.default_map = load_defaults(config, main)
        context.obj = load_sources(config)


for _command in (
    run, collect, sources, parse, translate, word, models, history, outbox, schedule, templates,
    settings, doctor, completion, backfill,
):  # fmt: skip
    main.add_command(_command)
