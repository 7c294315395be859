"""The command `digest`: options, wiring, errors to exit codes; nothing else."""

import sys
import traceback
from pathlib import Path
from typing import Any

import click

from digest import __version__
from digest.cli.doctor import doctor
from digest.cli.history import history
from digest.cli.models import models
from digest.cli.parse import parse
from digest.cli.run import run
from digest.cli.schedule import schedule
from digest.cli.settings import config as settings
from digest.cli.settings import load_defaults, load_sources
from digest.cli.templates import templates
from digest.cli.translate import translate
from digest.cli.word import word
from digest.errors import DigestError


class DigestGroup(click.Group):
    """Prints a `DigestError` as a sentence with a hint, and exits with its code."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; the one place where errors become exit codes."""
        try:
            return super().invoke(context)
        except DigestError as error:
            if "-vv" in sys.argv:
                traceback.print_exc()
            click.echo(f"digest: {error}", err=True)
            if error.hint:
                click.echo(f"        {error.hint}", err=True)
            context.exit(error.exit_code)


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
    78 configuration.
    """
    if context.invoked_subcommand != "config":  # which must work when the file does not
        context.default_map = load_defaults(config, main)
        context.obj = load_sources(config)


for _command in (
    run, parse, translate, word, models, history, schedule, templates, settings, doctor
):  # fmt: skip
    main.add_command(_command)
