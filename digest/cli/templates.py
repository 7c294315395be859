"""`digest templates`: which templates there are, and copies to change."""

from pathlib import Path

import click

from digest.cli.console import folders
from digest.cli.run_options import template_dir_option
from digest.cli.streams import print_line
from digest.errors import OutputError, UsageError


@click.group()
def templates() -> None:
    """List the templates of an edition, and export them to be changed."""


@templates.command("list")
@template_dir_option
def list_templates(*, template_dir: Path | None) -> None:
    """List all templates, and where each comes from."""
    from digest.rendering.environment import Templates, check_templates

    places = Templates(folders().templates, template_dir)
    names = check_templates(places)
    width = max(map(len, names))
    for name in names:
        folder = next(folder for folder in places.folders if (folder / name).exists())
        print_line(f"{name:{width}}  {folder}")


@templates.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("names", nargs=-1)
def export(*, folder: Path, names: tuple[str, ...]) -> None:
    """Copy the templates NAMES, or all of them, to FOLDER, for --template-dir.

    A file that is there already is left as it is.
    """
    from digest.delivery.output import write_file

    shipped = folders().templates
    known = sorted(path.name for path in shipped.iterdir())
    if unknown := set(names) - set(known):
        raise UsageError(
            f"There is no template {min(unknown)}.", hint=f"There are {', '.join(known)}."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    for name in names or known:
        if not (folder / name).exists():
            write_file(folder / name, (shipped / name).read_bytes())
