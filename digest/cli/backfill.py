"""`digest backfill`: years of articles, on many processors."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import (
    ReadingOptions,
    TranslationOptions,
    as_of_option,
    check_asked,
    find_asked,
    find_recipe,
    folders,
    open_archive,
    open_memory,
    open_reading,
    open_translator,
    reading_options,
    sources_argument,
    threads,
    translation_options,
    verbose_option,
)
from digest.cli.groups import Grouped, gather, options
from digest.cli.progress import ProgressBar
from digest.cli.run_options import DocumentLook, document_look_options, title_option
from digest.cli.streams import note, warn
from digest.cli.types import Day
from digest.config import find_zone
from digest.counting import counted
from digest.edition import Format
from digest.errors import INCOMPLETE, UsageError, named_trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.backfill import Report
    from digest.cluster import ClusterOptions
    from digest.errors import InputError
    from digest.sources.files import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterChoice:
    """What the options about the cluster say."""

    scheduler: str
    workers: int
    tls_ca: Path | None
    tls_cert: Path | None
    tls_key: Path | None

    @property
    def options(self) -> ClusterOptions:
        """The same for those who connect."""
        from digest.cluster import ClusterOptions

        return ClusterOptions(
            scheduler=self.scheduler,
            workers=threads(self.workers),
            tls_ca=self.tls_ca,
            tls_cert=self.tls_cert,
            tls_key=self.tls_key,
        )


_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_cluster_options = gather(
    ClusterChoice,
    "cluster",
    "Cluster",
    click.option(
        "--scheduler",
        default="",
        help="The scheduler of a Dask cluster: tcp://HOST:PORT or tls://HOST:PORT.  "
        "[default: a cluster on this machine]",
    ),
    click.option(
        "--workers",
        type=click.IntRange(0, 1024),
        default=0,
        help="Workers on this machine; 0 is one for each processor.",
    ),
    click.option("--tls-ca", type=_file, help="The authority that certificates are of, in PEM."),
    click.option("--tls-cert", type=_file, help="The certificate of this machine, in PEM."),
    click.option("--tls-key", type=_file, help="Its key, in PEM."),
)


@click.command(cls=Grouped)
@click.pass_context
@sources_argument
@options(
    "Backfill",
    click.option(
        "--output",
        type=click.Path(path_type=Path),
        required=True,
        help="The folder of the editions, a file for each day: 2026-11-22.jsonl.",
    ),
    click.option(
        "--format",
        "formats",
        type=click.Choice([form.value for form in Format if form is not Format.EML]),
        multiple=True,
        help="What to make beside jsonl; repeat it for several.",
    ),
    click.option("--archive", is_flag=True, help="Also the past editions of the archive."),
    click.option("--since", type=Day(), help="Publish no day before this one."),
    click.option("--until", type=Day(), help="Publish no day after this one."),
    title_option("editions"),
    as_of_option,
)
@_cluster_options
@reading_options
@document_look_options
@translation_options
@options("Other", verbose_option)
def backfill(
    context: click.Context,
    *,
    sources: tuple[str, ...],
    output: Path,
    formats: tuple[str, ...],
    archive: bool,
    since: date | None,
    until: date | None,
    title: str,
    as_of: datetime | None,
    cluster: ClusterChoice,
    reading: ReadingOptions,
    look: DocumentLook,
    translation: TranslationOptions,
    verbose: int,
) -> None:
    """Make editions by date of publication of any number of SOURCES, years of them too.

    SOURCES are as for `digest run`, and JSON Lines of articles. The items of a day become
    DIR/2026-11-22.jsonl, one a line. Sentences are translated once over all, on all processors,
    or on the machines of a Dask cluster. Whatever is stopped or killed goes on where it was, when
    the same command is run again. What `--new` knows is not changed. Exits with 3 when something
    could not be read or translated: DIR/failures.jsonl says what.
    """
    from digest.backfill import BackfillDesk, BackfillOrder, write_failures
    from digest.backfill import backfill as fill
    from digest.cluster import Cluster
    from digest.lock import hold_lock
    from digest.pipeline import EditionOptions, make_edition
    from digest.rendering.documents import Making, make_document
    from digest.sources.files import stream_sources
    from digest.spool import Spool

    if not archive:
        check_asked(sources, context)
    if not translation.memory:
        raise UsageError("A backfill needs the memory, where translations are kept.")
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is no folder.")
    now = datetime.now(find_zone())
    shown = not translation.quiet
    specs = find_asked(sources, context, reading) if sources or not archive else ()
    reader = open_reading(as_of, now, timeout=reading.source_timeout, shown=False)
    kinds = dict.fromkeys([Format.JSONL, *map(Format, formats)])
    chosen, recipe = find_recipe(folders(), translation)
    with named_trouble(output):
        output.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(hold_lock(output / ".backfill.lock"))
        spool = stack.enter_context(closing(Spool(output / ".backfill.sqlite3")))
        translator = stack.enter_context(closing(open_translator(folders(), translation)))
        memory = stack.enter_context(closing(open_memory(folders(), translation, recipe)))

        def streams(failures: list[InputError]) -> Iterator[Stream]:
            yield from stream_sources(specs, reader, failures)
            if archive:
                yield from _archived()

        report = fill(
            BackfillOrder(
                folder=output,
                formats=tuple(kinds),
                style=repr((title, look, sorted(kinds))),
                zone=find_zone(),
                first=since or date.min,
                last=until or date.max,
            ),
            BackfillDesk(
                streams=streams,
                cluster=lambda: Cluster(cluster.options, recipe, chosen),
                recipe=recipe,
                memory=memory,
                translate=translator,
                make=lambda day, documents, translate: make_edition(
                    documents,
                    options=EditionOptions(title=title, day=day),
                    translate=translate,
                    model=translator.note,
                ),
                render=lambda edition, form: make_document(
                    edition,
                    form,
                    Making(look=look.look, templates=look.templates, made=now, warn=warn),
                ),
                reading=ProgressBar("Reading", "sources", shown=shown),
                translating=ProgressBar("Translating", "sentences", shown=shown),
                publishing=ProgressBar("Publishing", "days", shown=shown),
            ),
            spool,
        )
        has_news = bool(spool.days())
    write_failures(output / "failures.jsonl", report)
    _tell(report, verbose=bool(verbose))
    if report.failures and not has_news:
        raise click.exceptions.Exit(report.failures[0].exit_code)
    raise click.exceptions.Exit(INCOMPLETE if report.failures or report.failed else 0)


def _archived() -> Iterator[Stream]:
    """The past editions of the archive, one by one."""
    from digest.editions import archived_streams

    with open_archive() as archive:
        yield from archived_streams(archive, warn)


def _tell(report: Report, *, verbose: bool) -> None:
    for failure in report.failures:
        warn(failure)
    if report.failed:
        warn(f"{counted(report.failed, 'sentence')} could not be translated.")
    if verbose:
        note(
            f"{counted(report.items, 'new item')}; {counted(report.sentences, 'sentence')} "
            f"translated; {counted(report.days, 'day')} published."
        )
