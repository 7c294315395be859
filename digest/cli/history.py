"""`digest history`: past editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.console import MOST_NUMBER, folders, open_archive, template_dir_option
from digest.cli.streams import note, print_document, print_line
from digest.cli.targets import Target, render_target
from digest.edition import Layout
from digest.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def history() -> None:
    """List, show and search past editions: those made with --new or --send."""


@history.command("list")
@click.option("--limit", type=click.IntRange(1, MOST_NUMBER), default=30, show_default=True)
def list_editions(*, limit: int) -> None:
    """List past editions, the newest first."""
    with open_archive() as archive:
        listed = archive.list_editions(limit)
    for edition in listed:
        named = f"{edition.name}, " if edition.name else ""
        sent = f"sent to {', '.join(edition.delivered)}" if edition.delivered else ""
        items = f"{edition.items:3} items"
        print_line(f"{edition.id:5}  {edition.day}  {items}  {named}{sent or edition.title}")
    if not listed:
        note("No edition was kept yet; --new and --send keep them.")


@history.command()
@click.argument("number", type=click.IntRange(1, MOST_NUMBER))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "web", "md", "json"]),
    default="text",
    show_default=True,
)
@click.option(
    "--layout",
    type=click.Choice([layout.value for layout in Layout]),
    default=Layout.INTERLEAVED.value,
    show_default=True,
)
@click.option("--width", type=click.IntRange(0, 1000), default=72, show_default=True)
@template_dir_option
def show(*, number: int, form: str, layout: str, width: int, template_dir: Path | None) -> None:
    """Print the past edition NUMBER, as `digest history list` has it."""
    from digest.editions import past_edition
    from digest.rendering.documents import Making
    from digest.rendering.environment import Templates
    from digest.rendering.view import Look

    with open_archive() as archive:
        edition = past_edition(archive, number)
    if edition is None:
        raise UsageError(f"There is no edition {number}.", hint="`digest history list` has them.")
    making = Making(
        look=Look(layout=Layout(layout), width=width),
        templates=Templates(folders().templates, template_dir),
        max_size=0,
        warn=note,
    )
    target = Target(form=form, layout=Layout(layout), output=None)
    for data, _ in render_target(edition, target, making, None):
        print_document(data)


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
