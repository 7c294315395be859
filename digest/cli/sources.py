"""`digest sources`: the configured sources, looked at and changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import ReadingOptions, Seconds, folders, options, reading_options
from digest.cli.settings import load_sources
from digest.cli.streams import note, print_document, print_line, warn
from digest.config import find_zone
from digest.errors import INCOMPLETE, InputError, UsageError
from digest.sources.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.sources.files import Readings, SourceSpec


@click.group()
def sources() -> None:
    """List, check, add and remove the sources in the configuration file."""


def _file(context: click.Context) -> Path:
    found = context.find_root().params.get("config")
    return found or folders().config


@sources.command("list")
@click.pass_context
def list_sources(context: click.Context) -> None:
    """List the configured sources, those that are switched off too."""
    from digest.source_settings import read_settings
    from digest.sources.hosts import public_address

    listed = read_settings(_file(context)).listed
    for each in listed:
        more = [f"{key} {value}" for key, value in each.more.items()]
        name = f" ({each.name})" if each.name else ""
        said = f"  {', '.join(more)}" if more else ""
        print_line(f"{public_address(each.location)}{name}{said}")
    if not listed:
        note("No source is configured; `digest sources add` adds one.")


@sources.command()
@click.argument("names", nargs=-1)
@reading_options
@click.pass_context
def check(context: click.Context, *, names: tuple[str, ...], reading: ReadingOptions) -> None:
    """Read the configured sources, or those with these NAMES, and say what each gives.

    A line each: its kind, its items and the newest of them, whether the pages behind items are
    fetched, and what went wrong. Exits with 3 when something did.
    """
    from datetime import datetime

    from digest.cli.console import open_reading
    from digest.sources.files import read_sources
    from digest.sources.hosts import public_address

    specs = [spec for spec in load_sources(_file(context)) if _is_meant(spec, names)]
    if not specs:
        raise UsageError("There is no such source.", hint="`digest sources list` has them.")
    now = datetime.now(find_zone())
    reader = open_reading(None, now, timeout=reading.source_timeout, keep=False)
    failed = False
    for spec in specs:
        found = read_sources([spec], reader)
        failed = failed or bool(found.failures)
        print_line(f"{spec.name or public_address(spec.location)}: {_says(spec, found)}")
    raise click.exceptions.Exit(INCOMPLETE if failed else 0)


def _is_meant(spec: SourceSpec, names: Iterable[str]) -> bool:
    return not names or spec.name in names or spec.location in names


def _says(spec: SourceSpec, found: Readings) -> str:
    items = [item for document in found.documents for item in document.items]
    times = [item.published.at for item in items if item.published]
    said = list(dict.fromkeys(document.kind for document in found.documents))
    if items:
        said.append("1 item" if len(items) == 1 else f"{len(items)} items")
    if times:
        said.append(f"newest {max(times):%Y-%m-%d %H:%M}")
    if items:
        said.append(f"full text {'yes' if spec.full_text else 'no'}")
    said += [failure.reason for failure in found.failures]
    said += found.advice
    return ", ".join(said)


@sources.command()
@click.argument("location")
@options(
    click.option("--name", default="", help="What it is called in editions."),
    click.option("--section", default="", help="The section of its items."),
    click.option(
        "--kind",
        type=click.Choice([kind.value for kind in Kind]),
        default=Kind.AUTO.value,
        help="What it is, whatever is in it.",
    ),
    click.option("--limit", type=click.IntRange(0), default=0, help="At most so many items."),
    click.option("--timeout", type=Seconds(0), default=0.0, help="Seconds that it may take."),
    click.option("--full-text", is_flag=True, help="Fetch the page behind each new item."),
)
@click.pass_context
def add(context: click.Context, /, *, location: str, **more: str | float | bool) -> None:
    """Add LOCATION: a file, folder, pattern or address."""
    from digest.source_settings import Listed, read_settings
    from digest.sources.files import SourceSpec
    from digest.sources.finding import find_files
    from digest.sources.hosts import is_web

    if not is_web(location):
        next(find_files(location, []), None)
        location = SourceSpec(location=location).place
    settings = read_settings(_file(context))
    kept = {key.replace("_", "-"): value for key, value in more.items() if value}
    if kept.get("kind") == Kind.AUTO.value:
        del kept["kind"]
    name = str(kept.pop("name", ""))
    if not settings.add(Listed(location=location, name=name, more=kept)):
        raise UsageError(f"{location} is a source already.")
    settings.save()


@sources.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_context
def remove(context: click.Context, *, names: tuple[str, ...]) -> None:
    """Remove the sources with these NAMES or locations."""
    from digest.source_settings import read_settings

    settings = read_settings(_file(context))
    missing = [name for name in names if not settings.remove(name)]
    if missing:
        raise UsageError(
            f"There is no source {missing[0]}.", hint="`digest sources list` has them."
        )
    settings.save()


@sources.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def import_sources(context: click.Context, *, file: Path) -> None:
    """Add the feeds of FILE, a list in OPML; its groups become sections."""
    from digest.opml import read_opml
    from digest.regular import read_regular
    from digest.source_settings import Listed, read_settings

    try:
        data = read_regular(file, _MOST_BYTES)
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})") from error
    settings = read_settings(_file(context))
    feeds = read_opml(data, source=str(file))
    added = [
        feed
        for feed in feeds
        if settings.add(
            Listed(
                location=feed.address,
                name=feed.title,
                more={"section": feed.group} if feed.group else {},
            )
        )
    ]
    settings.save()
    said = f"{len(added)} of {len(feeds)} {'feed' if len(feeds) == 1 else 'feeds'} added"
    note(f"{said}{'' if len(added) == len(feeds) else '; the others are sources already'}.")


_MOST_BYTES = 10_000_000


@sources.command("export")
@click.pass_context
def export_sources(context: click.Context) -> None:
    """Print the configured sources on the web as a list in OPML."""
    from digest.opml import Feed, write_opml
    from digest.source_settings import read_settings
    from digest.sources.hosts import is_web, web_address

    listed = read_settings(_file(context)).listed
    feeds = [
        Feed(
            address=web_address(each.location),
            title=each.name,
            group=str(each.more.get("section", "")),
        )
        for each in listed
        if is_web(each.location)
    ]
    if len(feeds) < len(listed):
        warn("Files and folders cannot be in a list of feeds, and are left out.")
    print_document(write_opml(feeds))
