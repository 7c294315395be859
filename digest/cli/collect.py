"""`digest collect`: keep what is new in the sources for the next edition."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from digest.cli.console import (
    ReadingOptions,
    TranslationOptions,
    as_of_option,
    check_asked,
    find_asked,
    folders,
    keep_days_option,
    open_archive,
    open_pages,
    open_reading,
    open_translator,
    reading_options,
    sources_argument,
    translation_options,
    verbose_option,
)
from digest.cli.groups import Grouped, options
from digest.cli.streams import note, warn
from digest.config import find_zone
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.archive.store import Archive
    from digest.article import Document

_PATIENCE = 900.0
"""Seconds to wait for a run: what is read now may have left its feed when it is read again."""


@click.command(cls=Grouped)
@click.pass_context
@sources_argument
@options(
    "Collecting",
    as_of_option,
    click.option(
        "--translate/--no-translate",
        "translates",
        default=False,
        help="Translate it already, so that the next run takes a second.  [default: no-translate]",
    ),
    keep_days_option,
    click.option(
        "--updates", is_flag=True, help="Keep items of feeds again whose text has changed."
    ),
)
@reading_options
@translation_options
@options("Other", verbose_option)
def collect(
    context: click.Context,
    *,
    sources: tuple[str, ...],
    as_of: datetime | None,
    translates: bool,
    keep_days: int,
    updates: bool,
    verbose: int,
    reading: ReadingOptions,
    translation: TranslationOptions,
) -> None:
    """Keep what is new in SOURCES for the next edition, between two runs.

    Feeds hold their newest items only: what comes and goes between two mornings is lost to a run a
    day. `digest run --new` makes its edition of what was collected and of what the same sources
    give then. Nothing is printed but what goes wrong.
    """
    from digest.collect import CollectDesk, CollectOrder
    from digest.collect import collect as keep_news
    from digest.sources.files import read_sources

    if translates and not translation.memory:
        raise UsageError("--translate needs the memory, where translations are kept.")
    check_asked(sources, context)
    now = datetime.now(find_zone())
    specs = find_asked(sources, context, reading)
    shown = not translation.quiet
    reader = open_reading(as_of, now, timeout=reading.source_timeout, shown=shown)
    code = keep_news(
        CollectOrder(now=now, keep_days=keep_days, updates=updates),
        CollectDesk(
            archive=_open_archive,
            read=lambda: read_sources(specs, reader),
            complete=open_pages(specs, reading, now, shown=shown),
            translate=(lambda documents: _translate(documents, translation))
            if translates
            else None,
            warn=warn,
            say=note if verbose else lambda _: None,
        ),
    )
    raise click.exceptions.Exit(code)


@contextmanager
def _open_archive() -> Iterator[Archive]:
    from digest.lock import hold_lock

    lock = hold_lock(folders().lock, patience=_PATIENCE, brief=True)
    with lock, open_archive() as archive:
        yield archive


def _translate(documents: Sequence[Document], options: TranslationOptions) -> bool:
    """Translate all sentences; whether that could be done."""
    from digest.edition import Flag
    from digest.pipeline import translated
    from digest.shelf import shelve

    items = shelve(item for document in documents for item in document.items)
    is_whole = True
    with closing(open_translator(folders(), options)) as translator:
        for _, sentences in translated(items, lambda item: item, translator, translator.begin):
            is_whole &= not any(Flag.EMPTY in each.flags for each in sentences.values())
    return is_whole
