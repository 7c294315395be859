"""The pages behind items: asked politely, from nowhere private, and used where they say more."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from digest.article import Article, Headline, Origin, Paragraph
from digest.identity import identity
from digest.sources.asking import NAME
from digest.sources.cache import Cache
from digest.sources.fulltext import Fetching, Manners, complete, fetch_pages
from tests.conftest import AS_OF, ZONE

TEXT = (
    "De brug over de rivier in Utrecht gaat twee weken dicht omdat het wegdek slijt.",
    "Het verkeer rijdt om via de snelweg en de politie regelt het bij de grote kruising.",
    "De aannemer begint maandag en hoopt na twee weken klaar te zijn met de brug.",
)
PROSE = "".join(f"<p>{text}</p>" for text in TEXT)


def page(body: str = PROSE, head: str = "", title: str = "Brug in Utrecht dicht") -> bytes:
    return (
        f"<!DOCTYPE html><html lang=nl><head><title>{title}</title>{head}</head><body>"
        f"<nav>Menu</nav><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


@dataclass
class Place:
    """A site: what it answers to each path, and what it was asked and when."""

    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def has(self, path: str, body: bytes = b"", code: int = 200, **headers: str) -> str:
        self.answers[path] = code, {k.replace("_", "-"): v for k, v in headers.items()}, body
        return f"{self.address}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Place]:
    place = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place.asked.append((time.monotonic(), self.path, dict(self.headers)))
            code, headers, body = place.answers.get(self.path, (404, {}, b""))
            if tag := headers.get("ETag"):
                code = 304 if self.headers.get("If-None-Match") == tag else code
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if code == 200:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, 0), Handler)
    place.address = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def site() -> Iterator[Place]:
    with serving() as place:
        yield place


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    return Fetching(
        cache=Cache(tmp_path / "pages", warn=print),
        manners=Manners(total=20, pause=0.0),
        named=frozenset({"127.0.0.1"}),
        now=AS_OF,
        zone=ZONE,
    )


def article(address: str, lead: str = TEXT[0], title: str = "Brug in Utrecht dicht") -> Article:
    return Article(
        headline=Headline(text=title),
        paragraphs=(Paragraph(text=lead),) if lead else (),
        origin=Origin(address=address),
    )


def completed(item: Article, fetching: Fetching) -> Article:
    found = complete([item], fetching)
    assert list(found) == [identity(item)]
    return found[identity(item)]


def prose(item: Article) -> tuple[str, ...]:
    return tuple(part.text for part in item.paragraphs)


class TestText:
    def test_of_the_page_takes_the_place_of_the_summary(
        self, site: Place, fetching: Fetching
    ) -> None:
        head = '<meta property="og:site_name" content="Krant"><meta name="author" content="An Bos">'
        item = completed(article(site.has("/a", page(head=head))), fetching)
        assert [text for text in prose(item) if not text.startswith("Door")] == list(TEXT)
        assert item.origin.is_full
        assert item.origin.author == "An Bos"
        assert item.headline.text == "Brug in Utrecht dicht"

    def test_that_is_not_longer_leaves_the_summary(self, site: Place, fetching: Fetching) -> None:
        item = article(site.has("/a", page()), lead=" ".join(TEXT))
        assert prose(completed(item, fetching)) == (" ".join(TEXT),)

    @pytest.mark.parametrize(
        ("body", "note"),
        [
            (page(head='<script type="application/ld+json">{"@type": "NewsArticle", '
                       '"isAccessibleForFree": "False"}</script>'), "is for subscribers"),
            (page(f"<p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>Dit artikel is alleen voor abonnees.</p>"),
             "is for subscribers"),
            (page("".join(f"<p>Recept voor soep met prei, stap {n}: snijd alles fijn.</p>"
                          for n in range(9)), title="Soep"), "is about something else"),
            (b"%PDF-1.7 ...", "page"),
            (b"", "empty"),
            (page("<p>Wij gebruiken cookies. Klik op akkoord om cookies te accepteren.</p>"
                  "<button>Akkoord</button>", title="Cookies"), "page"),
        ],
    )  # fmt: skip
    def test_that_is_none_of_it_leaves_the_summary_and_says_so(
        self, site: Place, fetching: Fetching, body: bytes, note: str
    ) -> None:
        item = completed(article(site.has("/a", body)), fetching)
        assert prose(item) == (TEXT[0],)
        assert note in item.origin.note
        assert not item.origin.is_full

    def test_makes_no_new_item(self, site: Place, fetching: Fetching) -> None:
        item = article(site.has("/a", page()))
        assert complete([item], fetching).keys() == {identity(item)}


class TestManners:
    @pytest.mark.parametrize(
        ("rules", "allowed"),
        [
            ("User-agent: *\nDisallow: /a", False),
            ("User-agent: *\nDisallow: /\nAllow: /a$", True),
            ("User-agent: *\nDisallow: /*.html", True),
            (f"User-agent: {NAME}\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
            (f"User-agent: *\nDisallow: /\n\nUser-agent: {NAME}\nAllow: /", True),
            ("<html>geen regels", True),
        ],
    )
    def test_robots_txt_is_obeyed(
        self, site: Place, fetching: Fetching, rules: str, allowed: bool
    ) -> None:
        site.has("/robots.txt", rules.encode())
        item = completed(article(site.has("/a", page())), fetching)
        assert item.origin.is_full is allowed
        assert ("/a" in site.paths) is allowed
        assert ("robots.txt" in item.origin.note) is not allowed

    @pytest.mark.parametrize(("code", "allowed"), [(404, True), (403, True), (500, False)])
    def test_where_nobody_can_tell_nothing_is_allowed(
        self, site: Place, fetching: Fetching, code: int, allowed: bool
    ) -> None:
        site.has("/robots.txt", code=code)
        assert completed(article(site.has("/a", page())), fetching).origin.is_full is allowed

    def test_a_host_has_a_pause_between_two_requests(self, site: Place, fetching: Fetching) -> None:
        fetching = replace(fetching, manners=Manners(total=20, pause=0.2))
        fetch_pages([site.has(f"/{name}", page()) for name in "abc"], fetching)
        times = [at for at, _, _ in site.asked]
        assert len(times) == 4
        assert min(late - early for early, late in pairwise(times)) >= 0.19

    def test_what_has_not_changed_is_not_sent_again(self, site: Place, fetching: Fetching) -> None:
        item = article(site.has("/a", page(), ETag='"1"'))
        for _ in range(2):
            assert completed(item, fetching).origin.is_full
        assert [
            headers.get("If-None-Match") for _, path, headers in site.asked if path == "/a"
        ] == [
            None,
            '"1"',
        ]

    def test_a_host_is_asked_once_at_a_time_whatever_leads_to_it(self, fetching: Fetching) -> None:
        fetching = replace(fetching, manners=Manners(total=20, pause=0.2))
        with serving() as one, serving() as two:
            one.has("/moved", code=302, Location=two.has("/b", page()))
            addresses = [f"{one.address}/moved", one.has("/a", page()), two.has("/c", page())]
            found = fetch_pages(addresses, fetching)
            assert all(answer.notes for answer in found.values())
            times = sorted(at for at, _, _ in one.asked + two.asked)
        assert min(late - early for early, late in pairwise(times)) >= 0.19

    def test_rules_hold_behind_redirects(self, fetching: Fetching) -> None:
        with serving() as one, serving() as two:
            two.has("/robots.txt", b"\xef\xbb\xbfUser-agent: *\nDisallow: /secret")
            address = one.has("/a", code=302, Location=two.has("/secret", page()))
            assert "robots.txt" in fetch_pages([address], fetching)[address].failure
            assert two.paths == ["/robots.txt"]

    def test_long_rules_are_read_as_far_as_they_have_to_be(
        self, site: Place, fetching: Fetching
    ) -> None:
        site.has("/robots.txt", b"User-agent: *\nDisallow: /a\n" + b"# x\n" * 300_000)
        address, other = site.has("/a", page()), site.has("/b", page())
        found = fetch_pages([address, other], fetching)
        assert not found[address].notes
        assert found[other].notes

    @pytest.mark.parametrize("code", [429, 503])
    def test_a_host_that_has_enough_is_left_alone(
        self, site: Place, fetching: Fetching, code: int
    ) -> None:
        addresses = [site.has(f"/{name}", code=code) for name in "abc"]
        fetch_pages(addresses, fetching)
        assert len(site.paths) == 2

    def test_a_front_page_is_no_article(self, site: Place, fetching: Fetching) -> None:
        site.has("/", page())
        item = completed(article(site.has("/weg", code=302, Location="/")), fetching)
        assert "front page" in item.origin.note

    def test_a_short_link_leads_to_an_article(self, site: Place, fetching: Fetching) -> None:
        site.has("/?p=123", page())
        item = completed(article(site.has("/kort", code=302, Location="/?p=123")), fetching)
        assert item.origin.is_full

    def test_who_asks_says_so(self, site: Place, fetching: Fetching) -> None:
        completed(article(site.has("/a", page())), fetching)
        assert all(headers["User-Agent"].startswith(f"{NAME}/") for _, _, headers in site.asked)

    def test_all_pages_together_have_a_limit(self, site: Place, fetching: Fetching) -> None:
        fetching = replace(fetching, manners=Manners(total=0.5, pause=5))
        found = fetch_pages([site.has(f"/{name}", page()) for name in "abc"], fetching)
        assert {answer.failure for answer in found.values()} == {"there was no time left for it"}

    def test_a_page_has_a_limit_of_size(self, site: Place, fetching: Fetching) -> None:
        address = site.has("/a", page("<p>x</p>" * 700_000))
        assert "larger than 5 MB" in fetch_pages([address], fetching)[address].failure


class TestPrivate:
    """A page of nobody who was named is asked on public addresses only."""

    HOSTS = (
        "127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::1]",
        "[::ffff:127.0.0.1]", "0.0.0.0",  # noqa: S104 - an address to be refused
    )  # fmt: skip

    @pytest.mark.parametrize("host", HOSTS)
    def test_hosts_are_never_reached(self, site: Place, fetching: Fetching, host: str) -> None:
        port = site.address.rpartition(":")[2]
        address = f"http://{host}:{port}/a"
        site.has("/a", page())
        found = fetch_pages([address], replace(fetching, named=frozenset({"krant.example"})))
        assert found[address].failure
        assert not site.asked

    def test_neither_by_redirect(self, fetching: Fetching) -> None:
        with serving() as here, serving("127.0.0.2") as there:
            there.has("/a", page())
            address = here.has("/a", code=302, Location=f"{there.address}/a")
            found = fetch_pages([address], fetching)
            assert "not a public address" in found[address].failure
            assert not there.asked

    def test_neither_by_a_name_that_means_something_else_later(
        self, site: Place, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = int(site.address.rpartition(":")[2])
        answers = iter(["93.184.216.34"] * 2)

        def lie(_host: str, _port: object, *_: object, **__: object) -> list[Any]:
            """Says what is public when it is asked first, and this machine when it counts."""
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr("digest.sources.connecting.socket.getaddrinfo", lie)
        address = f"http://rebinding.example:{port}/a"
        looked_up = replace(fetching, resolve=lambda _host: [next(answers, "93.184.216.34")])
        assert "not a public address" in fetch_pages([address], looked_up)[address].failure
        assert not site.asked

    def test_no_port_is_even_connected_to(self, fetching: Fetching) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            listener.settimeout(0.3)
            address = f"http://localhost:{listener.getsockname()[1]}/a"
            assert fetch_pages([address], fetching)[address].failure
            with pytest.raises(TimeoutError):
                listener.accept()

    def test_unless_the_user_named_the_host(self, site: Place, fetching: Fetching) -> None:
        assert completed(article(site.has("/a", page())), fetching).origin.is_full
