"""`digest run`: make an edition."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import (
    Day,
    TranslationOptions,
    as_of_option,
    find_specs,
    folders,
    note,
    open_reading,
    open_translator,
    options,
    print_document,
    sources_argument,
    translation_options,
    verbose_option,
)
from digest.cli.mail import (
    INCOMPLETE,
    MailOptions,
    common_envelope,
    envelopes,
    exit_code,
    mail_options,
    open_transport,
    send_waiting,
)
from digest.cli.run_options import LookOptions, SelectionOptions, look_options, selection_options
from digest.cli.targets import for_target, pair_targets, render_target
from digest.delivery.output import write_file
from digest.edition import Alignment, Edition, Layout
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.archive.store import Archive, QueuedMessage
    from digest.article import Document
    from digest.cli.targets import Target
    from digest.config import Folders
    from digest.rendering.documents import Making
    from digest.rendering.message import Envelope
    from digest.sources.files import Readings, SourceSpec
    from digest.translation.translate import Counts

TITLE = "Dutch news digest · Nederlands nieuwsoverzicht"


@click.command()
@click.pass_context
@sources_argument
@options(
    click.option("--date", "day", type=Day(), help="The date of the edition.  [default: today]"),
    as_of_option,
    click.option("--title", default=TITLE, show_default=True, help="The title of the edition."),
)
@look_options
@selection_options
@mail_options
@translation_options
@options(
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
    strict: bool,
    verbose: int,
    look: LookOptions,
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

    targets = pair_targets(look.formats, look.layouts, look.outputs)
    if any(target.form == "eml" for target in targets) and not (mail.sender and mail.recipients):
        raise UsageError("A mail message needs --from and --to.")
    now = datetime.now(find_zone())
    job = _Job(
        places=folders(),
        now=now,
        day=day or (as_of or now).date(),
        title=title,
        look=look,
        selection=selection,
        mail=mail,
        translation=translation,
        verbose=bool(verbose) and not translation.quiet,
    )
    with ExitStack() as stack:
        archive = _open_archive(stack, job)
        transport = open_transport(mail) if mail.send else None
        addressed = envelopes(mail, now)
        waiting = []
        if archive and transport and not selection.dry_run:
            waiting.append(send_waiting(archive, transport, mail))

        readings = _read(find_specs(sources, context), as_of, job)
        documents = _select(readings, archive, selection)
        items = sum(len(document.items) for document in documents)
        if selection.catch_up:
            _catch_up(archive, documents, job)
            return
        addressed = _still_to_send(addressed, archive, job)
        if selection.dry_run:
            _say_plan(documents, addressed, job)
            return
        if (mail.send and not addressed) or (
            selection.new and not items and not selection.even_if_empty
        ):
            if job.verbose:
                note("Nothing new." if addressed or not mail.send else "Sent already.")
            raise click.exceptions.Exit(exit_code(*waiting))

        edition = _make_edition(documents, readings, job)
        if mail.send:
            assert archive
            assert transport
            _queue(edition, addressed, archive, job)
            waiting.append(send_waiting(archive, transport, mail))
        else:
            _print(edition, targets, job)
            if archive:
                archive.deliver(_store(edition, (), archive, now), now=now)
    code = exit_code(*waiting)
    if edition.problems or edition.untranslated or (strict and edition.doubtful):
        code = code or INCOMPLETE
    raise click.exceptions.Exit(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What one run was asked to do."""

    places: Folders
    now: datetime
    day: date
    title: str
    look: LookOptions
    selection: SelectionOptions
    mail: MailOptions
    translation: TranslationOptions
    verbose: bool


def _open_archive(stack: ExitStack, job: _Job) -> Archive | None:
    """The archive, locked, where the run needs one; for a dry run a copy of it."""
    selection = job.selection
    if not (selection.new or selection.catch_up or job.mail.send):
        return None
    from digest.archive.store import Archive
    from digest.lock import hold_lock

    path = job.places.archive
    if selection.dry_run:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digest-")))
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, scratch)
        path = scratch / path.name
    else:
        stack.enter_context(hold_lock(job.places.lock))
    return stack.enter_context(closing(Archive(path)))


def _read(specs: Sequence[SourceSpec], as_of: datetime | None, job: _Job) -> Readings:
    from digest.sources.files import read_sources

    readings = read_sources(specs, open_reading(as_of, job.now))
    for failure in readings.failures:
        note(f"digest: {failure}")
    if not readings.documents:
        raise click.exceptions.Exit(readings.failures[0].exit_code if readings.failures else 0)
    return readings


def _select(
    readings: Readings, archive: Archive | None, selection: SelectionOptions
) -> tuple[Document, ...]:
    from digest.select import identity, select_items

    identities = {identity(item) for document in readings.documents for item in document.items}
    if selection.new:
        assert archive
        identities = archive.unseen(identities) - archive.waiting()
    return select_items(readings.documents, keep=identities.__contains__, limit=selection.limit)


def _catch_up(archive: Archive | None, documents: Sequence[Document], job: _Job) -> None:
    from digest.select import identity

    assert archive
    identities = {identity(item) for document in documents for item in document.items}
    fresh = archive.unseen(identities)
    if job.selection.dry_run:
        note(f"{len(fresh)} items would count as delivered.")
        return
    archive.mark_seen(identities, now=job.now)
    if job.verbose:
        note(f"{len(fresh)} items count as delivered now.")


def _still_to_send(
    addressed: tuple[Envelope, ...], archive: Archive | None, job: _Job
) -> tuple[Envelope, ...]:
    """The envelopes of those who have not been sent an edition of this date."""
    if not archive or not job.mail.send or job.selection.force:
        return addressed
    return tuple(
        envelope
        for envelope in addressed
        if not archive.states(job.day, envelope.recipients[0].addr_spec)
    )


def _say_plan(documents: Sequence[Document], addressed: Sequence[Envelope], job: _Job) -> None:
    from digest.article import Article

    items = [item for document in documents for item in document.items]
    note(f"An edition of {len(items)} items, dated {job.day.isoformat()}:")
    for item in items:
        text = item.headline.text if isinstance(item, Article) else item.paragraphs[0].text
        note(f"  {text[:70]}")
    if job.mail.send:
        to = ", ".join(envelope.recipients[0].addr_spec for envelope in addressed)
        note(f"To be sent with {job.mail.send} to {to or 'nobody: it was sent already'}.")


def _make_edition(documents: Sequence[Document], readings: Readings, job: _Job) -> Edition:
    from digest.edition import Problem
    from digest.pipeline import EditionOptions, make_edition

    started = time.perf_counter()
    with closing(open_translator(job.places, job.translation)) as translator:
        edition = make_edition(
            documents,
            options=EditionOptions(title=job.title, day=job.day, words=job.look.words),
            translate=translator,
            model=translator.note,
            problems=tuple(
                Problem(source=failure.source, reason=failure.reason)
                for failure in readings.failures
            ),
        )
    if job.verbose:
        note(_summary(edition, translator.counts, seconds=time.perf_counter() - started))
    return edition


def _making(job: _Job) -> Making:
    from digest.rendering.documents import Making
    from digest.rendering.environment import Templates
    from digest.rendering.view import Language, Look

    look = job.look
    return Making(
        look=Look(lead=Language(look.lead), align=Alignment(look.align), width=look.width),
        templates=Templates(job.places.templates, look.template_dir),
        max_size=look.max_size,
        warn=lambda message: note(f"digest: {message}"),
    )


def _print(edition: Edition, targets: Sequence[Target], job: _Job) -> None:
    """Render all documents, and only then write the first one."""
    making = _making(job)
    envelope = common_envelope(job.mail, job.now)
    documents = [
        document
        for target in targets
        for document in render_target(
            edition, target, for_target(making, target, job.look.color), envelope
        )
    ]
    for data, output in documents:
        if output:
            write_file(output, data)
        else:
            print_document(data)


def _queue(edition: Edition, addressed: Sequence[Envelope], archive: Archive, job: _Job) -> None:
    """Put a message for each recipient into the outbox, together with the edition."""
    from digest.archive.store import QueuedMessage
    from digest.rendering.documents import make_mail

    making = _making(job)
    (layout, *_) = job.look.layouts or (Layout.INTERLEAVED.value,)
    making = replace(making, look=replace(making.look, layout=Layout(layout)))
    messages = [
        QueuedMessage(
            sender=envelope.sender.addr_spec,
            recipient=envelope.recipients[0].addr_spec,
            data=make_mail(edition, making, envelope),
        )
        for envelope in addressed
    ]
    _store(edition, messages, archive, job.now)


def _store(
    edition: Edition, messages: Sequence[QueuedMessage], archive: Archive, now: datetime
) -> int:
    from digest.archive.store import StoredEdition, StoredItem
    from digest.rendering.data import edition_as_json

    stored = StoredEdition(
        day=edition.day,
        title=edition.title,
        created=now,
        document=edition_as_json(edition),
        items=tuple(
            StoredItem(
                identity=entry.identity,
                number=entry.number,
                dutch="\n".join(part.dutch for part in entry.passages),
                english="\n".join(part.english for part in entry.passages),
            )
            for entry in edition.entries
        ),
    )
    return archive.store(stored, messages)


def _summary(edition: Edition, counts: Counts, *, seconds: float) -> str:
    words = sum(len(sentence.dutch.split()) for sentence in edition.sentences)
    return (
        f"{len(edition.entries)} items from {len(edition.sources)} sources; {counts.segments} "
        f"segments: {counts.remembered} remembered, {counts.translated} translated, "
        f"{counts.tried_again} of them again; {edition.doubtful} doubtful; {words} words in "
        f"{seconds:.2f} s ({words / seconds:.0f} words/s)"
    )
