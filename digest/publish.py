"""What the program does every morning: choose for each recipient, make, queue and deliver.

One edition is made of everything that anybody gets; those who get less are given an excerpt of
it. The archive is locked while it is used, and not while sources are read.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from digest.archive.store import Archive
from digest.archive.values import OUTPUT, QueuedMessage, State
from digest.article import Article, Document
from digest.choosing import EVERYTHING, Choice
from digest.counting import counted
from digest.edition import Edition, Sort
from digest.editions import Share, divide, stored
from digest.errors import (
    INCOMPLETE,
    ArchiveError,
    BusyError,
    ConfigurationError,
    InputError,
)
from digest.identity import identity
from digest.news import Complete, News, gather, identities_of, keep_new
from digest.outbox import Fate, Sendings, Tell, tell_untold
from digest.pipeline import excerpt
from digest.rendering.message import Envelope
from digest.select import select_items
from digest.sources.files import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run is asked for.

    `envelopes` has one for each recipient, by what addresses are compared by; without any the
    edition is written. `words` is how many uncommon words it lists, `limit` how many items it
    has (0: all). `updates` asks for items again whose text changed. `name` tells editions of one
    date apart; `choice` says which items are wanted, whose age counts from `as_of`, else `now`.
    What was collected and delivered is kept for `keep_days`.
    """

    day: date
    now: datetime
    name: str = ""
    as_of: datetime | None = None
    sort: Sort = Sort.SECTION
    choice: Choice = EVERYTHING
    keep_days: int = 90
    envelopes: Mapping[str, Envelope] = field(default_factory=dict)
    new: bool = False
    updates: bool = False
    limit: int = 0
    words: int = 0
    even_if_empty: bool = False
    force: bool = False
    catch_up: bool = False
    dry_run: bool = False

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who gets it, standard output and files as one."""
        return tuple(self.envelopes) or (OUTPUT,)

    @property
    def keeps(self) -> bool:
        """Whether the archive decides, or keeps, anything of the run."""
        return bool(self.new or self.catch_up or self.envelopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a run works with.

    `archive` opens it, locked, or gives None where the run keeps nothing. `complete` fetches the
    pages behind items, `make` makes an edition of documents, `write` writes it out, `mail` makes a
    message for each envelope, `send` sends the outbox. `plan` says what a dry run would do; `warn`
    says what went wrong and `say` what was done, in a sentence.
    """

    archive: Callable[[], AbstractContextManager[Archive | None]]
    read: Callable[[], Readings]
    complete: Complete
    make: Callable[[Sequence[Document], Readings], Edition]
    write: Callable[[Edition], None]
    mail: Callable[[Edition, Sequence[Envelope]], Sequence[bytes]]
    send: Callable[[Archive], Sendings]
    tell: Tell
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
        if Fate.MISCONFIGURED in self.fates:
            return ConfigurationError.exit_code
        if Fate.DEFERRED in self.fates:
            return BusyError.exit_code
        if Fate.DAMAGED in self.fates:
            return ArchiveError.exit_code
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
                report.fates |= _settle(archive, order, desk)
    readings = desk.read()
    tell_readings(readings, desk.warn)
    report.failures = readings.failures
    texts = _full_texts(readings, order, desk)
    with desk.archive() if order.keeps else nullcontext() as archive:
        news = _gather(readings, archive, order, desk, texts)
        if readings.failures and not news.documents:
            report.unreadable = readings.failures[0]
        elif order.catch_up:
            assert archive
            _catch_up(archive, news, order, desk)
        elif order.dry_run:
            desk.plan(news.documents, choose(news, archive, order))
        elif news.documents or order.new:
            _deliver(news, archive, order, desk, report)
    return report


def tell_readings(readings: Readings, warn: Callable[[str], object]) -> None:
    """Say what could not be read, and what should be changed about sources."""
    for sentence in (*map(str, readings.failures), *readings.advice):
        warn(sentence)


def _full_texts(readings: Readings, order: Order, desk: Desk) -> Mapping[str, Article]:
    """The items with the text of their pages, of those that somebody gets, where it is wanted.

    The archive is asked before, and not locked while pages are fetched.
    """
    if order.catch_up or order.dry_run or not any(spec.full_text for spec in readings.specs):
        return {}
    with desk.archive() if order.keeps else nullcontext() as archive:
        news = _gather(readings, archive, order, desk, {})
        shares = choose(news, archive, order)
    wanted = {each for share in shares for each in share.identities}
    lacking = news.lacking(wanted, again=True)
    return desk.complete(lacking) if lacking else {}


def _gather(
    readings: Readings,
    archive: Archive | None,
    order: Order,
    desk: Desk,
    texts: Mapping[str, Article],
) -> News:
    return gather(
        readings,
        archive,
        recipients=order.recipients if order.new else (),
        choice=order.choice,
        now=order.as_of or order.now,
        updates=order.updates,
        texts=texts,
        warn=desk.warn,
    )


def _settle(archive: Archive, order: Order, desk: Desk) -> set[Fate]:
    """Tell what nobody was told yet, and send what waits; `force` puts more into the outbox."""
    if not order.envelopes or order.catch_up:
        told = Sendings()
        tell_untold(archive, desk.tell, told, now=order.now)
        return told.fates
    for recipient in order.envelopes if order.force else ():
        _queue_again(archive, recipient, order)
    return desk.send(archive).fates


def _queue_again(archive: Archive, recipient: str, order: Order) -> None:
    """Queue the newest messages that a recipient refused, or that may not have arrived.

    What came otherwise since is left alone; of a message of which only some did, the others come
    with the next edition.
    """
    given_up = [
        message
        for message in archive.messages(State.REFUSED, State.UNKNOWN)
        if message.recipient == recipient
    ]
    for message in given_up:
        otherwise, items = archive.came_otherwise(message)
        newest = (given_up[-1].day, given_up[-1].name)
        if (message.day, message.name) != newest or 0 < otherwise == items:
            continue
        state = State.REFUSED if otherwise else State.QUEUED
        archive.move(message, state, reason=message.reason, now=order.now, told=True)


def _deliver(news: News, archive: Archive | None, order: Order, desk: Desk, report: Report) -> None:
    if archive:
        archive.join(order.recipients, now=order.now)
    shares = choose(news, archive, order)
    if archive:
        archive.see(news.left_out, order.recipients, now=order.now)
        if order.new:
            keep_new(news, archive, now=order.now, warn=desk.warn)
            archive.forget_collected(now=order.now, days=order.keep_days)
            _tell_waiting(news, archive, order, desk)
    edition_of = _make(shares, news, archive, order, desk) if shares else {}
    report.editions = tuple(edition_of.values())
    if not edition_of:
        if archive:
            archive.learn(news.aliases)
        served = all(_has_edition(each, archive, order) for each in order.recipients)
        desk.say("Sent already." if served else "Nothing new.")
    elif order.envelopes:
        assert archive
        _queue(edition_of, news, archive, order, desk)
        report.fates |= desk.send(archive).fates
    else:
        (edition,) = report.editions
        desk.write(edition)
        if archive:
            (number,) = archive.store([(stored(edition, order.now), ())], news.aliases)
            archive.deliver(number, now=order.now)


def _tell_waiting(news: News, archive: Archive, order: Order, desk: Desk) -> None:
    """Say what is new for those who have their edition already."""
    served = [each for each in order.recipients if _has_edition(each, archive, order)]
    new = {each for recipient in served for each in archive.new_for(recipient, news.identities)}
    if new:
        items = counted(len(new), "new item waits", "new items wait")
        desk.warn(
            f"The edition of {order.day.isoformat()} was sent already; {items} for the next one,"
            " and --edition NAME makes another one now."
        )


def _catch_up(archive: Archive, news: News, order: Order, desk: Desk) -> None:
    collected = archive.collected(spec.place for spec in news.readings.specs)
    identities = news.identities | dict.fromkeys(collected)
    if order.dry_run:
        desk.warn(f"{counted(len(identities), 'item')} would count as delivered.")
        return
    recipients = [OUTPUT, *order.envelopes]
    archive.catch_up(identities, recipients, now=order.now, aliases=news.aliases)
    desk.say(f"{counted(len(identities), 'item counts', 'items count')} as delivered now.")


def items_of(documents: Iterable[Document], share: Share) -> tuple[str, ...]:
    """What the items of a share begin with, of those that the documents have."""
    wanted = dict.fromkeys(share.identities)
    begins = {
        identity(item): item.headline.text if isinstance(item, Article) else item.paragraphs[0].text
        for document in documents
        for item in document.items
    }
    return tuple(begins[each] for each in wanted if each in begins)


def choose(news: News, archive: Archive | None, order: Order) -> tuple[Share, ...]:
    """Who gets which items: what is new for a recipient or all, and what was refused before.

    Nobody gets a second message for a date, or a mail without items unless it was asked for. Where
    the English decides too, the limit is left to those who know it.
    """
    here = _in_order(news.documents, order.sort)
    since = date.fromordinal(max(1, order.day.toordinal() - _OWED_DAYS))
    shares: dict[tuple[tuple[str, ...], tuple[tuple[str, tuple[int, ...]], ...]], list[str]] = {}
    for recipient in order.recipients:
        if _has_edition(recipient, archive, order):
            continue
        owed = archive.owed(recipient, since=since) if archive else {}
        owed = dict(list(owed.items())[-_MOST_OWED:])
        new = archive.new_for(recipient, here) if archive and order.new else set(here)
        wanted = tuple(dict.fromkeys([*owed, *(each for each in here if each in new)]))
        if order.limit and not news.by_english:
            wanted = wanted[: order.limit]
        if wanted or _may_be_empty(order):
            taken = tuple((each, numbers) for each, numbers in owed.items() if each in wanted)
            shares.setdefault((wanted, taken), []).append(recipient)
    return tuple(
        Share(recipients=tuple(recipients), identities=identities, owed=owed)
        for (identities, owed), recipients in shares.items()
    )


_OWED_DAYS = 14
_MOST_OWED = 200
"""What was refused longer ago, or is more, is settled: a dead address, or stale news."""


def _in_order(documents: Sequence[Document], sort: Sort) -> dict[str, None]:
    """The items that a limit is to take the first of: by time those are the newest."""
    here = identities_of(documents)
    if sort is not Sort.TIME:
        return here
    items = (item for document in documents for item in document.items)
    times = {identity(item): item.published.at.timestamp() for item in items if item.published}
    return dict.fromkeys(sorted(here, key=lambda each: times.get(each, 0.0), reverse=True))


def _has_edition(recipient: str, archive: Archive | None, order: Order) -> bool:
    """Whether there is a message of this edition already."""
    if not archive or not order.envelopes:
        return False
    return archive.has_message(order.day, recipient, name=order.name)


def _make(
    shares: Sequence[Share], news: News, archive: Archive | None, order: Order, desk: Desk
) -> dict[Share, Edition]:
    """One edition of all that anybody gets, and of that what each share has.

    What is owed and cannot be had again counts as delivered, or it would be missed every day; a
    share of which nothing is left gets no edition.
    """
    wanted = {each for share in shares for each in share.identities}
    others = news.identities.keys() - wanted
    documents = select_items(news.documents, keep=lambda each: each not in others)
    edition = desk.make(documents, news.readings)
    if news.by_english:
        unwanted = news.unwanted_english(edition)
        if archive:
            archive.see(unwanted, order.recipients, now=order.now)
        shares = [_without(share, unwanted, order.limit) for share in shares]
        left = {each for share in shares for each in share.identities}
        edition = excerpt(edition, left, words=order.words)
    edition_of = divide(edition, shares, archive, words=order.words, warn=desk.warn)
    for share, part in edition_of.items():
        had = {entry.identity for entry in part.entries}
        if archive and (lost := [each for each, _ in share.owed if each not in had]):
            archive.count_delivered(lost, share.recipients, now=order.now)
    return {
        share: part for share, part in edition_of.items() if part.entries or _may_be_empty(order)
    }


def _may_be_empty(order: Order) -> bool:
    """Whether an edition without items is made: where it was asked for, or all items were."""
    return order.even_if_empty or not (order.new or order.envelopes)


def _without(share: Share, unwanted: Collection[str], limit: int) -> Share:
    """A share without what is not wanted, and of the others at most so many."""
    kept = [each for each in share.identities if each not in unwanted]
    identities = tuple(kept[:limit] if limit else kept)
    owed = tuple((each, numbers) for each, numbers in share.owed if each in identities)
    return replace(share, identities=identities, owed=owed)


def _queue(
    edition_of: Mapping[Share, Edition], news: News, archive: Archive, order: Order, desk: Desk
) -> None:
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
    archive.store(editions, news.aliases)
