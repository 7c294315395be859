"""`digest sources`: the configured sources, looked at and changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import complete_files, folders, source_timeout_option
from digest.cli.groups import Grouped, options
from digest.cli.run_options import AGE, WORDS
from digest.cli.settings import spec_of
from digest.cli.streams import note, print_document, print_line, warn
from digest.cli.types import Seconds
from digest.config import find_zone
from digest.counting import counted
from digest.errors import INCOMPLETE, ConfigurationError, InputError, UsageError
from digest.plaintext import plain_line
from digest.sources.kinds import Kind

if TYPE_CHECKING:
    from digest.source_settings import Listed
    from digest.sources.files import Readings
    from digest.sources.spec import SourceSpec


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
        more = [f"{key} {_shown(value)}" for key, value in each.more.items()]
        name = f" ({each.name})" if each.name else ""
        said = f"  {', '.join(more)}" if more else ""
        print_line(f"{public_address(each.location)}{name}{said}")
    if not listed:
        note("No source is configured; `digest sources add` adds one.")


def _shown(value: object) -> str:
    """A setting as it is read: `true`, `klimaat or /stikstof/`."""
    if isinstance(value, list):
        return " or ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@sources.command()
@click.argument("names", nargs=-1)
@source_timeout_option
@click.pass_context
def check(context: click.Context, *, names: tuple[str, ...], source_timeout: float) -> None:
    """Read the configured sources, or those with these NAMES, and say what each gives.

    A line each: its kind, its items and the newest of them, whether the pages behind items are
    fetched, and what went wrong. Exits with 3 when something did.
    """
    from datetime import datetime

    from digest.cli.console import open_reading
    from digest.source_settings import read_settings
    from digest.sources.files import read_sources
    from digest.sources.hosts import public_address

    listed = read_settings(_file(context)).listed
    meant = [each for each in listed if not names or any(map(each.is_called, names))]
    for name in names:
        if not any(each.is_called(name) for each in listed):
            raise _no_source(name)
    if not meant:
        raise UsageError("No source is configured.", hint="`digest sources add` adds one.")
    now = datetime.now(find_zone())
    reader = open_reading(None, now, timeout=source_timeout, keep=False)
    failed = False
    for each in meant:
        called = each.name or public_address(each.location)
        specs = spec_of(each.settings)
        if not specs:
            print_line(f"{called}: switched off")
            continue
        found = read_sources(specs, reader)
        failed = failed or bool(found.failures)
        print_line(f"{called}: {_says(specs[0], found)}")
    raise click.exceptions.Exit(INCOMPLETE if failed else 0)


def _no_source(name: str) -> UsageError:
    from digest.sources.hosts import public_address

    hint = "`digest sources list` has them."
    return UsageError(f"There is no source {public_address(name)}.", hint=hint)


def _says(spec: SourceSpec, found: Readings) -> str:
    items = [item for document in found.documents for item in document.items]
    times = [item.published.at for item in items if item.published]
    said = list(dict.fromkeys(document.kind for document in found.documents))
    if items:
        said.append(counted(len(items), "item"))
    if times:
        said.append(f"newest {max(times):%Y-%m-%d %H:%M}")
    if items:
        said.append(f"full text {'yes' if spec.full_text else 'no'}")
    said += [failure.reason for failure in found.failures]
    said += found.advice
    return ", ".join(said)


@sources.command(cls=Grouped)
@click.argument("location", shell_complete=complete_files)
@options(
    "The source",
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
    click.option("--match", type=WORDS, multiple=True, help="Only items with one of these."),
    click.option("--exclude", type=WORDS, multiple=True, help="No items with one of these."),
    click.option("--match-en", type=WORDS, multiple=True, help="--match in the English."),
    click.option("--exclude-en", type=WORDS, multiple=True, help="--exclude in the English."),
    click.option("--max-age", type=AGE, default="", help="No items that are older."),
)
@click.pass_context
def add(
    context: click.Context, /, *, location: str, **more: str | float | bool | tuple[str, ...]
) -> None:
    """Add LOCATION: a file, folder, pattern or address."""
    from digest.source_settings import Listed, read_settings
    from digest.sources.finding import find_files
    from digest.sources.hosts import host_of, is_web, public_address, web_address
    from digest.sources.spec import SourceSpec

    if is_web(location):
        if not host_of(web_address(location)):
            raise UsageError(f"{public_address(location)} is not an address.")
    else:
        if not location.strip() or location == "-":
            raise UsageError("A source is a file, a folder, a pattern or an address.")
        next(find_files(location, []), None)
        location = SourceSpec(location=location).place
    kept = {
        key.replace("_", "-"): list(value) if isinstance(value, tuple) else value
        for key, value in more.items()
        if value and value != Kind.AUTO.value
    }
    name = str(kept.pop("name", ""))
    source = Listed(location=location, name=name, more=kept)
    _check(source)
    settings = read_settings(_file(context))
    if not settings.add(source):
        raise UsageError(f"{public_address(location)} is a source already.")
    settings.save()


def _check(source: Listed) -> None:
    """Raise `UsageError` for a source that the configuration would refuse."""
    try:
        spec_of(source.settings)
    except ConfigurationError as error:
        raise UsageError(f"The source{error}".replace("source: ", "source's ")) from error


@sources.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_context
def remove(context: click.Context, *, names: tuple[str, ...]) -> None:
    """Remove the sources with these NAMES or locations."""
    from digest.source_settings import read_settings

    settings = read_settings(_file(context))
    for name in names:
        if not settings.remove(name):
            raise _no_source(name)
    settings.save()


@sources.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def import_sources(context: click.Context, *, file: Path) -> None:
    """Add the feeds of FILE, a list in OPML; its groups become sections."""
    from digest.opml import read_opml
    from digest.regular import read_regular
    from digest.source_settings import Listed, read_settings
    from digest.sources.hosts import host_of, is_web, web_address

    try:
        data = read_regular(file, _MOST_BYTES)
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})") from error
    settings = read_settings(_file(context))
    added = known = 0
    feeds = read_opml(data, source=str(file))
    for feed in feeds:
        if not is_web(feed.address) or not host_of(web_address(feed.address)):
            continue
        source = Listed(
            location=feed.address,
            name=plain_line(feed.title),
            more={"section": plain_line(feed.group)} if feed.group else {},
        )
        try:
            _check(source)
        except UsageError:
            continue
        if settings.add(source):
            added += 1
        else:
            known += 1
    settings.save()
    said = [f"{added} of {counted(len(feeds), 'feed')} added"]
    if known:
        said.append(counted(known, "was there already", "were there already"))
    if bad := len(feeds) - added - known:
        said.append(counted(bad, "is no address of a feed", "are no addresses of feeds"))
    note(f"{'; '.join(said)}.")


_MOST_BYTES = 10_000_000


@sources.command("export")
@click.pass_context
def export_sources(context: click.Context) -> None:
    """Print the configured sources on the web as a list in OPML.

    Without names and passwords in their addresses, and without those that are switched off.
    """
    from digest.opml import Feed, write_opml
    from digest.source_settings import read_settings
    from digest.sources.hosts import is_web, public_address, web_address

    listed = read_settings(_file(context)).listed
    web = [each for each in listed if is_web(each.location) and each.more.get("enabled", True)]
    feeds = [
        Feed(
            address=public_address(web_address(each.location)),
            title=each.name,
            group=str(each.more.get("section", "")),
        )
        for each in web
    ]
    if len(web) < len(listed):
        warn("Files, folders and what is switched off cannot be in a list of feeds: left out.")
    if any(public_address(each.location) != each.location for each in web):
        warn("Names and passwords in addresses are left out.")
    print_document(write_opml(feeds))
