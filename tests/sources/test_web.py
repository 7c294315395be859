from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.sources.web import Fetched, dead, fetch_all
from tests.cli.test_commands import digest
from tests.translation.servers import Site, http_server

FEED = b"""<rss version='2.0'><channel><item><title>De minister opent een brug</title>
<description>De NAVO stelt morgen een rapport voor.</description></item></channel></rss>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with http_server() as running:
        running.files["/feed"] = FEED
        yield running


def fetch(site: Site, folder: Path, path: str = "/feed") -> Fetched:
    address = f"{site.address}{path}"
    return fetch_all([address], folder)[address]


def test_what_has_not_changed_is_not_sent_again(site: Site, tmp_path: Path) -> None:
    assert fetch(site, tmp_path).data == FEED
    site.faults["/feed"] = []
    assert fetch(site, tmp_path) == Fetched(data=FEED)
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
    assert fetch(site, tmp_path) == Fetched(data=FEED)


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
    fetched = fetch_all(addresses, tmp_path)
    assert [fetched[address].data for address in addresses] == [b"%d" % n for n in range(12)]


@pytest.mark.model
@pytest.mark.usefixtures("models")
class TestEdition:
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
        assert "SPORT · SPORT" in out

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
