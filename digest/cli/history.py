"""`digest history`: past editions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import (
    MOST_NUMBER,
    base_url_option,
    folders,
    hyperlinks_option,
    open_archive,
    pager_option,
    template_dir_option,
    verbose_option,
)
from digest.cli.run_options import align_option, lead_option, title_option, width_option
from digest.cli.streams import note, print_document, print_line, warn
from digest.cli.targets import Target, check_outputs, for_target, render_target
from digest.counting import counted
from digest.edition import Alignment, Format, Layout
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.rendering.view import Look

_NONE_YET = "No edition was kept yet; --new and --send keep them."
_layout_option = click.option(
    "--layout",
    type=click.Choice([layout.value for layout in Layout]),
    default=Layout.INTERLEAVED.value,
    show_default=True,
    help="How the two languages stand.",
)


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


@history.command()
@click.argument("number", type=click.IntRange(1, MOST_NUMBER))
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format if form is not Format.EML]),
    default=Format.TEXT.value,
    show_default=True,
    help="What to make of it.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of standard output.",
)
@_layout_option
@lead_option
@align_option
@width_option
@hyperlinks_option
@base_url_option
@template_dir_option
@pager_option
def show(
    *,
    number: int,
    form: str,
    output: Path | None,
    width: int,
    hyperlinks: str,
    base_url: str,
    template_dir: Path | None,
    pager: bool,
    **looks: str,
) -> None:
    """Print the past edition NUMBER, as `digest history list` has it."""
    from digest.delivery.output import write_file
    from digest.editions import dated
    from digest.rendering.documents import Making
    from digest.rendering.environment import Templates
    from digest.rendering.feeds import Place

    target = Target(form=Format(form), layout=Layout(looks["layout"]), output=output)
    check_outputs([target], [])
    with open_archive() as archive:
        found = next((each for each in archive.list_editions() if each.id == number), None)
        if found is None:
            hint = "`digest history list` has them."
            raise UsageError(f"There is no edition {number}.", hint=hint)
        past = dated(archive, found)
    making = Making(
        look=replace(_look(**looks), width=width),
        templates=Templates(folders().templates, template_dir),
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


@history.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--keep",
    type=click.IntRange(1, 10_000),
    default=7,
    show_default=True,
    help="The items of so many editions, the newest ones.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([Format.ATOM.value, Format.JSONFEED.value]),
    help="What to make.  [default: jsonfeed for a FILE that ends in .json, else atom]",
)
@base_url_option
@_layout_option
@lead_option
@align_option
@template_dir_option
def feed(
    *,
    file: Path,
    keep: int,
    form: str | None,
    base_url: str,
    template_dir: Path | None,
    **looks: str,
) -> None:
    """Write the items of the last editions to FILE, as a feed for feed readers.

    A web server can serve FILE as it is; it is written anew each time, as a whole.
    """
    from digest.delivery.output import write_file
    from digest.editions import newest_editions
    from digest.rendering.environment import Templates
    from digest.rendering.feeds import Place, make_feed

    with open_archive() as archive:
        editions = newest_editions(archive, keep, warn)
    if not editions:
        note(_NONE_YET)
        return
    kind = Format(form or ("jsonfeed" if file.suffix == ".json" else "atom"))
    text = make_feed(
        editions,
        kind,
        _look(**looks),
        Templates(folders().templates, template_dir),
        Place(folder=base_url, name=file.name),
    )
    write_file(file, text.encode())


@history.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@title_option
@_layout_option
@lead_option
@align_option
@template_dir_option
@verbose_option
def site(
    *, folder: Path, title: str, template_dir: Path | None, verbose: int, **looks: str
) -> None:
    """Make a site of all past editions in DIR: pages by date, and a search in both languages.

    It needs no server: open DIR/index.html, or let any web server serve DIR. Only what has
    changed since the last time is made again.
    """
    from digest.rendering.environment import Templates
    from digest.site import SiteOrder, build_site

    order = SiteOrder(
        folder=folder,
        title=title,
        look=_look(**looks),
        templates=Templates(folders().templates, template_dir),
        warn=warn,
    )
    with open_archive() as archive:
        written = build_site(archive, order)
    if verbose:
        note(f"{counted(written, 'file')} written in {folder}.")


def _look(*, layout: str, lead: str, align: str) -> Look:
    from digest.rendering.parts import Language
    from digest.rendering.view import Look

    return Look(layout=Layout(layout), lead=Language(lead), align=Alignment(align))
