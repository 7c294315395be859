"""`digest run`: make an edition."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import (
    Day,
    TranslationOptions,
    as_of_option,
    folders,
    note,
    open_translator,
    options,
    print_document,
    sources_argument,
    translation_options,
    verbose_option,
)
from digest.delivery.output import write_file
from digest.edition import Alignment, Edition, Layout, Problem
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.translation.translate import Counts

TITLE = "Dutch news digest · Nederlands nieuwsoverzicht"
INCOMPLETE = 3


@click.command()
@sources_argument
@options(
    click.option("--date", "day", type=Day(), help="The date of the edition.  [default: today]"),
    as_of_option,
    click.option(
        "--format",
        "formats",
        type=click.Choice(["text", "html"]),
        multiple=True,
        help="What to make; repeat it together with --output.  [default: text]",
    ),
    click.option(
        "--output",
        "outputs",
        type=click.Path(path_type=Path, dir_okay=False),
        multiple=True,
        help="Write to this file instead of standard output.",
    ),
    click.option(
        "--layout",
        type=click.Choice([layout.value for layout in Layout]),
        default=Layout.INTERLEAVED.value,
        show_default=True,
        help="How the two languages stand.",
    ),
    click.option(
        "--width",
        type=click.IntRange(0, 1000),
        default=72,
        show_default=True,
        help="Columns of the text; 0 does not wrap.",
    ),
    click.option("--title", default=TITLE, show_default=True, help="The title of the edition."),
    click.option(
        "--align",
        type=click.Choice([align.value for align in Alignment]),
        default=Alignment.PARAGRAPH.value,
        show_default=True,
        help="Paragraph beside paragraph, or sentence beside sentence.",
    ),
    click.option("--strict", is_flag=True, help="Exit with 3 when a sentence is doubtful."),
    verbose_option,
)
@translation_options
def run(
    *,
    sources: tuple[Path, ...],
    day: date | None,
    as_of: datetime | None,
    formats: tuple[str, ...],
    outputs: tuple[Path, ...],
    layout: str,
    width: int,
    title: str,
    align: str,
    strict: bool,
    verbose: int,
    translation: TranslationOptions,
) -> None:
    """Make an edition of SOURCES: files, or folders of .txt files.

    Without SOURCES it is made of the sample articles in seeds/. The edition goes to
    standard output, or to the file given with --output.
    """
    from digest.config import find_zone
    from digest.pipeline import EditionOptions, make_edition
    from digest.rendering.environment import Format, RenderOptions, render
    from digest.sources.files import read_sources

    targets = pair_targets(formats, outputs)
    places = folders()
    zone = find_zone()
    readings = read_sources(sources or (places.seeds,), as_of=as_of, zone=zone)
    for failure in readings.failures:
        note(f"digest: {failure}")
    if not readings.documents:
        raise click.exceptions.Exit(readings.failures[0].exit_code)

    started = time.perf_counter()
    with closing(open_translator(places, translation)) as translator:
        edition = make_edition(
            readings.documents,
            options=EditionOptions(title=title, day=day or (as_of or datetime.now(zone)).date()),
            translate=translator,
            model=translator.note,
            problems=tuple(
                Problem(source=failure.source, reason=failure.reason)
                for failure in readings.failures
            ),
        )
    if verbose and not translation.quiet:
        note(_summary(edition, translator.counts, seconds=time.perf_counter() - started))

    look = RenderOptions(layout=Layout(layout), align=Alignment(align), width=width)
    rendered = [
        (render(edition, Format(name), look, places.templates), output) for name, output in targets
    ]
    for text, output in rendered:
        if output:
            write_file(output, text)
        else:
            print_document(text)
    if edition.problems or edition.untranslated or (strict and edition.doubtful):
        raise click.exceptions.Exit(INCOMPLETE)


def pair_targets(
    formats: tuple[str, ...], outputs: tuple[Path, ...]
) -> list[tuple[str, Path | None]]:
    """Each format with where it goes; one without a file goes to standard output.

    Raises `UsageError` unless there is a file for every format, or for all but the last.
    """
    formats = formats or ("text",)
    if len(outputs) > len(formats):
        raise UsageError("There are more --output than --format.", hint="Give a --format for each.")
    if len(formats) - len(outputs) > 1:
        raise UsageError(
            "Only one format can go to standard output.", hint="Give an --output for the others."
        )
    return list(zip_longest(formats, outputs))


def _summary(edition: Edition, counts: Counts, *, seconds: float) -> str:
    words = sum(len(sentence.dutch.split()) for sentence in edition.sentences)
    return (
        f"{len(edition.entries)} items from {len(edition.sources)} sources; {counts.segments} "
        f"segments: {counts.remembered} remembered, {counts.translated} translated, "
        f"{counts.tried_again} of them again; {edition.doubtful} doubtful; {words} words in "
        f"{seconds:.2f} s ({words / seconds:.0f} words/s)"
    )
