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
from digest.counting import counted
from digest.errors import InputError
from digest.identity import identity, telling_words
from digest.progress import Progress, unseen
from digest.sources.asking import NAME, Answer, Asking
from digest.sources.cache import Cache, Notes
from digest.sources.hosts import Resolve, host_of, resolve_host
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
    progress: Progress = unseen


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
    listed = list(dict.fromkeys(addresses))
    hosts: dict[str, list[str]] = {}
    for address in listed:
        hosts.setdefault(host_of(address), []).append(address)
    waiting: queue.Queue[list[str]] = queue.Queue()
    for of_host in hosts.values():
        waiting.put(of_host)
    answers: queue.Queue[tuple[str, Answer]] = queue.Queue()
    visits = _Visits(fetching, time.monotonic() + fetching.manners.total)
    for _ in range(min(_HOSTS_AT_ONCE, len(hosts))):
        # Left to itself when the time is up, as the sources are.
        threading.Thread(target=visits.run, args=(waiting, answers), daemon=True).start()
    found = dict.fromkeys(listed, _LATE)
    for done, _ in enumerate(listed, 1):
        try:
            address, answer = answers.get(timeout=max(0.0, visits.deadline - time.monotonic()))
        except queue.Empty:
            break
        found[address] = answer
        fetching.progress(done, len(listed), address)
    fetching.progress(len(listed), len(listed), "")
    fetching.cache.forget(_KEPT_DAYS)
    return found


_LATE = Answer(failure="there was no time left for it")
_KEPT_DAYS = 30
_MOST_HOPS = 10


@dataclass(slots=True)
class _Host:
    """A host: who asks it at the moment, when it was asked last, and why it is not asked again.

    `reading` is held while its rules are read, once for each site.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    reading: threading.RLock = field(default_factory=threading.RLock)
    asked_at: float = float("-inf")
    refusal: str = ""
    rules: dict[str, tuple[Any, str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Visits:
    """Asks pages, hop by hop: each hop is a request to its host, and has the rules of its site."""

    fetching: Fetching
    deadline: float
    hosts: dict[str, _Host] = field(default_factory=dict)

    def run(
        self,
        waiting: "queue.Queue[list[str]]",
        answers: "queue.Queue[tuple[str, Answer]]",
    ) -> None:
        """Ask the pages of one host after the other, as long as any waits."""
        while True:
            try:
                of_host = waiting.get_nowait()
            except queue.Empty:
                return
            for address in of_host:
                try:
                    answer = self.visit(address)
                except Exception as error:  # noqa: BLE001 - it is about this page alone
                    answer = Answer(failure=f"the address is not sound ({type(error).__name__})")
                answers.put((address, answer))

    def visit(self, address: str) -> Answer:
        """A page, through its redirects."""
        here = address
        for _ in range(_MOST_HOPS):
            parts = urlsplit(here)
            rules, failure = self._rules(f"{parts.scheme}://{parts.netloc}")
            if failure:
                return Answer(failure=failure)
            if rules and not rules.can_fetch(here, NAME):
                return Answer(failure="robots.txt of the site does not allow it")
            answer = self._ask(here, rules)
            if not answer.leads:
                return answer
            there = urlsplit(answer.leads)
            if not (there.path.strip("/") or there.query) and (
                parts.path.strip("/") or parts.query
            ):
                return Answer(failure="it leads to a front page")
            here = answer.leads
        return Answer(failure="it redirects for ever")

    def _rules(self, site: str) -> tuple[Any, str]:
        """What a site allows; where nobody can tell, nothing (RFC 9309, 2.3.1.4)."""
        host = self._host(site)
        with host.reading:
            if site not in host.rules:
                host.rules[site] = self._read_rules(site)
            return host.rules[site]

    def _read_rules(self, site: str) -> tuple[Any, str]:
        from protego import Protego  # noqa: PLC0415 - only pages need it

        address = f"{site}/robots.txt"
        for _ in range(_MOST_HOPS):
            answer = self._ask(address, None, is_rules=True)
            if not answer.leads:
                break
            address = answer.leads
        if answer.notes:
            return Protego.parse(answer.notes.body.decode("utf-8-sig", "replace")), ""
        if answer.code and answer.code < _SERVER_ERROR:
            return None, ""
        return None, f"robots.txt of the site could not be had: {answer.failure}"

    def _host(self, address: str) -> _Host:
        return self.hosts.setdefault(host_of(address), _Host())

    def _ask(self, address: str, rules: Any, *, is_rules: bool = False) -> Answer:
        """One request: alone at its host, after a pause, within its own time and that of all."""
        host = self._host(address)
        pause = self.fetching.manners.pause
        if rules:
            pause = min(max(pause, float(rules.crawl_delay(NAME) or 0.0)), _LONGEST_PAUSE)
        if not host.lock.acquire(timeout=max(0.0, self.deadline - time.monotonic())):
            return _LATE
        try:
            if host.refusal:
                return Answer(failure=host.refusal)
            wait = host.asked_at + pause - time.monotonic()
            if wait > 0:
                time.sleep(max(0.0, min(wait, self.deadline - time.monotonic())))
            seconds = min(self.fetching.manners.each, self.deadline - time.monotonic())
            if seconds <= 0:
                return _LATE
            answer = self._request(address, seconds, is_rules=is_rules)
            host.asked_at = time.monotonic()
            if answer.code in _ENOUGH or (answer.late and not is_rules):
                host.refusal = f"its host was left alone: {answer.failure}"
            return answer
        finally:
            host.lock.release()

    def _request(self, address: str, seconds: float, *, is_rules: bool) -> Answer:
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
            most=_MOST_RULES if is_rules else _MOST_BYTES,
            cut=is_rules,
            hops=False,
        )
        threading.Thread(target=asking.into, args=(answers,), daemon=True).start()
        try:
            _, answer = answers.get(timeout=seconds)
        except queue.Empty:
            limit = counted(max(1, round(seconds)), "second")
            return Answer(failure=f"it took longer than {limit}", late=True)
        return self._kept(address, answer, notes)

    def _kept(self, address: str, answer: Answer, notes: Notes) -> Answer:
        """The answer with its body, also where nothing has changed; what is new is kept."""
        if answer.notes:
            self.fetching.cache.keep(address, answer.notes.body)
            self.fetching.cache.note(address, answer.notes)
        elif not answer.failure and not answer.leads and notes.body:
            return replace(answer, notes=notes)
        return answer


_SERVER_ERROR = 500
_ENOUGH = frozenset({429, 503})
"""Answers after which a host is not asked again."""
