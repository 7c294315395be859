import os
import re
import socketserver
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from digest.errors import InputError
from digest.sources.asking import Asking
from digest.sources.cache import Cache, Notes
from digest.sources.files import Readings, read_sources
from digest.sources.hosts import public_address
from digest.sources.kinds import Kind
from digest.sources.spec import SourceSpec
from digest.sources.web import Fetched, accept, dead, fetch_all, reject
from tests import conftest
from tests.cli.test_commands import digest
from tests.translation.servers import Site, http_server

FEED = b"""<rss version='2.0'><channel><item><title>De minister opent een brug</title>
<description>De NAVO stelt morgen een rapport voor.</description></item></channel></rss>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with http_server() as running:
        running.files["/feed"] = FEED
        yield running


WARNINGS: list[str] = []


def fetch(site: Site, folder: Path, path: str = "/feed") -> Fetched:
    return fetch_one(f"{site.address}{path}", folder)


def fetch_one(address: str, folder: Path, *, seconds: float = 20, **options: Any) -> Fetched:
    cache = Cache(folder, public=public_address, warn=WARNINGS.append)
    fetched = fetch_all({address: seconds}, cache, **options)[address]
    if fetched.earlier is not None:
        accept(address, fetched, cache, kind="feed")
    return fetched


@contextmanager
def raw_server(answers: dict[str, bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each path with exactly these bytes, and keeps what it was asked.

    What stands after three dots comes again and again, for ever.
    """
    asked: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            request = b""
            while (line := self.rfile.readline()) not in (b"", b"\r\n"):
                request += line
            asked.append(request)
            answer = answers.get(request.split()[1].decode(), b"HTTP/1.1 404 No\r\n\r\n")
            with suppress(OSError):
                head, endless, piece = answer.partition(b"...")
                self.wfile.write(head)
                while endless:
                    self.wfile.write(piece)
                    time.sleep(0.05)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


def test_what_has_not_changed_is_not_sent_again(site: Site, tmp_path: Path) -> None:
    assert fetch(site, tmp_path).data == FEED
    site.faults["/feed"] = []
    again = fetch(site, tmp_path)
    assert (again.data, again.earlier, again.failure) == (FEED, None, "")
    assert len(site.requests) == 2
    site.files["/feed"] = b"new"
    assert fetch(site, tmp_path).data == b"new"


def test_a_failing_source_gives_what_it_gave_last_and_is_dead_after_three(
    site: Site, tmp_path: Path
) -> None:
    fetch(site, tmp_path)
    site.faults["/feed"] = ["500", "404", "500"]
    for failures in (1, 2, 3):
        fetched = fetch(site, tmp_path)
        assert (fetched.data, fetched.failures) == (FEED, failures)
        assert bool(dead("x", fetched)) == (failures == 3)
    again = fetch(site, tmp_path)
    assert (again.data, again.failure, again.failures) == (FEED, "", 0)


def test_a_source_that_never_answered_is_reported_at_once(site: Site, tmp_path: Path) -> None:
    fetched = fetch(site, tmp_path, "/none")
    assert fetched.data == b""
    assert "the server answered 404 Not Found" in str(dead("x", fetched))


def test_an_answer_that_is_too_large_is_a_failure(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.sources.web.MOST_BYTES", 10)
    assert "is larger than" in fetch(site, tmp_path).failure


def test_several_are_fetched_in_their_order(site: Site, tmp_path: Path) -> None:
    for number in range(12):
        site.files[f"/{number}"] = str(number).encode()
    addresses = [f"{site.address}/{number}" for number in range(12)]
    fetched = fetch_all(dict.fromkeys(addresses, 20.0), Cache(tmp_path, warn=WARNINGS.append))
    assert [fetched[address].data for address in addresses] == [b"%d" % n for n in range(12)]


MOVED = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
HOSTILE = {
    "/ipv6": (MOVED + b"Location: http://[::1\r\n\r\n", "not sound|no web address"),
    "/latin": (MOVED + b"Location: http://x\xe9.invalid/\r\n\r\n", "failed|not sound"),
    "/dots": (MOVED + b"Location: http://.example.invalid/\r\n\r\n", "failed|not sound"),
    "/long": (MOVED + b"Location: http://" + b"a" * 300 + b".invalid/\r\n\r\n", "failed|sound"),
    "/ftp": (MOVED + b"Location: ftp://127.0.0.1/x\r\n\r\n", "no web address"),
    "/file": (MOVED + b"Location: file:///etc/passwd\r\n\r\n", "no web address"),
    "/port": (MOVED + b"Location: http://127.0.0.1:99999/\r\n\r\n", "failed|not sound"),
    "/nowhere": (MOVED + b"\r\n", "without saying where"),
    "/loop": (MOVED + b"Location: /loop\r\n\r\n", "for ever"),
    "/empty": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "the answer is empty"),
    "/blank": (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n \r\n", "the answer is empty"),
    "/204": (b"HTTP/1.1 204 No Content\r\n\r\n", "answered 204"),
    "/205": (b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", "answered 205"),
    "/206": (b"HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx", "answered 206"),
    "/304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "answered 304"),
    "/none": (b"", "failed"),
    "/noise": (b"\x00\xff\x00\r\n\r\n", "failed"),
    "/number": (b"HTTP/1.1 999 \r\n\r\n", "answered 999"),
    "/cut": (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nx", "failed"),
}


@pytest.mark.parametrize("path", HOSTILE)
def test_what_is_no_answer_is_a_failure_with_a_name(path: str, tmp_path: Path) -> None:
    with raw_server({path: answer for path, (answer, _) in HOSTILE.items()}) as (address, _):
        fetched = fetch_one(f"{address}{path}", tmp_path)
    assert fetched.data == b""
    assert re.search(HOSTILE[path][1], fetched.failure), fetched.failure


@pytest.mark.parametrize(
    "address",
    ["http://[", "http://[::1", "http://", "http://a:b:c/", "http://é.\udcff/", "http://x:99999/"],
)
def test_an_address_that_is_none_is_a_failure_too(address: str, tmp_path: Path) -> None:
    assert fetch_one(address, tmp_path).failure


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n<rss...>",
        b"HTTP/1.1 200 OK\r\nX: ...a",
        b"...HTTP/1.1 100 Continue\r\n\r\n",
        MOVED + b"Location: /slow\r\nX: ...a",
    ],
)
def test_no_source_takes_longer_than_its_limit(answer: bytes, tmp_path: Path) -> None:
    with raw_server({"/slow": answer}) as (address, _):
        fetched = fetch_one(f"{address}/slow", tmp_path, seconds=0.5)
    assert "it took longer than 0.5 seconds" in fetched.failure or "too long" in fetched.failure


def test_slow_ones_do_not_keep_the_others_waiting(tmp_path: Path) -> None:
    slow = {f"/{n}": b"HTTP/1.1 200 OK\r\nX: ...a" for n in range(6)}
    with raw_server(slow | {"/good": b"HTTP/1.1 200 OK\r\n\r\nx"}) as (address, _):
        limits = {f"{address}{path}": 0.5 for path in (*slow, "/good")}
        fetched = fetch_all(limits, Cache(tmp_path, warn=WARNINGS.append))
    assert fetched[f"{address}/good"].data == b"x"
    assert [address for address, found in fetched.items() if not found.failure] == [
        f"{address}/good"
    ]


class TestPrivateAddresses:
    ADDRESSES: ClassVar = {
        "public.example": "93.184.216.34",
        "private.example": "192.168.1.1",
        "link.example": "169.254.169.254",
        "six.example": "::1",
        "mapped.example": "::ffff:10.0.0.1",
        "local.example": "fe80::1%eth0",
        "shared.example": "100.64.0.1",
        "all.example": "0.0.0.0",  # noqa: S104 - an address to be refused
        "nat.example": "64:ff9b::7f00:1",
        "compatible.example": "::127.0.0.1",
        "site.example": "fec0::1",
        "6to4.example": "2002:7f00:1::",
    }

    def follow(self, start: str, target: str, *named: str) -> str:
        here = f"http://{start}/"
        asking = Asking(here, here, Notes(), frozenset({start, *named}), self.resolve, 1e9)
        return asking._follow(f"http://{start}/", target)

    def resolve(self, host: str) -> list[str]:
        return [self.ADDRESSES.get(host, host)]

    @pytest.mark.parametrize("host", [*sorted(ADDRESSES), "127.0.0.1", "10.1.2.3", "[::1]"])
    def test_a_public_source_never_leads_to_one(self, host: str) -> None:
        target = f"http://{host}/secret"
        if host == "public.example":
            assert self.follow("public.example", target) == target
        else:
            with pytest.raises(InputError, match="not a public address"):
                self.follow("public.example", target)

    @pytest.mark.parametrize(
        "target",
        [
            r"http://127.0.0.1:80\@public.example/",
            "http://public.example@127.0.0.1/",
            "http://127.0.0.1\t.public.example/",
            "http://127.0.0.1 .public.example/",
            "http://nobody.knows.invalid/",
        ],
    )
    def test_no_trick_hides_where_it_leads(self, target: str) -> None:
        with pytest.raises(InputError):
            self.follow("public.example", target)

    def test_neither_does_a_name_that_means_something_else_later(self, tmp_path: Path) -> None:
        good = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + FEED
        with raw_server({"/secret": good}) as (there, _):
            target = there.replace("127.0.0.1", "localhost") + "/secret"
            with raw_server({"/a": MOVED + f"Location: {target}\r\n\r\n".encode()}) as (here, _):
                fetched = fetch_one(f"{here}/a", tmp_path, resolve=self.lie)
        assert fetched.data == b""
        assert "not a public address" in fetched.failure

    def lie(self, host: str) -> list[str]:
        """Says of every name, and of the source itself, that it is public."""
        return ["93.184.216.34"] if host in {"127.0.0.1", "localhost"} else [host]

    def test_unless_a_person_named_it(self) -> None:
        target = "http://private.example/feed"
        assert self.follow("public.example", target, "private.example") == target
        assert self.follow("private.example", "http://six.example/") == "http://six.example/"


class TestSecrets:
    def test_a_password_goes_to_its_own_site_alone_and_is_never_kept(self, tmp_path: Path) -> None:
        good = b"HTTP/1.1 200 OK\r\n\r\n" + FEED
        with raw_server({"/there": good}) as (other, asked_there):
            answers = {
                "/feed": MOVED + b"Location: /moved\r\n\r\n",
                "/moved": MOVED + f"Location: {other}/there\r\n\r\n".encode(),
            }
            with raw_server(answers) as (address, asked):
                secret = address.replace("//", "//me:geh%40im@") + "/feed"
                assert fetch_one(secret, tmp_path).data == FEED
                fetch_one(secret.replace("/feed", "/gone"), tmp_path)
        expected = b64encode(b"me:geh@im")
        assert all(expected in request for request in asked)
        assert b"Authorization" not in asked_there[0]
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"geh" not in kept
        assert "geh" not in str(dead(secret, fetch_one(secret, tmp_path, seconds=5)))

    def test_neither_is_one_that_a_redirect_brings(self, tmp_path: Path) -> None:
        moved = MOVED + b"Location: http://me:geheim@127.0.0.1:9/\r\n\r\n"
        with raw_server({"/a": moved}) as (address, _):
            assert "geheim" not in fetch_one(f"{address}/a", tmp_path).failure

    def test_netrc_is_not_read(self, home: Path, tmp_path: Path) -> None:
        (home / ".netrc").write_text("machine 127.0.0.1 login me password geheim\n")
        (home / ".netrc").chmod(0o600)
        moved = MOVED + b"Location: /b\r\n\r\n"
        with raw_server({"/a": moved}) as (address, asked):
            fetch_one(f"{address}/a", tmp_path)
        assert len(asked) == 2
        assert not any(b"Authorization" in request for request in asked)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("http://me:pw@x.org/a", "http://x.org/a"),
        ("http://me:p#w@x.org/a", "http://x.org/a"),
        ("http://me:p/w?q@x.org/a", "http://x.org/a"),
        ("http://me@x.org/", "http://x.org/"),
        (" http://me:pw@x.org/", " http://x.org/"),
        ("ftp://me:pw@x.org/", "ftp://x.org/"),
        ("http:me:pw@x.org/", "http:x.org/"),
        ("https://medium.com/@user/feed", "https://medium.com/@user/feed"),
        ("https://x.org:8080/@user", "https://x.org:8080/@user"),
        ("articles/a@b.txt", "articles/a@b.txt"),
    ],
)
def test_what_is_shown_of_a_location_has_no_password(location: str, shown: str) -> None:
    assert public_address(location) == shown


class TestCache:
    @pytest.mark.parametrize(
        "notes",
        ["", "[]", "{", '{"failures": "abc"}', '{"etag": "€"}', '{"etag": 5, "modified": []}'],
    )
    def test_what_is_damaged_costs_the_cache(self, notes: str, site: Site, tmp_path: Path) -> None:
        fetch(site, tmp_path)
        for path in tmp_path.glob("*.json"):
            path.write_text(notes)
        assert fetch(site, tmp_path).data == FEED

    def test_a_body_that_was_changed_is_asked_for_anew(self, site: Site, tmp_path: Path) -> None:
        fetch(site, tmp_path)
        (body,) = tmp_path.glob("*.body")
        body.write_bytes(FEED[:5])
        assert fetch(site, tmp_path).data == FEED

    def test_a_folder_in_the_place_of_a_file_does_too(self, site: Site, tmp_path: Path) -> None:
        fetch(site, tmp_path)
        for path in list(tmp_path.iterdir()):
            path.unlink()
            path.mkdir()
        WARNINGS.clear()
        assert fetch(site, tmp_path).data == FEED
        assert len(WARNINGS) == 1

    def test_a_pipe_in_the_place_of_a_file_does_too(self, site: Site, tmp_path: Path) -> None:
        fetch(site, tmp_path)
        for path in list(tmp_path.iterdir()):
            path.unlink()
            os.mkfifo(path)
        assert fetch(site, tmp_path).data == FEED

    def test_a_file_in_the_place_of_the_folder_does_too(self, site: Site, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert fetch(site, tmp_path / "file").data == FEED

    def test_it_is_private(self, site: Site, tmp_path: Path) -> None:
        fetch(site, tmp_path / "web")
        for path in (tmp_path / "web", *(tmp_path / "web").iterdir()):
            assert path.stat().st_mode & 0o077 == 0


@pytest.mark.model
@pytest.mark.usefixtures("models")
class TestEdition:
    def test_a_dry_run_keeps_nothing(self, site: Site, home: Path) -> None:
        assert digest("run", f"{site.address}/feed", "--new", "--dry-run").exit_code == 0
        assert digest("run", f"{site.address}/none", "--new", "--dry-run").exit_code == 65
        assert not list(home.rglob("*.json"))

    def test_hostile_ones_stand_beside_a_good_one(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("De minister opent een brug\n")
        with raw_server({path: answer for path, (answer, _) in HOSTILE.items()}) as (address, _):
            addresses = [f"{address}{path}" for path in HOSTILE]
            result = digest("run", tmp_path / "a.txt", *addresses)
        assert result.exit_code == 3
        assert "The minister opens a bridge" in result.stdout
        assert len(result.stderr.splitlines()) == len(HOSTILE)

    def test_is_made_of_a_feed_on_the_web(self, site: Site) -> None:
        out = digest("run", f"{site.address}/feed")
        assert out.exit_code == 0
        assert "NATO proposes a report tomorrow." in out.stdout

    def test_a_dead_feed_costs_a_line(self, site: Site, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("De minister opent een brug\n")
        result = digest("run", tmp_path / "a.txt", f"{site.address}/none")
        assert result.exit_code == 3
        assert result.stderr.count("\n") == 1
        assert "/none" in result.stdout

    def test_configured_sources_have_names_and_can_be_off(self, site: Site, home: Path) -> None:
        path = home / ".config" / "digest" / "config.toml"
        path.parent.mkdir(parents=True)
        path.write_text(
            f"[[sources]]\nlocation = '{site.address}/feed'\nname = 'Krant'\nsection = 'Sport'\n"
            "[[sources]]\nlocation = '/none'\nenabled = false\n"
        )
        out = digest("run").stdout
        assert "Source: Krant" in out
        assert "\nSPORT\n" in out

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[[sources]]\nlocation = 'a'\nnmae = 'b'\n", "there is no setting nmae"),
            ("\n[[sources]]\nname = 'b'\n", "line 2: sources: a source needs a location"),
            ("[[sources]]\nlocation = 'a'\nkind = 'x'\n", "kind is one of auto, wire, feed, page"),
            ("sources = 3\n", "a list of texts"),
        ],
    )
    def test_mistakes_in_them_are_named(self, home: Path, text: str, message: str) -> None:
        path = home / ".config" / "digest" / "config.toml"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        result = digest("run")
        assert result.exit_code == 78
        assert message in result.stderr

    def test_the_same_item_of_two_sources_stands_once_with_both(self, tmp_path: Path) -> None:
        for name in ("a.txt", "b.txt"):
            (tmp_path / name).write_text("De minister opent een brug\nDe koning stopt 9 treinen.\n")
        out = digest("run", tmp_path, "--format", "json").stdout
        assert out.count('"number": 1') == 1
        assert f'"source": "{tmp_path}/a.txt, {tmp_path}/b.txt"' in out

    def test_another_language_is_shown_as_it_is_and_marked(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(
            "Minister resigns\nThe minister said on Monday that he will resign from office.\n"
        )
        out = digest("run", tmp_path).stdout
        assert out.count("The minister said on Monday") == 1
        assert "[?] not Dutch, shown as it is" in out

    def test_advertisements_and_links_are_left_out_and_counted(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(
            "De minister opent een brug\nDoor onze redacteur\nDe koning stopt 9 treinen.\n"
            "Advertentie\nLees ook: Kabinet valt\n(c) ANP\n"
        )
        out = " ".join(digest("run", tmp_path).stdout.split())
        assert "By our editor | Door onze redacteur" in out
        assert "Advertentie" not in out
        assert "3 lines that are no news (advertisements, links, credits) were left out." in out


class TestAnswersThatAreNone:
    """What is no news never takes the place of what was kept."""

    FIRST = b'HTTP/1.1 200 OK\r\nETag: "good"\r\n\r\n' + FEED

    def read(self, address: str, folder: Path, kind: Kind = Kind.AUTO) -> Readings:
        cache = Cache(folder, public=public_address, warn=WARNINGS.append)
        reading = replace(
            conftest.reading(),
            fetch=lambda limits: fetch_all(limits, cache),
            accept=lambda location, fetched, kind: accept(location, fetched, cache, kind=kind),
            reject=lambda location, fetched: reject(location, fetched, cache),
        )
        return read_sources([SourceSpec(location=address, kind=kind)], reading)

    @pytest.mark.parametrize(
        ("answer", "named"),
        [
            (b'{"error": "Te veel verzoeken"}', "error answer in JSON: Te veel"),
            (b"<opml version='2.0'/>", "a list of feeds"),
            (b"<!doctype html><title>503</title><h1>Service Unavailable</h1>", "there was a feed"),
            (b"<!doctype html><h1>Welkom</h1><p>Dit is de voorpagina.", "where there was a feed"),
            (b"Internal Server Error", "an error answer"),
            (b"De site is verhuisd naar een andere plek.", "a text where there was a feed"),
            (b"{\\rtf1 Kop}", "RTF"),
            (b"<rss version='2.0'><channel/></rss>", "without entries"),
            (b"", "the answer is empty"),
            (b" \r\n ", "the answer is empty"),
        ],
    )
    def test_are_named_and_what_was_kept_is_shown(
        self, tmp_path: Path, answer: bytes, named: str
    ) -> None:
        answers = {"/": self.FIRST}
        with raw_server(answers) as (address, asked):
            assert self.read(f"{address}/", tmp_path).failures == ()
            answers["/"] = b'HTTP/1.1 200 OK\r\nETag: "bad"\r\n\r\n' + answer
            for _ in range(2):
                readings = self.read(f"{address}/", tmp_path)
                (document,) = readings.documents
                assert document.items[0].paragraphs[0].text.startswith("De NAVO")
                assert any(named in str(failure) for failure in readings.failures)
            answers["/"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
            assert self.read(f"{address}/", tmp_path).failures == ()
        assert all(b"bad" not in request for request in asked)

    def test_a_person_who_knows_better_can_say_so(self, tmp_path: Path) -> None:
        answers = {"/": b'HTTP/1.1 200 OK\r\n\r\n{"a": 1}'}
        with raw_server(answers) as (address, _):
            (document,) = self.read(f"{address}/", tmp_path, Kind.WIRE).documents
        assert document.text == '{"a": 1}'

    def test_what_was_kept_and_cannot_be_read_is_asked_for_whole(self, tmp_path: Path) -> None:
        answers = {"/": b'HTTP/1.1 200 OK\r\nETag: "x"\r\n\r\n{"a": 1}'}
        with raw_server(answers) as (address, asked):
            self.read(f"{address}/", tmp_path, Kind.WIRE)
            answers["/"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
            assert self.read(f"{address}/", tmp_path).documents == ()
            answers["/"] = self.FIRST
            assert self.read(f"{address}/", tmp_path).failures == ()
        assert [b"If-None-Match" in request for request in asked] == [False, True, False]

    def test_two_kinds_of_one_address_spoil_nothing(self, tmp_path: Path) -> None:
        answers = {"/": self.FIRST}
        with raw_server(answers) as (address, _):
            self.read(f"{address}/", tmp_path)
            cache = Cache(tmp_path, warn=WARNINGS.append)
            assert cache.read(f"{address}/").body == FEED


class TestHeaders:
    def test_the_charset_counts_and_is_kept(self, tmp_path: Path) -> None:
        text = (
            "<rss version='2.0'><channel><item><title>Prijs stijgt in Łódź</title></item></channel>"
        )
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=iso-8859-2\r\n\r\n"
        answers = {"/": head + f"{text}</rss>".encode("iso-8859-2")}
        read = TestAnswersThatAreNone().read
        with raw_server(answers) as (address, _):
            for answer in (answers["/"], b"HTTP/1.1 500 No\r\n\r\n"):
                answers["/"] = answer
                (document,) = read(f"{address}/", tmp_path).documents
                assert "Łódź" in document.reassemble()

    @pytest.mark.parametrize("wait", ["120", "Fri, 01 Jan 2100 00:00:00 GMT", "", "soon"])
    @pytest.mark.parametrize("code", [429, 503])
    def test_who_wants_to_be_left_alone_is(self, tmp_path: Path, wait: str, code: int) -> None:
        answers = {"/": TestAnswersThatAreNone.FIRST}
        with raw_server(answers) as (address, asked):
            fetch_one(f"{address}/", tmp_path)
            answers["/"] = f"HTTP/1.1 {code} X\r\nRetry-After: {wait}\r\n\r\n".encode()
            assert fetch_one(f"{address}/", tmp_path).failures == 1
            again = fetch_one(f"{address}/", tmp_path)
        assert again.data == FEED
        left_alone = code == 429 or wait in ("120", "Fri, 01 Jan 2100 00:00:00 GMT")
        assert len(asked) == (2 if left_alone else 3)
        assert again.failures == (0 if left_alone else 2)

    @pytest.mark.parametrize(("code", "told"), [(301, True), (308, True), (302, False)])
    def test_a_move_for_good_is_told_once(self, tmp_path: Path, code: int, told: bool) -> None:
        answers = {"/new%20%C3%A9": TestAnswersThatAreNone.FIRST}
        with raw_server(answers) as (address, _):
            answers["/"] = f"HTTP/1.1 {code} X\r\nLocation: /new \u00e9\r\n\r\n".encode()
            answers["/"] = answers["/"].replace(b"/new \xc3\xa9", b"/new%20%C3%A9")
            read = TestAnswersThatAreNone().read
            first, second = (read(f"{address}/", tmp_path) for _ in range(2))
        assert [bool(first.advice), bool(second.advice)] == [told, False]
        assert all("/new%20%C3%A9: change the source." in each for each in first.advice)

    def test_what_is_gone_is_told_once_and_anew_after_it_came_back(self, tmp_path: Path) -> None:
        gone = b"HTTP/1.1 410 Gone\r\n\r\n"
        answers = {"/": TestAnswersThatAreNone.FIRST}
        read = TestAnswersThatAreNone().read
        told = []
        with raw_server(answers) as (address, _):
            for answer in (answers["/"], gone, gone, gone, gone, answers["/"], gone):
                answers["/"] = answer
                readings = read(f"{address}/", tmp_path)
                assert readings.documents
                assert readings.failures == ()
                told.append(len(readings.advice))
        assert told == [0, 1, 0, 0, 0, 0, 1]

    @pytest.mark.parametrize("scheme", ["feed://", "FEED:http://", "HTTP://", "feed:http://u:p@"])
    def test_schemes_of_old_are_understood(self, tmp_path: Path, scheme: str) -> None:
        answers = {"/": TestAnswersThatAreNone.FIRST}
        with raw_server(answers) as (address, asked):
            location = address.replace("http://", scheme)
            (document,) = TestAnswersThatAreNone().read(f"{location}/", tmp_path).documents
        assert "u:p" not in document.source
        assert (b"Authorization" in asked[0]) == ("u:p" in scheme)
        assert all(b"u:p" not in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize("failures", ["9" * 5000, "NaN", "-1", "1e400", "[]", '"3"', "true"])
def test_a_damaged_count_of_failures_is_none(tmp_path: Path, failures: str) -> None:
    address = "http://127.0.0.1:9/x"
    cache = Cache(tmp_path, warn=WARNINGS.append)
    cache.note(address, Notes())
    (file,) = tmp_path.glob("*.json")
    file.write_text(file.read_text().replace('"failures": 0', f'"failures": {failures}'))
    assert cache.read(address).failures == 0
