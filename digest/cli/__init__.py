"""The command `digest`: options, wiring, errors to exit codes; nothing else."""

import sys
import traceback
from typing import Any

import click

from digest import __version__
from digest.cli.doctor import doctor
from digest.cli.models import models
from digest.cli.parse import parse
from digest.cli.run import run
from digest.cli.templates import templates
from digest.cli.translate import translate
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


@click.group(cls=DigestGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def main() -> None:
    """Turn Dutch news into a dated, bilingual edition, translated offline.

    Exit codes: 0 done, 1 a bug, 2 usage, 3 made but not complete, 65 unreadable input,
    66 missing input, 69 no usable model, 73 output cannot be written, 78 configuration.
    """


for _command in (run, parse, translate, models, templates, doctor):
    main.add_command(_command)
