"""`digest run`: make an edition."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
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
    template_dir_option,
    translation_options,
    verbose_option,
)
from digest.cli.targets import pair_targets, render_target, wants_color
from digest.delivery.output import write_file
from digest.edition import Alignment, Edition, Layout, Problem

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
        type=click.Choice(["text", "html", "web", "md", "json"]),
        multiple=True,
        help="What to make: html is for mail, web for a browser; repeat it together with "
        "--output.  [default: text]",
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
        "layouts",
        type=click.Choice([layout.value for layout in Layout]),
        multiple=True,
        help="How the two languages stand; once for all formats, or once for each.  "
        "[default: interleaved]",
    ),
    click.option(
        "--lead",
        type=click.Choice(["en", "nl"]),
        default="en",
        show_default=True,
        help="The language that stands first.",
    ),
    click.option(
        "--width",
        type=click.IntRange(0, 1000),
        default=72,
        show_default=True,
        help="Columns of the text; 0 does not wrap.",
    ),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Emphasis in text; auto is on a terminal, unless NO_COLOR is set.",
    ),
    click.option(
        "--words",
        type=click.IntRange(0, 100),
        default=0,
        show_default=True,
        help="List so many less common Dutch words with their sentences.",
    ),
    click.option(
        "--max-size",
        type=click.IntRange(0),
        default=0,
        help="Shorten html to so many kilobytes; the full edition is saved beside it.  "
        "[default: only warn above 90]",
    ),
    template_dir_option,
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
    layouts: tuple[str, ...],
    lead: str,
    width: int,
    color: str,
    words: int,
    max_size: int,
    template_dir: Path | None,
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
    from digest.rendering.environment import Templates
    from digest.rendering.view import Language, Look
    from digest.sources.files import read_sources

    targets = pair_targets(formats, layouts, outputs)
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
            options=EditionOptions(
                title=title, day=day or (as_of or datetime.now(zone)).date(), words=words
            ),
            translate=translator,
            model=translator.note,
            problems=tuple(
                Problem(source=failure.source, reason=failure.reason)
                for failure in readings.failures
            ),
        )
    if verbose and not translation.quiet:
        note(_summary(edition, translator.counts, seconds=time.perf_counter() - started))

    look = Look(lead=Language(lead), align=Alignment(align), width=width)
    templates = Templates(places.templates, template_dir)
    documents = [
        document
        for target in targets
        for document in render_target(
            edition,
            target,
            replace(look, color=wants_color(color, target.output)),
            templates,
            max_size=max_size,
            warn=lambda message: note(f"digest: {message}"),
        )
    ]
    for text, output in documents:
        if output:
            write_file(output, text)
        else:
            print_document(text)
    if edition.problems or edition.untranslated or (strict and edition.doubtful):
        raise click.exceptions.Exit(INCOMPLETE)


def _summary(edition: Edition, counts: Counts, *, seconds: float) -> str:
    words = sum(len(sentence.dutch.split()) for sentence in edition.sentences)
    return (
        f"{len(edition.entries)} items from {len(edition.sources)} sources; {counts.segments} "
        f"segments: {counts.remembered} remembered, {counts.translated} translated, "
        f"{counts.tried_again} of them again; {edition.doubtful} doubtful; {words} words in "
        f"{seconds:.2f} s ({words / seconds:.0f} words/s)"
    )
