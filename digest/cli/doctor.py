"""`digest doctor`: check that an edition can be made."""

from collections.abc import Callable, Iterator

import click

from digest.cli.console import folders, threads
from digest.config import ZONE_NAME, Folders, find_zone
from digest.errors import DigestError, ModelError

_GOLDEN = ("De minister opent dinsdag een brug.", "minister")


@click.command()
def doctor() -> None:
    """Check models, templates and time zone; one line each.

    Exits with 0 when all is well, with 69 for a model and 78 for anything else.
    """
    code = 0
    for name, check in _checks(folders()):
        try:
            click.echo(f"ok    {name}: {check()}")
        except DigestError as error:
            click.echo(f"FAIL  {name}: {error} {error.hint}".rstrip())
            code = code or error.exit_code
    raise click.exceptions.Exit(code)


def _checks(places: Folders) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "model", lambda: _check_model(places)
    yield "templates", lambda: _check_templates(places)
    yield "time zone", _check_zone


def _check_model(places: Folders) -> str:
    """Load the model that an edition would use, and translate a sentence with it."""
    from digest.translation.engine import Decoding
    from digest.translation.packages import choose_model, find_models, load_engine

    engine = load_engine(
        choose_model(find_models(places.packages, places.starter)), threads=threads(0)
    )
    dutch, expected = _GOLDEN
    ((_, (hypothesis,)),) = engine.translate_segments([dutch], Decoding())
    if expected not in hypothesis.text.lower():
        raise ModelError(f"{engine.model} translates {dutch!r} to {hypothesis.text!r}.")
    return f"{engine.model} translates"


def _check_templates(places: Folders) -> str:
    from digest.rendering.environment import Templates, check_templates

    return f"{len(check_templates(Templates(places.templates)))} in {places.templates}"


def _check_zone() -> str:
    find_zone()
    return ZONE_NAME
