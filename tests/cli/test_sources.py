"""`digest sources`, `digest collect` and what schedules it, as a user runs them."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.cli.test_commands import digest
from tests.translation.servers import Site, http_server

ITEM = "<item><title>De minister opent een brug {0}</title><guid>{0}</guid></item>"


def feed(*numbers: int) -> bytes:
    items = "".join(map(ITEM.format, numbers))
    return f"<rss version='2.0'><channel><title>Krant</title>{items}</channel></rss>".encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with http_server() as running:
        running.files["/feed"] = feed(1, 2)
        yield running


@pytest.fixture
def config(home: Path) -> Path:
    path = home / ".config" / "digest" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


KEPT = """\
# Mijn instellingen
width = 60   # smal

# De krant
[[sources]]
location = "https://krant.example/rss"
name = "Krant"   # de grote
section = "Binnenland"

[[sources]]
location = "https://sport.example/rss"
"""


class TestSources:
    def test_are_added_and_removed_and_all_else_stays(self, config: Path) -> None:
        config.write_text(KEPT)
        added = digest("sources", "add", "https://x.example/f", "--name", 'X "Y"', "--full-text")
        assert (added.exit_code, added.output) == (0, "")
        table = '\n[[sources]]\nlocation = "https://x.example/f"\nname = "X \\"Y\\""\n'
        assert config.read_text() == f"{KEPT}{table}full-text = true\n"
        assert digest("sources", "remove", 'X "Y"', "https://sport.example/rss").exit_code == 0
        assert config.read_text().rstrip() == KEPT.rpartition("\n[[sources]]")[0].rstrip()

    @pytest.mark.parametrize(
        "text", ['sources = ["a", "b"]  # beide\nnew = true\n', "", "# niets\n", "width = 60\n"]
    )
    def test_are_added_to_any_file(self, config: Path, text: str) -> None:
        config.write_text(text)
        for _ in range(2):
            last = digest("sources", "add", "https://x.example/f")
        assert last.exit_code == 2
        assert "is a source already" in last.stderr
        listed = digest("sources", "list").stdout.splitlines()
        assert listed[-1] == "https://x.example/f"
        assert len(listed) == (3 if "sources" in text else 1)
        assert text.splitlines()[-1:] == [] or text.splitlines()[-1] in config.read_text()

    def test_there_may_be_no_file_yet(self, home: Path) -> None:
        assert "No source is configured" in digest("sources", "list").stderr
        assert digest("sources", "add", "https://x.example/f").exit_code == 0
        assert (home / ".config" / "digest" / "config.toml").exists()

    def test_what_is_not_there_is_refused(self, config: Path, tmp_path: Path) -> None:
        config.write_text(KEPT)
        assert digest("sources", "add", tmp_path / "none").exit_code == 66
        assert digest("sources", "remove", "Nieuws").exit_code == 2
        assert digest("sources", "check", "Nieuws").exit_code == 2
        assert config.read_text() == KEPT

    def test_are_checked_in_a_line_each(self, config: Path, site: Site, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("Kop\nDe NAVO stelt een rapport voor.\n")
        config.write_text(
            f"[[sources]]\nlocation = '{site.address}/feed'\nname = 'Krant'\nfull-text = true\n"
            f"[[sources]]\nlocation = '{tmp_path}/a.txt'\n"
            f"[[sources]]\nlocation = '{site.address}/none'\nname = 'Weg'\n"
        )
        result = digest("sources", "check")
        assert result.exit_code == 3
        assert result.stdout.splitlines() == [
            "Krant: feed, 2 items, full text yes",
            f"{tmp_path}/a.txt: wire, 1 item, full text no",
            "Weg: cannot be fetched: the server answered 404 Not Found",
        ]
        assert digest("sources", "check", "Krant").exit_code == 0

    def test_go_to_a_list_and_come_from_one(self, config: Path, tmp_path: Path) -> None:
        config.write_text(KEPT)
        opml = tmp_path / "feeds.opml"
        opml.write_text(digest("sources", "export").stdout)
        config.unlink()
        assert "2 of 2 feeds added" in digest("sources", "import", opml).stderr
        assert "0 of 2 feeds added" in digest("sources", "import", opml).stderr
        assert digest("sources", "list").stdout.splitlines() == [
            "https://krant.example/rss (Krant)  section Binnenland",
            "https://sport.example/rss",
        ]

    def test_passwords_are_never_shown_or_given_away(self, config: Path) -> None:
        config.write_text("sources = ['https://me:geheim@krant.example/rss']\n")
        address = "https://me:geheim@andere.example/rss"
        out = [
            digest("sources", *words).output
            for words in (["list"], ["export"], ["add", "feed:HTTPS://me:geheim@Krant.example:443/rss"],
                          ["remove", address], ["remove", "https://krant.example/rss"])
        ]  # fmt: skip
        assert "geheim" not in "".join(out)
        assert "is a source already" in out[2]
        assert digest("sources", "list").stdout == ""

    def test_nothing_is_called_by_no_name(self, config: Path) -> None:
        config.write_text(KEPT)
        assert digest("sources", "remove", "").exit_code == 2
        assert config.read_text() == KEPT

    def test_comments_of_others_stay(self, config: Path) -> None:
        tables = [f"# over {name}\n[[sources]]\nlocation = '{name}' # {name}\n" for name in "abc"]
        for number, name in enumerate("abc"):
            config.write_text("width = 60\n\n" + "\n".join(tables) + "\n# einde\n")
            assert digest("sources", "remove", name).exit_code == 0
            left = tables[:number] + tables[number + 1 :]
            expected = "width = 60\n\n" + "\n".join(left) + "\n# einde\n"
            assert config.read_text() == expected

    def test_a_list_brings_in_feeds_and_nothing_else(self, config: Path, tmp_path: Path) -> None:
        config.write_text("# mijn\n")
        opml = tmp_path / "feeds.opml"
        opml.write_text(
            "<opml xmlns='http://opml.org/spec2'><body><outline text='Nieuws 👩\u200d⚕️'>"
            "<outline title='A' xmlUrl='https://a.example/?a=1&b=2'/></outline>"
            "<outline xmlUrl='/etc/passwd'/><outline xmlUrl='-'/><outline xmlUrl='file:///x'/>"
            "</body></opml>"
        )
        assert "1 of 4 feeds added; 3 are no addresses" in digest("sources", "import", opml).stderr
        assert digest("sources", "list").stdout == (
            "https://a.example/?a=1&b=2 (A)  section Nieuws 👩\u200d⚕️\n"
        )
        assert digest("config", "show").exit_code == 0

    @pytest.mark.parametrize(
        "text",
        [
            "", "<html></html>", "<opml><body/></opml>", "geen xml",
            "<!DOCTYPE o [<!ENTITY a 'x'>]><opml><body><outline text='&a;'/></body></opml>",
        ],
    )  # fmt: skip
    def test_what_is_no_list_is_refused(self, config: Path, tmp_path: Path, text: str) -> None:
        config.write_text(KEPT)
        opml = tmp_path / "feeds.opml"
        opml.write_text(text)
        assert digest("sources", "import", opml).exit_code == 65
        assert config.read_text() == KEPT

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("match = ['/(/']", "no regular expression"),
            ("max-age = 'lang'", "is not an age like 24h"),
            ("match = [3]", "match is to be a text"),
            ("full-text = 'ja'", "full-text is not to be"),
        ],
    )
    def test_mistakes_are_named_with_their_line(
        self, config: Path, text: str, message: str
    ) -> None:
        config.write_text(f"[[sources]]\nlocation = 'a'\n{text}\n")
        result = digest("run")
        assert result.exit_code == 78
        assert "line 3: sources" in result.stderr
        assert message in result.stderr


@pytest.mark.model
@pytest.mark.usefixtures("models")
class TestCollect:
    @pytest.fixture(autouse=True)
    def model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DIGEST_COLLECT_MODEL", "translate-nl_en")

    def test_says_nothing_and_keeps_what_leaves_the_feed(self, site: Site) -> None:
        address = f"{site.address}/feed"
        result = digest("collect", address, "--translate")
        assert (result.exit_code, result.output) == (0, "")
        site.files["/feed"] = feed(3)
        out = digest("run", address, "--new", "--format", "json").stdout
        heads = [entry["headline"]["dutch"] for entry in json.loads(out)["entries"]]
        assert sorted(heads) == [f"De minister opent een brug {number}" for number in (1, 2, 3)]
        assert digest("run", address, "--new").stdout == ""
        archive = next(line for line in digest("doctor").stdout.splitlines() if "archive:" in line)
        assert re.search(r"\d MB; collected last on 20\d\d-.*, 0 items wait", archive)

    def test_samples_are_not_collected(self, home: Path) -> None:
        for command in (["collect"], ["schedule", "cron", "--collect-every", "30m"]):
            result = digest(*command)
            assert (result.exit_code, result.stdout) == (2, "")
            assert "There is no source." in result.stderr
        assert not (home / ".local").exists()

    def test_a_source_that_is_gone_is_named(self, site: Site, tmp_path: Path) -> None:
        result = digest("collect", f"{site.address}/feed", tmp_path / "none")
        assert result.exit_code == 3
        assert "does not exist" in result.stderr
        assert digest("collect", tmp_path / "none").exit_code == 66

    def test_a_run_waits_for_a_moment_and_collecting_for_a_run(
        self, site: Site, home: Path
    ) -> None:
        lock = home / ".local" / "share" / "digest" / "digest.lock"
        hold = (
            "import sys, time, pathlib\nfrom digest.lock import hold_lock\n"
            "with hold_lock(pathlib.Path(sys.argv[1]), brief=sys.argv[2] == 'brief'):\n"
            "    print('held', flush=True); time.sleep(1.5)\n"
        )
        for how, command, code in (
            ("brief", ["run", "--new"], 0),
            ("long", ["run", "--new"], 75),
            ("long", ["collect"], 0),
        ):
            process = subprocess.Popen(
                [sys.executable, "-c", hold, str(lock), how],
                cwd=CHECKOUT, stdout=subprocess.PIPE,
            )  # fmt: skip
            assert process.stdout
            process.stdout.readline()
            assert digest(*command, f"{site.address}/feed").exit_code == code
            process.wait()
            process.stdout.close()

    def test_killed_at_any_moment_nothing_is_lost_or_twice(self, site: Site, home: Path) -> None:
        address = f"{site.address}/feed"
        for delay in (0.1, 0.2, 0.3, 0.4):
            process = subprocess.Popen(
                [sys.executable, "-m", "digest", "collect", address],
                cwd=CHECKOUT, env=os.environ | {"HOME": str(home)},
            )  # fmt: skip
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
        assert digest("collect", address).exit_code == 0
        out = digest("run", address, "--new", "--format", "json").stdout
        assert len(json.loads(out)["entries"]) == 2


class TestSchedule:
    def test_two_lines_of_cron_run_and_collect_the_same(self, tmp_path: Path) -> None:
        folder = tmp_path / "artikelen"
        folder.mkdir()
        (folder / "a.txt").write_text("Kop\nTekst van het bericht.\n")
        out = digest(
            "schedule", "cron", "--collect-every", "30m", "--", folder, "--send", "sendmail",
            "--to", "a@x.org", "--full-text", "--model", "starter", "-v",
        ).stdout  # fmt: skip
        run, _, collect = out.splitlines()[1:]
        assert run.startswith("0 7 * * * ")
        assert run.endswith("--full-text --model starter -v --new")
        assert collect.startswith("*/30 * * * * ")
        assert collect.endswith(f"collect --translate {folder} --full-text --model starter")

    @pytest.mark.parametrize(
        ("every", "times"),
        [("1m", "* *"), ("15m", "*/15 *"), ("60m", "0 *"), ("2h", "0 */2"), ("24h", "0 0")],
    )
    def test_intervals_that_come_out_even(self, every: str, times: str) -> None:
        out = digest("schedule", "cron", "--collect-every", every, "--", "https://x.example/")
        assert out.stdout.splitlines()[-1].startswith(f"{times} * * * ")

    @pytest.mark.parametrize(
        ("every", "near"), [("45m", "30m or 1h"), ("7m", "6m or 10m"), ("5h", "4h or 6h")]
    )
    def test_others_are_refused_with_the_nearest(self, every: str, near: str) -> None:
        result = digest("schedule", "cron", "--collect-every", every, "--", "https://x.example/")
        assert result.exit_code == 2
        assert f"It can say {near}." in result.stderr

    def test_the_configuration_goes_along(self, tmp_path: Path) -> None:
        file = tmp_path / "mijn.toml"
        file.write_text("sources = ['https://x.example/']\n")
        out = digest("--config", file, "schedule", "cron", "--collect-every", "1h").stdout
        assert out.count(f"--config {file} ") == 2

    def test_systemd_has_two_timers(self) -> None:
        out = digest("schedule", "systemd", "--collect-every", "45m", "--", "https://x.example/")
        assert "OnUnitActiveSec=45min" in out.stdout
        assert out.stdout.count(".timer\n[Unit]") == 2

    @pytest.mark.parametrize(("source", "code"), [("nergens/", 66), ("*.geen", 66), ("-", 2)])
    def test_a_source_that_is_not_there_is_refused(self, source: str, code: int) -> None:
        for form in ("cron", "systemd"):
            assert digest("schedule", form, "--", source, "--new").exit_code == code
