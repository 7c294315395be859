"""Where an edition is read: terminals, feed readers, e-readers, sites; and the help."""

import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
import zipfile
from fcntl import ioctl
from pathlib import Path

import click
import feedparser
import pytest

from digest.cli import main
from digest.cli.groups import grouped
from digest.cli.targets import knows_hyperlinks
from digest.counting import counted
from digest.plaintext import plain_emphasised
from digest.rendering.filters import hyperlink
from tests import CHECKOUT, DATA
from tests.cli.test_commands import digest

LINKED = DATA / "linked.xml"


def start_on_terminal(*arguments: str, columns: int = 110, **variables: str) -> tuple[int, int]:
    """Start the program on a terminal of so many columns; the process and its terminal."""
    child, terminal = pty.fork()
    if child == 0:
        ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.execve(  # noqa: S606 - as a person starts it
            sys.executable,
            [sys.executable, "-m", "digest", *arguments],
            os.environ | {"TERM": "xterm", "PYTHONPATH": str(CHECKOUT)} | variables,
        )
    return child, terminal


def read_all(terminal: int) -> bytes:
    """What comes until the other side is closed, which Linux tells as an error."""
    seen = b""
    try:
        while piece := os.read(terminal, 65536):
            seen += piece
    except OSError:
        pass
    return seen


def on_terminal(*arguments: str, columns: int = 110, **variables: str) -> tuple[int, str]:
    """What a person sees on a terminal, and the exit code."""
    child, terminal = start_on_terminal(*arguments, columns=columns, **variables)
    seen = read_all(terminal)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), seen.decode().replace("\r\n", "\n")


@pytest.mark.model
@pytest.mark.usefixtures("models")
class TestFormats:
    def test_a_feed_can_be_served_as_it_is(self, tmp_path: Path) -> None:
        output = tmp_path / "nieuws.atom"
        place = ("--base-url", "https://example.org/feeds")
        result = digest("run", LINKED, "--format", "atom", *place, "--output", output)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
        feed = feedparser.parse(output.read_bytes())
        assert not feed.bozo
        assert len(feed.entries) == 2
        assert feed.entries[0].link == "https://krant.example/brug?id=12"
        links = {link.rel: link.href for link in feed.feed.links}
        assert links["self"] == "https://example.org/feeds/nieuws.atom"
        assert output.stat().st_mode & 0o777 == 0o666 & ~_umask()

    def test_all_formats_come_from_one_run(self, tmp_path: Path) -> None:
        arguments: list[str | Path] = []
        for name in ("atom", "jsonfeed", "epub"):
            arguments += ["--format", name, "--output", tmp_path / name]
        assert digest("run", LINKED, *arguments).exit_code == 0
        assert json.loads((tmp_path / "jsonfeed").read_text())["items"]
        with zipfile.ZipFile(tmp_path / "epub") as book:
            assert book.testzip() is None

    def test_a_book_goes_into_a_pipe_but_not_to_a_terminal(self) -> None:
        result = digest("run", LINKED, "--format", "epub")
        assert result.stdout_bytes.startswith(b"PK")
        code, seen = on_terminal("run", str(LINKED), "--format", "epub")
        assert code == 2
        assert "A book is nothing for a terminal." in seen

    @pytest.mark.parametrize("address", ["example.org", "ftp://example.org/", "https://a.b/?c"])
    def test_what_is_no_folder_on_the_web_is_refused(self, address: str) -> None:
        result = digest("run", LINKED, "--format", "atom", "--base-url", address)
        assert result.exit_code == 2
        assert f"{address!r} is no address of a folder" in result.stderr

    def test_the_history_becomes_a_feed_a_site_and_a_book(self, tmp_path: Path) -> None:
        for day, text in (("2026-11-21", "Kop\nEén zin."), ("2026-11-22", "Kop\nNog één.")):
            (tmp_path / "a.txt").write_text(text)
            assert digest("run", tmp_path / "a.txt", "--new", "--date", day).exit_code == 0
        assert digest("history", "feed", tmp_path / "a.json", "--keep", "1").exit_code == 0
        assert len(json.loads((tmp_path / "a.json").read_text())["items"]) == 1
        assert digest("history", "feed", tmp_path / "a.xml").exit_code == 0
        assert len(feedparser.parse((tmp_path / "a.xml").read_bytes()).entries) == 2
        result = digest("history", "site", tmp_path / "site", "-v")
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"6 files written in {tmp_path / 'site'}.\n"
        book = tmp_path / "a.epub"
        assert digest("history", "show", "2", "--format", "epub", "--output", book).exit_code == 0
        assert zipfile.is_zipfile(book)

    def test_mail_and_files_are_two_runs(self, tmp_path: Path) -> None:
        mail = ("--send", "sendmail", "--sendmail", "true", "--from", "a@b.nl", "--to", "c@d.nl")
        result = digest("run", LINKED, *mail, "--format", "atom", "--output", tmp_path / "a")
        assert result.exit_code == 2
        assert "With --send nothing is written to --output." in result.stderr

    def test_a_backfill_of_nothing_that_can_be_read_says_so(self, tmp_path: Path) -> None:
        for name, code in (("none.jsonl", 66), ("empty.txt", 65)):
            (tmp_path / "empty.txt").write_text("")
            source, out = tmp_path / name, tmp_path / "out"
            result = digest("backfill", source, "--output", out, "--model", "translate-nl_en")
            assert (result.exit_code, len(result.stderr.splitlines())) == (code, 1)
            assert list(out.glob("*.jsonl")) == [out / "failures.jsonl"]

    def test_a_feed_goes_through_a_pipe_too(self) -> None:
        command = [sys.executable, "-m", "digest", "run", str(LINKED), "--format", "atom"]
        done = subprocess.run(
            [*command, "--output", "/dev/stdout"], check=True, capture_output=True, cwd=CHECKOUT
        )
        assert len(feedparser.parse(done.stdout).entries) == 2

    def test_a_history_without_editions_says_so(self, tmp_path: Path) -> None:
        result = digest("history", "feed", tmp_path / "a.xml")
        assert (result.exit_code, "No edition was kept yet" in result.stderr) == (0, True)
        assert not (tmp_path / "a.xml").exists()

    def test_a_folder_of_somebody_else_is_not_written_into(self, tmp_path: Path) -> None:
        (tmp_path / "index.html").write_text("mine")
        result = digest("history", "site", tmp_path)
        assert result.exit_code == 2
        assert "has index.html, which is not of a site" in result.stderr
        assert [path.name for path in tmp_path.glob("*") if path.is_file()] == ["index.html"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.model
@pytest.mark.usefixtures("models")
class TestTerminal:
    def test_progress_is_shown_and_wiped(self) -> None:
        code, seen = on_terminal("run", str(CHECKOUT / "seeds"), "--no-memory")
        assert code == 0
        before, _, edition = seen.partition("=" * 72)
        assert "Reading" in before
        assert "Translating" in before
        assert "sentences/s" in before
        assert before.endswith("\r")
        assert "Translating" not in edition

    def test_there_is_none_where_nobody_looks(self) -> None:
        code, seen = on_terminal("run", str(CHECKOUT / "seeds"), "--no-memory", "-q")
        assert code == 0
        assert "Translating" not in seen
        assert digest("run", CHECKOUT / "seeds", "--no-memory").stderr == ""

    @pytest.mark.parametrize(("term", "linked"), [("xterm-kitty", True), ("screen", False)])
    def test_headlines_open_the_original_on_terminals_that_do_it(
        self, term: str, *, linked: bool
    ) -> None:
        _, seen = on_terminal("run", str(LINKED), TERM=term)
        assert ("\x1b]8;;https://krant.example/brug?id=12\x1b\\" in seen) is linked
        assert digest("run", LINKED).stdout.count("\x1b") == 0
        always = digest("run", LINKED, "--hyperlinks", "always").stdout
        assert always.count("\x1b]8;;https") == always.count("\x1b]8;;\x1b\\") > 0

    def test_a_pager_is_used_when_asked_for(self, tmp_path: Path) -> None:
        pager = tmp_path / "pager"
        pager.write_text("#!/bin/sh\necho PAGED; cat\n")
        pager.chmod(0o755)
        _, seen = on_terminal("run", str(LINKED), "--pager", PAGER=str(pager))
        assert "PAGED" in seen
        assert "Utrecht" in seen
        _, seen = on_terminal("run", str(LINKED), PAGER=str(pager))
        assert "PAGED" not in seen
        _, seen = on_terminal("run", str(LINKED), "--pager", PAGER='less "unbalanced')
        assert "Utrecht" in seen
        assert "PAGED" not in digest("run", LINKED, "--pager").stdout

    def test_what_a_pager_failed_to_show_is_not_delivered(self) -> None:
        code, seen = on_terminal("run", str(LINKED), "--new", "--pager", PAGER="sh -c 'exit 7'")
        assert code == 73
        assert "The pager sh -c 'exit 7' failed with exit code 7." in seen
        code, seen = on_terminal("run", str(LINKED), "--new", "--pager", PAGER="head -n 3")
        assert (code, "Dutch news digest" in seen) == (0, True)
        assert "Utrecht" not in digest("run", LINKED, "--new").stdout

    @pytest.mark.parametrize("columns", [0, 20, 40, 80, 200])
    def test_progress_fits_its_terminal(self, columns: int) -> None:
        _, seen = on_terminal("run", str(CHECKOUT / "seeds"), "--no-memory", columns=columns)
        frames = seen.partition("=" * 72)[0].replace("\x1b[K", "").split("\r")
        shown = [frame.strip() for frame in frames if frame.strip()]
        assert shown
        assert all(len(frame) < (columns or 80) for frame in shown)
        assert any("/38" in frame or "/33" in frame or "/32" in frame for frame in shown)


class TestSignals:
    @pytest.mark.parametrize("error", ["ImportError('initialization failed')", "SystemExit(69)"])
    def test_whatever_a_library_makes_of_a_signal_it_is_one(self, error: str) -> None:
        """pybind11 makes an `ImportError` of it where a module is being loaded."""
        code = (
            "import os, time, digest.cli, digest.__main__\n"
            "def main():\n"
            "    try:\n"
            "        os.kill(os.getpid(), 15)\n"
            "        time.sleep(5)\n"
            "    except BaseException as error:\n"
            f"        raise {error} from error\n"
            "digest.cli.main = main\n"
            "digest.__main__.start()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=CHECKOUT,
            check=False,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (143, "digest: stopped.\n")

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_bar_is_wiped_before_the_last_words(
        self, number: int, code: int, starter: Path, tmp_path: Path
    ) -> None:
        """With the starter, which is busy in C for seconds."""
        text = "\n".join(f"De minister opent brug {n} in Utrecht." for n in range(300))
        (tmp_path / "a.txt").write_text(f"Kop\n{text}\n")
        child, terminal = start_on_terminal(
            "run", str(tmp_path / "a.txt"), "--no-memory", DIGEST_MODELS=str(starter.parent)
        )
        seen = b""
        while b"/301" not in seen:
            seen += os.read(terminal, 65536)
        os.kill(child, number)
        seen += read_all(terminal)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == code
        *_, last = seen.decode().replace("\r\n", "\n").rstrip().splitlines()
        assert last.rpartition("\r")[2].replace("\x1b[K", "") == "digest: stopped."


@pytest.mark.parametrize(
    ("variables", "known"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7006"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4602"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "x"}, False),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230804"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-256color", "WT_SESSION": "1"}, True),
        ({"TERM": "foot"}, True),
        ({"TERM": "xterm-kitty", "TMUX": "x"}, False),
        ({"TERM": "screen-256color", "VTE_VERSION": "7006"}, False),
        ({"TERM": "dumb", "VTE_VERSION": "7006"}, False),
        ({"VTE_VERSION": "7006"}, False),
        ({}, False),
    ],
)
def test_terminals_that_are_known_to_open_links(variables: dict[str, str], *, known: bool) -> None:
    assert knows_hyperlinks(variables) is known


def test_only_links_to_the_web_pass_the_door() -> None:
    linked = hyperlink("  Kop\n  | Kop", "https://example.org/")
    assert plain_emphasised(linked) == linked
    assert linked.startswith("  \x1b]8;;https://example.org/\x1b\\Kop\x1b]8;;\x1b\\\n")
    for address in ("javascript:x", "file:///etc/passwd", "https://a\x07b", "https://a b"):
        assert "\x1b]8;;" + address not in plain_emphasised(hyperlink("Kop", address))


class TestHelp:
    def test_options_stand_in_groups_in_reading_order(self) -> None:
        text = digest("run", "--help").stdout
        titles = [line for line in text.splitlines() if line.endswith(":") and line[0] != " "]
        assert titles == [
            "Edition:", "Sources:", "Looks:", "Choice:", "Mail:", "Translation:", "Other:",
        ]  # fmt: skip
        assert text.index("Looks:") < text.index("--format") < text.index("Choice:")
        assert text.index("Mail:") < text.index("--smtp-host") < text.index("Translation:")
        assert text.index("Other:") < text.index("--quiet")

    def test_no_option_is_left_out(self) -> None:
        command = main.commands["run"]
        context = click.Context(command, info_name="run")
        shown = [names for records in grouped(context).values() for names, _ in records]
        options = [each for each in command.params if isinstance(each, click.Option)]
        missing = [each.opts[-1] for each in options if not any(each.opts[-1] in s for s in shown)]
        assert missing == []
        assert len(shown) == len(set(shown)) == len(options) + 1  # --help

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completions_are_scripts_of_their_shell(self, shell: str, tmp_path: Path) -> None:
        result = digest("completion", shell)
        assert result.exit_code == 0
        assert "_DIGEST_COMPLETE" in result.stdout
        if not shutil.which(shell):
            pytest.skip(f"no {shell} to read it")
        script = tmp_path / "digest"
        script.write_text(result.stdout)
        done = subprocess.run([shell, "-n", script], check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("digest his", {"history"}),
            ("digest run --for", {"--format", "--force"}),
            ("digest run --format e", {"eml", "epub"}),
            ("digest run se", {"se"}),  # a file: the shell knows which
            ("digest history ", {"feed", "list", "search", "show", "site"}),
        ],
    )
    def test_the_tab_key_completes(self, words: str, expected: set[str]) -> None:
        """As the script of bash asks for it."""
        done = subprocess.run(
            [Path(sys.executable).with_name("digest")],
            env=os.environ
            | {
                "_DIGEST_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(len(words.split(" ")) - 1),
                "PYTHONPATH": str(CHECKOUT),
            },
            check=True,
            capture_output=True,
            text=True,
        )
        found = {line.partition(",")[2] for line in done.stdout.splitlines()}
        assert expected <= found

    @pytest.mark.parametrize(
        ("shell", "words", "expected"),
        [
            ("zsh", "digest run --format=ep", "--format=epub"),
            ("fish", "digest mod", "List; install; measure; verify and remove"),
        ],
    )
    def test_shells_get_what_they_can_use(self, shell: str, words: str, expected: str) -> None:
        *before, last = words.split(" ")
        done = subprocess.run(
            [Path(sys.executable).with_name("digest")],
            env=os.environ
            | {
                "_DIGEST_COMPLETE": f"{shell}_complete",
                "COMP_WORDS": words if shell == "zsh" else " ".join(before),
                "COMP_CWORD": str(len(before)) if shell == "zsh" else last,
                "PYTHONPATH": str(CHECKOUT),
            },
            check=True,
            capture_output=True,
            text=True,
        )
        assert expected in done.stdout

    def test_without_a_command_the_help_is_shown_as_it_is(self) -> None:
        for arguments in ((), ("history",)):
            result = digest(*arguments)
            assert result.exit_code == 2
            assert result.stdout == ""
            assert "\nCommands:\n  " in result.stderr

    @pytest.mark.parametrize("command", ["mandoc -Tlint -Wwarning", "groff -man -Tutf8 -ww"])
    def test_the_man_page_is_clean(self, command: str) -> None:
        program, *arguments = command.split()
        if not shutil.which(program):
            pytest.skip(f"no {program} to read it")
        page = CHECKOUT / "docs" / "digest.1"
        done = subprocess.run(
            [program, *arguments, page], check=False, capture_output=True, text=True
        )
        said = done.stdout if program == "mandoc" else done.stderr
        # The page of a program that has not been released has no date.
        assert [line for line in said.splitlines() if "missing date" not in line] == []


def test_first_use_explains_itself_in_four_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_MODELS", str(tmp_path))
    result = digest("run")
    assert result.exit_code == 69
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 4
    for line, command in zip(lines[1:], ("models setup", "sources add", "run"), strict=True):
        assert line.startswith(f"        `digest {command}")


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 items"), (1, "1 item"), (2, "2 items"), (0.5, "0.5 items")]
)
def test_numbers_are_said_in_the_singular_or_plural(number: float, expected: str) -> None:
    assert counted(number, "item") == expected
