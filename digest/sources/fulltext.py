"""The pages behind items: fetched politely, and used where they say more than the summary does.

What `robots.txt` does not allow is left alone (RFC 9309), a host has one connection at a time and
a pause between two requests, and all pages of a run have a limit of time together. No page is
fetched from this machine or network, unless the user named its host himself.
"""

import queue
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from digest.article import Article, Role
from digest.cleaning import letters
from digest.errors import InputError
from digest.identity import identity, telling_words
from digest.sources.asking import NAME, Answer, Asking
from digest.sources.cache import Cache, Notes
from digest.sources.hosts import Resolve, resolve_host
from digest.sources.page import Page, read_page
from digest.sources.paragraphs import joined
from digest.sources.pictures import described

_HOSTS_AT_ONCE = 8
_MOST_BYTES = 5_000_000
_MOST_RULES = 500_000
"""Bytes of `robots.txt` that are read (RFC 9309, 2.5)."""
_LONGEST_PAUSE = 30.0
_LEAST_GAIN = 1.2
"""A text that is not so much longer than the summary is the summary."""
_LEAST_SHARE = 0.25
"""So many of the less common words of the summary are in a text about the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Seconds that all pages together, and each of them, may take, and between two of a host."""

    total: float
    each: float = 20.0
    pause: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """What pages are fetched with: `named` are the hosts that the user named himself.

    Pages are read as of `now`, their times without a zone in `zone`.
    """

    cache: Cache
    manners: Manners
    named: frozenset[str]
    now: datetime
    zone: tzinfo
    resolve: Resolve = resolve_host


def complete(articles: Sequence[Article], fetching: Fetching) -> dict[str, Article]:
    """Each of the articles by its identity, with the text of its page or a note on why not."""
    found = fetch_pages([article.origin.address for article in articles], fetching)
    return {
        identity(article): _completed(article, found[article.origin.address], fetching)
        for article in articles
    }


def _completed(article: Article, fetched: Answer, fetching: Fetching) -> Article:
    if not fetched.notes:
        return _without(article, f"the page could not be had: {fetched.failure}")
    try:
        page = read_page(
            fetched.notes.body,
            source=article.origin.address,
            as_of=fetching.now,
            zone=fetching.zone,
            charset=fetched.notes.charset,
            base=fetched.notes.address or article.origin.address,
        )
    except InputError as error:
        return _without(article, f"the page {error.reason}")
    if page.is_paid:
        return _without(article, "the page is for subscribers")
    return _with_text(article, page)


def _without(article: Article, note: str) -> Article:
    return replace(article, origin=replace(article.origin, note=note))


def _with_text(article: Article, page: Page) -> Article:
    """The article with the text of its page, where that says more about the same."""
    own, other = _prose(article), _prose(page.article)
    words = telling_words(f"{article.headline.text} {own}")
    shared = len(words & telling_words(f"{page.article.headline.text} {other}"))
    if words and shared < _LEAST_SHARE * len(words):
        return _without(article, "the page is about something else")
    origin = replace(article.origin, is_full=True)
    if len(letters(other)) < _LEAST_GAIN * len(letters(own)):
        return replace(article, origin=origin)
    paragraphs = joined(article.paragraphs, page.article.paragraphs)
    author = origin.author or page.article.origin.author
    pictures = (*article.pictures, *page.article.pictures)
    return replace(
        article,
        paragraphs=paragraphs,
        published=article.published or page.article.published,
        origin=replace(origin, author=author),
        pictures=described(pictures, article.headline.text, paragraphs),
        is_dutch=article.is_dutch or page.article.is_dutch,
    )


def _prose(article: Article) -> str:
    return " ".join(part.text for part in article.paragraphs if part.role is Role.BODY)


def fetch_pages(addresses: Iterable[str], fetching: Fetching) -> dict[str, Answer]:
    """What came of each of these addresses; hosts are asked side by side."""
    hosts: dict[str, list[str]] = {}
    for address in dict.fromkeys(addresses):
        hosts.setdefault(_site(address), []).append(address)
    deadline = time.monotonic() + fetching.manners.total
    waiting: queue.Queue[tuple[str, list[str]]] = queue.Queue()
    answers: queue.Queue[tuple[str, Answer]] = queue.Queue()
    for site in hosts.items():
        waiting.put(site)
    for _ in range(min(_HOSTS_AT_ONCE, len(hosts))):
        visits = _Visits(fetching, deadline, waiting, answers)
        # Left to itself when the time is up, as the sources are.
        threading.Thread(target=visits.run, daemon=True).start()
    late = Answer(failure="there was no time left for it")
    found = {address: late for of_site in hosts.values() for address in of_site}
    for _ in found.copy():
        try:
            address, answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        found[address] = answer
    return found


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(slots=True)
class _Visits:
    """A thread that asks hosts one after the other."""

    fetching: Fetching
    deadline: float
    waiting: "queue.Queue[tuple[str, list[str]]]"
    answers: "queue.Queue[tuple[str, Answer]]"
    asked_at: float = field(default=float("-inf"))

    def run(self) -> None:
        while True:
            try:
                site, addresses = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.asked_at = float("-inf")
            self._visit(site, addresses)

    def _visit(self, site: str, addresses: list[str]) -> None:
        pause = self.fetching.manners.pause
        rules, failure = self._rules(site, pause)
        if rules:
            pause = min(max(pause, float(rules.crawl_delay(NAME) or 0.0)), _LONGEST_PAUSE)
        for address in addresses:
            if failure or (rules and not rules.can_fetch(address, NAME)):
                answer = Answer(failure=failure or "robots.txt of the site does not allow it")
            else:
                answer = self._ask(address, pause, _MOST_BYTES)
            self.answers.put((address, answer))

    def _rules(self, site: str, pause: float) -> tuple[Any, str]:
        """What the site allows; where nobody can tell, nothing (RFC 9309, 2.3.1.4)."""
        from protego import Protego  # noqa: PLC0415 - only pages need it

        answer = self._ask(f"{site}/robots.txt", pause, _MOST_RULES)
        if answer.notes:
            text = answer.notes.body.decode("utf-8", "replace")
            return Protego.parse(text), ""
        if 400 <= answer.code < 500 or answer.is_empty:  # noqa: PLR2004 - there are no rules
            return None, ""
        return None, f"robots.txt of the site could not be had: {answer.failure}"

    def _ask(self, address: str, pause: float, most: int) -> Answer:
        """An address, after a pause, within its own time and that of all."""
        time.sleep(max(0.0, min(self.asked_at + pause, self.deadline) - time.monotonic()))
        seconds = min(self.fetching.manners.each, self.deadline - time.monotonic())
        if seconds <= 0:
            return Answer(failure="there was no time left for it")
        notes = self.fetching.cache.read(address)
        answers: queue.Queue[tuple[str, Answer]] = queue.Queue()
        asking = Asking(
            address,
            address,
            notes,
            self.fetching.named,
            self.fetching.resolve,
            time.monotonic() + seconds,
            guarded=True,
            most=most,
        )
        threading.Thread(target=asking.into, args=(answers,), daemon=True).start()
        try:
            _, answer = answers.get(timeout=seconds)
        except queue.Empty:
            answer = Answer(failure=f"it took longer than {seconds:.0f} seconds")
        self.asked_at = time.monotonic()
        return self._kept(address, answer, notes)

    def _kept(self, address: str, answer: Answer, notes: Notes) -> Answer:
        """The answer with its body, also where nothing has changed; what is new is kept."""
        if answer.notes:
            self.fetching.cache.keep(address, answer.notes.body)
            self.fetching.cache.note(address, answer.notes)
        elif not answer.failure:
            return replace(answer, notes=notes)
        return answer
