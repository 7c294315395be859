"""`digest parse`: show what the parser understood."""

from datetime import datetime

import click

from digest.cli.console import as_of_option, find_specs, open_reading, sources_argument
from digest.cli.streams import print_document, warn
from digest.errors import INCOMPLETE


@click.command()
@click.pass_context
@sources_argument
@as_of_option
def parse(context: click.Context, *, sources: tuple[str, ...], as_of: datetime | None) -> None:
    """Show what the parser understood of SOURCES, as JSON; nothing is translated.

    Of wire copy `complete` says whether all characters of its text stand in its parts.
    """
    from digest.config import find_zone
    from digest.rendering.data import as_data, as_json
    from digest.sources.files import read_sources

    now = datetime.now(find_zone())
    readings = read_sources(find_specs(sources, context), open_reading(as_of, now))
    for failure in readings.failures:
        warn(failure)
    if not readings.documents:
        raise click.exceptions.Exit(readings.failures[0].exit_code if readings.failures else 0)
    print_document(
        as_json(
            {
                "documents": [
                    {
                        "source": document.source,
                        "as_of": document.as_of,
                        "characters": len(document.text or document.reassemble()),
                        **({"complete": document.is_complete} if document.text else {}),
                        "parts": as_data(document.parts),
                    }
                    for document in readings.documents
                ],
                "problems": [
                    {"source": failure.source, "reason": failure.reason}
                    for failure in readings.failures
                ],
            }
        )
    )
    if readings.failures:
        raise click.exceptions.Exit(INCOMPLETE)
