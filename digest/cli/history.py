"""`digest history`: past editions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from digest.cli.console import MOST_NUMBER, open_archive, verbose_option
from digest.cli.groups import Grouped, options
from digest.cli.run_options import (
    DocumentLook,
    base_url_option,
    document_look_options,
    hyperlinks_option,
    pager_option,
    title_option,
    width_option,
)
from digest.cli.streams import note, print_document, print_line, warn
from digest.cli.targets import Target, check_outputs, for_target, render_target
from digest.counting import counted
from digest.edition import Format, Layout
from digest.errors import INCOMPLETE, ArchiveError, UsageError

_NONE_YET = "No edition was kept yet; --new and --send keep them."


@click.group()
def history() -> None:
    """List, show, search and publish past editions: those made with --new or --send."""


@history.command("list")
@click.option("--limit", type=click.IntRange(1, MOST_NUMBER), default=30, show_default=True)
def list_editions(*, limit: int) -> None:
    """List past editions, the newest first."""
    with open_archive() as archive:
        listed = archive.list_editions(limit)
    for edition in listed:
        named = f"{edition.name}, " if edition.name else ""
        sent = f"sent to {', '.join(edition.delivered)}" if edition.delivered else ""
        items = f"{edition.items:3} {'item ' if edition.items == 1 else 'items'}"
        print_line(f"{edition.id:5}  {edition.day}  {items}  {named}{sent or edition.title}")
    if not listed:
        note(_NONE_YET)


@history.command(cls=Grouped)
@click.argument("number", type=click.IntRange(1, MOST_NUMBER))
@options(
    "Edition",
    click.option(
        "--format",
        "form",
        type=click.Choice([form.value for form in Format if form is not Format.EML]),
        default=Format.TEXT.value,
        show_default=True,
        help="What to make of it.",
    ),
    click.option(
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write to this file instead of standard output.",
    ),
    base_url_option,
)
@document_look_options
@options("Looks", width_option, hyperlinks_option, pager_option)
def show(
    *,
    number: int,
    form: str,
    output: Path | None,
    base_url: str,
    look: DocumentLook,
    width: int,
    hyperlinks: str,
    pager: bool,
) -> None:
    """Print the past edition NUMBER, as `digest history list` has it."""
    from digest.delivery.output import write_file
    from digest.editions import read_edition
    from digest.rendering.documents import Making
    from digest.rendering.feeds import Place

    target = Target(form=Format(form), layout=Layout(look.layout), output=output)
    check_outputs([target], [])
    with open_archive() as archive:
        if (listed := archive.listed(number)) is None:
            hint = "`digest history list` has them."
            raise UsageError(f"There is no edition {number}.", hint=hint)
        past = read_edition(archive, listed)
    making = Making(
        look=replace(look.look, width=width),
        templates=look.templates,
        made=past.made,
        place=Place(folder=base_url),
        warn=note,
    )
    making = for_target(making, target, color="never", hyperlinks=hyperlinks)
    for data, place in render_target(past.edition, target, making, None):
        if place:
            write_file(place, data)
        else:
            print_document(data, pager=pager)


@history.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, MOST_NUMBER), default=20, show_default=True)
def search(*, words: tuple[str, ...], limit: int) -> None:
    """Find items with all WORDS, in Dutch or English."""
    with open_archive() as archive:
        found = archive.search(" ".join(words), limit)
    for item in found:
        print_line(f"{item.edition:5}  {item.day}  item {item.number}")
        print_line(f"       {' '.join(item.english.split())}")
        print_line(f"       {' '.join(item.dutch.split())}")
    if not found:
        note("Nothing was found.")


@history.command(cls=Grouped)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options(
    "Feed",
    title_option("feed"),
    click.option(
        "--keep",
        type=click.IntRange(1, 10_000),
        default=7,
        show_default=True,
        help="The items of so many editions, the newest ones.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice([Format.ATOM.value, Format.JSONFEED.value]),
        help="What to make.  [default: jsonfeed for a FILE that ends in .json, else atom]",
    ),
    base_url_option,
)
@document_look_options
def feed(
    *, file: Path, title: str, keep: int, form: str | None, base_url: str, look: DocumentLook
) -> None:
    """Write the items of the last editions to FILE, as a feed for feed readers.

    A web server can serve FILE as it is; it is written anew each time, as a whole. Exits with 3
    when an edition could not be read.
    """
    from digest.delivery.output import hold, write_file
    from digest.editions import newest_editions
    from digest.rendering.feeds import Place, make_feed

    damaged: list[str] = []
    with open_archive() as archive:
        editions = newest_editions(archive, keep, damaged.append)
    for sentence in damaged:
        warn(sentence)
    if not editions and damaged:
        raise ArchiveError("No edition can be read, and the feed is as it was.")
    if not editions:
        note(_NONE_YET)
        return
    kind = Format(form or ("jsonfeed" if file.suffix.lower() == ".json" else "atom"))
    place = Place(folder=base_url, name=file.name)
    feed = make_feed(title, editions, kind, look=look.look, templates=look.templates, place=place)
    write_file(file, hold(map(str.encode, feed)))
    raise click.exceptions.Exit(INCOMPLETE if damaged else 0)


@history.command(cls=Grouped)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options("Site", title_option("site"))
@document_look_options
@options("Other", verbose_option)
def site(*, folder: Path, title: str, look: DocumentLook, verbose: int) -> None:
    """Make a site of all past editions in DIR: pages by date, and a search in both languages.

    It needs no server: open DIR/index.html, or let any web server serve DIR. Only what has
    changed since the last time is made again. Exits with 3 when an edition could not be read.
    """
    from digest.site import SiteOrder, build_site

    order = SiteOrder(
        folder=folder, title=title, look=look.look, templates=look.templates, warn=warn
    )
    with open_archive() as archive:
        built = build_site(archive, order)
    if verbose:
        note(f"{counted(built.written, 'file')} written in {folder}.")
    raise click.exceptions.Exit(INCOMPLETE if built.damaged else 0)
