"""What the program does every morning: choose for each recipient, make, queue and deliver.

One edition is made of everything that anybody gets; those who get less are given an excerpt of
it. The archive is locked while it is used, and not while sources are read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.archive.store import Archive
from digest.archive.values import OUTPUT, QueuedMessage, State, StoredEdition, StoredItem
from digest.article import Article, Document, is_news
from digest.edition import Edition, Entry
from digest.errors import ArchiveError, InputError
from digest.outbox import Fate, Sendings, tell_untold
from digest.pipeline import excerpt
from digest.rendering.data import edition_as_json, edition_from_json
from digest.rendering.message import Envelope
from digest.select import identity, select_items
from digest.sources.files import Readings

DEFERRED = 75
MISCONFIGURED = 78
DAMAGED = 73
INCOMPLETE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run is asked for.

    `envelopes` has one for each recipient, by what addresses are compared by; without any the
    edition is written. `words` is how many uncommon words it lists, `limit` how many items it
    has (0: all).
    """

    day: date
    now: datetime
    envelopes: Mapping[str, Envelope] = field(default_factory=dict)
    new: bool = False
    limit: int = 0
    words: int = 0
    even_if_empty: bool = False
    force: bool = False
    catch_up: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Recipients who get the same items, and the identities of these."""

    recipients: tuple[str, ...]
    identities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a run works with.

    `archive` opens it, locked, or gives None where the run keeps nothing. `make` makes an
    edition of documents, `write` writes it out, `mail` makes a message for each envelope,
    `send` sends the outbox. `plan` says what a dry run would do; `warn` says what went wrong
    and `say` what was done, in a sentence.
    """

    archive: Callable[[], AbstractContextManager[Archive | None]]
    read: Callable[[], Readings]
    make: Callable[[Sequence[Document], Readings], Edition]
    write: Callable[[Edition], None]
    mail: Callable[[Edition, Sequence[Envelope]], Sequence[bytes]]
    send: Callable[[Archive], Sendings]
    tell: Callable[..., bool]
    plan: Callable[[Sequence[Document], Sequence[Share]], None]
    warn: Callable[[str], object]
    say: Callable[[str], object]


@dataclass(slots=True)
class Report:
    """What came of a run: the fates of messages, the editions made, what could not be read.

    `unreadable` is the error where nothing at all could be.
    """

    fates: set[Fate] = field(default_factory=set)
    failures: tuple[InputError, ...] = ()
    unreadable: InputError | None = None
    editions: tuple[Edition, ...] = ()

    def exit_code(self, *, strict: bool = False) -> int:
        """The exit code of docs/exit-codes.md; `strict` counts doubtful sentences."""
        if Fate.UNSETTLED in self.fates:
            return MISCONFIGURED
        if Fate.DEFERRED in self.fates:
            return DEFERRED
        if Fate.DAMAGED in self.fates:
            return DAMAGED
        if self.unreadable:
            return self.unreadable.exit_code
        incomplete = self.failures or any(
            edition.problems or edition.untranslated or (strict and edition.doubtful)
            for edition in self.editions
        )
        return INCOMPLETE if self.fates or incomplete else 0


def publish(order: Order, desk: Desk) -> Report:
    """Send what waits, read the sources, and make and deliver an edition of what is wanted."""
    report = Report()
    if not order.dry_run:
        with desk.archive() as archive:
            if archive:
                _settle(archive, order, desk, report)
    readings = desk.read()
    for failure in readings.failures:
        desk.warn(str(failure))
    report.failures = readings.failures
    if readings.failures and not readings.documents:
        report.unreadable = readings.failures[0]
    if readings.documents:
        with desk.archive() as archive:
            if order.catch_up:
                assert archive
                _catch_up(archive, readings.documents, order, desk)
            else:
                _publish(readings, archive, order, desk, report)
    return report


def _publish(
    readings: Readings, archive: Archive | None, order: Order, desk: Desk, report: Report
) -> None:
    shares = choose(readings.documents, archive, order)
    if order.dry_run:
        desk.plan(readings.documents, shares)
        return
    if not shares:
        desk.say("Sent already." if _is_served(archive, order) else "Nothing new.")
        return
    edition_of = make_editions(shares, readings, archive, order, desk)
    report.editions = tuple(edition_of.values())
    if order.envelopes:
        assert archive
        _queue(edition_of, archive, order, desk)
        report.fates |= desk.send(archive).fates
        return
    (edition,) = report.editions
    desk.write(edition)
    if archive:
        (number,) = archive.store([(stored(edition, order.now), ())])
        archive.deliver(number, now=order.now)


def _settle(archive: Archive, order: Order, desk: Desk, report: Report) -> None:
    """Tell what nobody was told yet, and send what waits; `force` puts more into the outbox."""
    if not order.envelopes:
        told = Sendings()
        tell_untold(archive, desk.tell, told)
        report.fates |= told.fates
        return
    if order.force:
        for message in archive.messages(State.REFUSED, State.UNKNOWN):
            if message.recipient in order.envelopes and not archive.is_superseded(message):
                archive.move(message, State.QUEUED, now=order.now)
    report.fates |= desk.send(archive).fates


def _catch_up(archive: Archive, documents: Iterable[Document], order: Order, desk: Desk) -> None:
    identities = news_of(documents)
    fresh = archive.new_for(OUTPUT, identities)
    if order.dry_run:
        desk.warn(f"{len(fresh)} items would count as delivered.")
        return
    archive.catch_up(identities, [OUTPUT, *order.envelopes], now=order.now)
    desk.say(f"{len(identities)} items count as delivered now.")


def news_of(documents: Iterable[Document]) -> dict[str, None]:
    """The identities of all items that are news, in order, each once."""
    return {identity(item): None for doc in documents for item in doc.items if is_news(item)}


def items_of(documents: Iterable[Document], share: Share) -> tuple[str, ...]:
    """What the items of a share begin with, of those that the documents have."""
    wanted = dict.fromkeys(share.identities)
    begins = {
        identity(item): item.headline.text if isinstance(item, Article) else item.paragraphs[0].text
        for document in documents
        for item in document.items
    }
    return tuple(begins[each] for each in wanted if each in begins)


def choose(
    documents: Iterable[Document], archive: Archive | None, order: Order
) -> tuple[Share, ...]:
    """Who gets which items: what is new for a recipient or all, and what was refused before.

    Nobody gets a second message for a date, or an edition without items unless it was asked for.
    """
    here = news_of(documents)
    shares: dict[tuple[str, ...], list[str]] = {}
    for recipient in order.envelopes or (OUTPUT,):
        if order.envelopes and archive and archive.has_message(order.day, recipient):
            continue
        owed = archive.owed(recipient) if archive else {}
        new = archive.new_for(recipient, here) if archive and order.new else set(here)
        wanted = tuple(dict.fromkeys([*owed, *(each for each in here if each in new)]))
        wanted = wanted[: order.limit] if order.limit else wanted
        if wanted or order.even_if_empty or not order.new:
            shares.setdefault(wanted, []).append(recipient)
    return tuple(
        Share(recipients=tuple(recipients), identities=identities)
        for identities, recipients in shares.items()
    )


def _is_served(archive: Archive | None, order: Order) -> bool:
    """Whether everybody has a message for the date."""
    if not archive or not order.envelopes:
        return False
    return all(archive.has_message(order.day, recipient) for recipient in order.envelopes)


def make_editions(
    shares: Sequence[Share], readings: Readings, archive: Archive | None, order: Order, desk: Desk
) -> dict[Share, Edition]:
    """One edition of all that anybody gets, and of that what each share has."""
    wanted = {each for share in shares for each in share.identities}
    unwanted = news_of(readings.documents).keys() - wanted
    documents = select_items(readings.documents, keep=lambda each: each not in unwanted)
    edition = desk.make(documents, readings)
    missing = wanted - {entry.identity for entry in edition.entries}
    earlier = _earlier(shares, missing, archive, desk) if archive and missing else ()
    return {
        share: excerpt(edition, set(share.identities), earlier=earlier, words=order.words)
        for share in shares
    }


def _earlier(
    shares: Sequence[Share], missing: set[str], archive: Archive, desk: Desk
) -> tuple[Entry, ...]:
    """Entries of past editions that are owed to somebody and in no source any more."""
    owed: dict[str, int] = {}
    for share in shares:
        for recipient in share.recipients:
            owed |= archive.owed(recipient)
    found: dict[str, Entry] = {}
    for number in sorted({owed[each] for each in missing if each in owed}):
        try:
            edition = past_edition(archive, number)
        except ArchiveError as error:
            desk.warn(str(error))
            continue
        entries = edition.entries if edition else ()
        found |= {entry.identity: entry for entry in entries if entry.identity in missing}
    return tuple(found[each] for each in owed if each in found)


def past_edition(archive: Archive, number: int) -> Edition | None:
    """The edition with this number, or None. Raises `ArchiveError` where it is damaged."""
    document = archive.document(number)
    try:
        return edition_from_json(document) if document is not None else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise archive.damage(f"edition {number}") from error


def _queue(edition_of: Mapping[Share, Edition], archive: Archive, order: Order, desk: Desk) -> None:
    """Put a message for each recipient into the outbox, together with the editions."""
    editions = []
    for share, edition in edition_of.items():
        envelopes = [order.envelopes[recipient] for recipient in share.recipients]
        messages = [
            QueuedMessage(
                sender=envelope.sender.addr_spec,
                recipient=recipient,
                address=envelope.recipients[0].addr_spec,
                data=data,
            )
            for recipient, envelope, data in zip(
                share.recipients, envelopes, desk.mail(edition, envelopes), strict=True
            )
        ]
        editions.append((stored(edition, order.now), messages))
    archive.store(editions)


def stored(edition: Edition, now: datetime) -> StoredEdition:
    """An edition as the archive keeps it."""
    return StoredEdition(
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
