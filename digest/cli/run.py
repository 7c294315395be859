"""`digest run`: make an edition."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import (
    ReadingOptions,
    TranslationOptions,
    as_of_option,
    explain_first_use,
    find_asked,
    folders,
    open_pages,
    open_reading,
    open_translator,
    reading_options,
    sources_argument,
    translation_options,
    verbose_option,
)
from digest.cli.groups import Grouped, options
from digest.cli.mail import (
    MailOptions,
    check_utf8,
    common_envelope,
    envelopes,
    mail_options,
    open_transport,
    send_waiting,
    tell,
)
from digest.cli.run_options import (
    ChoiceOptions,
    LookOptions,
    SelectionOptions,
    choice_options,
    edition_option,
    look_options,
    selection_options,
    title_option,
)
from digest.cli.streams import note, print_document, warn
from digest.cli.targets import check_outputs, for_target, pair_targets, render_target
from digest.cli.types import Day
from digest.counting import counted
from digest.delivery.output import write_file
from digest.edition import Alignment, Edition, Layout, Sort
from digest.errors import ArchiveError, BusyError, OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.archive.store import Archive
    from digest.article import Document
    from digest.cli.targets import Target
    from digest.config import Folders
    from digest.editions import Share
    from digest.outbox import Sendings
    from digest.publish import Order
    from digest.rendering.documents import Making
    from digest.rendering.message import Envelope
    from digest.sources.files import Readings
    from digest.translation.translate import Counts


@click.command(cls=Grouped)
@click.pass_context
@sources_argument
@options(
    "Edition",
    click.option("--date", "day", type=Day(), help="The date of the edition.  [default: today]"),
    as_of_option,
    title_option("edition"),
    edition_option,
)
@reading_options
@look_options
@choice_options
@selection_options
@mail_options
@translation_options
@options(
    "Other",
    click.option("--strict", is_flag=True, help="Exit with 3 when a sentence is doubtful."),
    verbose_option,
)
def run(
    context: click.Context,
    *,
    sources: tuple[str, ...],
    day: date | None,
    as_of: datetime | None,
    title: str,
    edition: str,
    strict: bool,
    verbose: int,
    reading: ReadingOptions,
    look: LookOptions,
    choosing: ChoiceOptions,
    selection: SelectionOptions,
    mail: MailOptions,
    translation: TranslationOptions,
) -> None:
    """Make an edition of SOURCES: files, folders, patterns, addresses, or - for standard input.

    Wire copy, feeds and saved pages are told apart by what is in them. Without SOURCES it
    is made of the configured ones, else of the samples in seeds/. The edition goes to
    standard output, to the file given with --output, or by mail with --send. With --new or
    --send past editions are kept in the archive.
    """
    from digest.config import find_zone
    from digest.publish import Desk, Order, publish
    from digest.rendering.message import check_subject
    from digest.sources.files import read_sources

    targets = pair_targets(look.formats, look.layouts, look.outputs)
    if any(target.is_mail for target in targets) and not (mail.sender and mail.recipients):
        raise UsageError("A mail message needs --from and --to.")
    if mail.send and look.outputs:
        raise UsageError(
            "With --send nothing is written to --output.",
            hint="`digest history feed`, `site` and `show` make files of what was sent.",
        )
    check_subject(mail.subject)
    explain_first_use(sources, context)
    now = datetime.now(find_zone())
    specs = find_asked(sources, context, reading)
    check_outputs(targets, specs)
    addressed = envelopes(mail, now)
    transport = open_transport(mail) if mail.send else None
    if transport and not selection.dry_run:
        check_utf8(addressed.values(), transport)
    order = Order(
        day=day or (as_of or now).date(),
        now=now,
        name=edition,
        as_of=as_of,
        sort=Sort(look.sort),
        choice=choosing.choice,
        envelopes=addressed if mail.send else {},
        new=selection.new,
        updates=selection.updates,
        limit=selection.limit,
        words=look.words,
        even_if_empty=selection.even_if_empty,
        force=selection.force,
        catch_up=selection.catch_up,
        dry_run=selection.dry_run,
        keep_days=selection.keep_days,
    )
    job = _Job(
        places=folders(),
        order=order,
        title=title,
        look=look,
        mail=mail,
        translation=translation,
        verbose=bool(verbose) and not translation.quiet,
    )
    keep = not selection.dry_run
    shown = not translation.quiet
    reader = open_reading(as_of, now, timeout=reading.source_timeout, keep=keep, shown=shown)

    def send(archive: Archive) -> Sendings:
        assert transport
        return send_waiting(archive, transport, mail)

    report = publish(
        order,
        Desk(
            archive=lambda: _open_archive(job),
            read=lambda: read_sources(specs, reader),
            complete=open_pages(specs, reading, now, shown=shown),
            make=lambda documents, readings: _make_edition(documents, readings, job),
            write=lambda edition: _write(edition, targets, job),
            mail=lambda edition, to: _make_messages(edition, to, job),
            send=send,
            tell=tell,
            plan=lambda documents, shares: _say_plan(documents, shares, job),
            warn=warn,
            say=job.say,
        ),
    )
    raise click.exceptions.Exit(report.exit_code(strict=strict))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What one run was asked to do, and how its edition looks."""

    places: Folders
    order: Order
    title: str
    look: LookOptions
    mail: MailOptions
    translation: TranslationOptions
    verbose: bool

    def say(self, message: str) -> None:
        """What was done, for those who want to hear it."""
        if self.verbose:
            note(message)


@contextmanager
def _open_archive(job: _Job) -> Iterator[Archive | None]:
    """The archive, locked, where the run needs one or there is one; for a dry run a copy of it."""
    keeps = job.order.keeps
    if not keeps and not job.places.archive.exists():
        yield None
        return
    with ExitStack() as stack:
        try:
            archive = _enter_archive(stack, job)
        except (ArchiveError, BusyError, OutputError):
            if keeps:
                raise
            archive = None  # such a run would only have told what others left untold
        yield archive


def _enter_archive(stack: ExitStack, job: _Job) -> Archive:
    from digest.addresses import address_key
    from digest.archive.store import Archive
    from digest.lock import hold_lock

    path = job.places.archive
    if job.order.dry_run:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digest-")))
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, scratch)
        path = scratch / path.name
    else:
        stack.enter_context(hold_lock(job.places.lock))
    return stack.enter_context(closing(Archive(path, address_key=address_key)))


def _say_plan(documents: Sequence[Document], shares: Sequence[Share], job: _Job) -> None:
    from digest.publish import items_of

    if not shares:
        note("Nothing would be made: it was sent already, or nothing is new.")
    for share in shares:
        items = items_of(documents, share)
        size = counted(len(share.identities), "item")
        note(f"An edition of {size}, dated {job.order.day.isoformat()}:")
        for text in items:
            note(text[:70], indent=2)
        if left := len(share.identities) - len(items):
            one, several = "that was refused before and is", "that were refused before and are"
            more = f"{left} more {one if left == 1 else several} in no source any more"
            note(more, indent=2)
        if job.order.envelopes:
            to = ", ".join(share.recipients)
            note(f"To be sent with {job.mail.send} to {to}.")


def _make_edition(documents: Sequence[Document], readings: Readings, job: _Job) -> Edition:
    from digest.edition import Problem
    from digest.pipeline import EditionOptions, make_edition

    started = time.perf_counter()
    with closing(open_translator(job.places, job.translation)) as translator:
        edition = make_edition(
            documents,
            options=EditionOptions(
                title=job.title,
                day=job.order.day,
                name=job.order.name,
                sort=Sort(job.look.sort),
                words=job.look.words,
            ),
            translate=translator,
            model=translator.note,
            begin=translator.begin,
            problems=tuple(
                Problem(source=failure.source, reason=failure.reason)
                for failure in readings.failures
            ),
        )
    job.say(_summary(edition, translator.counts, seconds=time.perf_counter() - started))
    return edition


def _making(job: _Job) -> Making:
    from digest.rendering.documents import Making
    from digest.rendering.environment import Templates
    from digest.rendering.feeds import Place
    from digest.rendering.parts import Language
    from digest.rendering.view import Look

    look = job.look
    return Making(
        look=Look(lead=Language(look.lead), align=Alignment(look.align), width=look.width),
        templates=Templates(job.places.templates, look.template_dir),
        made=job.order.now,
        max_size=look.max_size,
        place=Place(folder=look.base_url),
        warn=warn,
    )


def _write(edition: Edition, targets: Sequence[Target], job: _Job) -> None:
    """Render all documents, and only then write the first one."""
    edition = _shown(edition, job)
    making = _making(job)
    envelope = common_envelope(job.mail, job.order.now)
    documents = [
        (target, *document)
        for target in targets
        for document in render_target(
            edition,
            target,
            for_target(making, target, color=job.look.color, hyperlinks=job.look.hyperlinks),
            envelope,
        )
    ]
    for target, data, output in documents:
        if output:
            write_file(output, data, private=target.is_mail)
        else:
            print_document(data, pager=job.look.pager)


def _make_messages(edition: Edition, addressed: Sequence[Envelope], job: _Job) -> tuple[bytes, ...]:
    from digest.rendering.documents import make_mails

    making = _making(job)
    (layout, *_) = job.look.layouts or (Layout.INTERLEAVED.value,)
    making = replace(making, look=replace(making.look, layout=Layout(layout)))
    return make_mails(_shown(edition, job), making, addressed)


def _shown(edition: Edition, job: _Job) -> Edition:
    """The edition with as many sentences of each item as are asked for."""
    from digest.rendering.size import first_sentences

    return first_sentences(edition, job.look.sentences) if job.look.sentences else edition


def _summary(edition: Edition, counts: Counts, *, seconds: float) -> str:
    words = edition.tally.words
    return (
        f"{counted(len(edition.entries), 'item')} from {counted(len(edition.sources), 'source')}; "
        f"{counted(counts.segments, 'segment')}: {counts.remembered} remembered, "
        f"{counts.translated} translated, {counts.tried_again} of them again; "
        f"{edition.doubtful} doubtful; {counted(words, 'word')} in "
        f"{seconds:.2f} s ({words / seconds:.0f} words/s)"
    )
