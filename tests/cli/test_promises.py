"""Never twice, never lost, never stuck, never leaking: real runs, as cron and people start them."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from digest.archive.store import Archive
from digest.archive.values import State
from digest.cleaning import clean
from digest.lock import hold_lock
from tests import CHECKOUT
from tests.cli.test_commands import digest
from tests.delivery.test_transports import scripted

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("models")]

PROGRAM = [sys.executable, "-m", "digest"]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "0.txt").write_text("De minister opent een brug\nDe NAVO stelt een rapport voor.\n")
    return folder


def mail(port: int, *recipients: str, day: int = 22) -> list[str]:
    people = [word for recipient in recipients for word in ("--to", recipient)]
    return [
        "--send", "smtp", "--smtp-host", "127.0.0.1", "--smtp-port", str(port),
        "--smtp-security", "none", "--from", "n@example.org", "--retry-for", "0",
        "--date", f"2026-11-{day}", *people,
    ]  # fmt: skip


def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    process: subprocess.Popen[bytes] = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=CHECKOUT,
        **{"stdin": subprocess.DEVNULL, **pipes, **options},
    )
    return process


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


class TestOneFate:
    @pytest.mark.parametrize("goodbye", ["421 4.4.2 closing", "250 bye", "500 x"])
    def test_the_answer_to_quit_changes_nothing(self, articles: Path, goodbye: str) -> None:
        with scripted(quit=goodbye) as (server, taken):
            for _ in range(2):
                result = digest("run", articles, *mail(server.port, "a@x.org"))
                assert (result.exit_code, result.stderr) == (0, "")
        assert len(taken) == 1

    @pytest.mark.parametrize("answer", ["drop", "garbage"])
    def test_what_may_have_arrived_is_named_once_and_never_sent_again(
        self, articles: Path, answer: str
    ) -> None:
        with scripted(dot=answer) as (server, taken):
            first = digest("run", articles, *mail(server.port, "a@x.org"))
            again = digest("run", articles, *mail(server.port, "a@x.org"))
            tomorrow = digest("run", articles, "--new", *mail(server.port, "a@x.org", day=23))
        assert (first.exit_code, again.exit_code, tomorrow.exit_code) == (3, 0, 0)
        assert "a@x.org: the message of 2026-11-22 may have arrived or not" in first.stderr
        assert again.stderr == tomorrow.stderr == ""
        assert len(taken) == 1

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_signal_while_the_server_has_the_message(
        self, articles: Path, number: int, code: int
    ) -> None:
        with scripted(dot="hang") as (server, taken):
            run = start("run", articles, *mail(server.port, "a@x.org"))
            wait_for(lambda: taken)
            run.send_signal(number)
            _, said = run.communicate(timeout=60)
            assert (run.returncode, said.decode().strip()) == (code, "digest: stopped.")
            after = digest("run", articles, *mail(server.port, "a@x.org"))
        assert after.exit_code == 3
        assert "may have arrived or not" in after.stderr
        assert len(taken) == 1

    def test_two_environments_have_one_lock(
        self, articles: Path, home: Path, tmp_path: Path
    ) -> None:
        del home
        with scripted(dot="hang") as (server, taken):
            first = start("run", articles, *mail(server.port, "a@x.org"))
            wait_for(lambda: taken)
            second = start(
                "run", articles, *mail(server.port, "a@x.org"),
                env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
            )  # fmt: skip
            assert b"Another digest holds the lock" in second.communicate()[1]
            assert second.returncode == 75
            first.communicate()
        assert len(taken) == 1

    def test_one_archive_has_one_lock_wherever_it_is_linked_from(
        self, articles: Path, home: Path, tmp_path: Path
    ) -> None:
        digest("run", articles, "--new")
        other = tmp_path / "data" / "digest"
        other.mkdir(parents=True)
        archive = home / ".local" / "share" / "digest" / "archive.sqlite3"
        (other / "archive.sqlite3").symlink_to(archive)
        with hold_lock(archive.with_name("digest.lock")):
            run = start(
                "run", articles, "--new", env=os.environ | {"XDG_DATA_HOME": str(tmp_path / "data")}
            )
            run.communicate()
        assert run.returncode == 75

    def test_a_program_that_is_too_slow_may_have_sent_it(
        self, articles: Path, tmp_path: Path
    ) -> None:
        script = tmp_path / "sendmail"
        script.write_text(f"#!/bin/sh\ncat >> {tmp_path}/taken\nexec sleep 9\n")
        script.chmod(0o700)
        options = [
            "--send", "sendmail", "--sendmail", str(script), "--from", "n@x.org",
            "--to", "a@x.org", "--mail-timeout", "0.5", "--retry-for", "5",
        ]  # fmt: skip
        codes = [digest("run", articles, *options).exit_code for _ in range(2)]
        assert codes == [3, 0]
        assert (tmp_path / "taken").read_text().count("Message-ID") == 1

    def test_an_international_domain_blocks_nothing(self, articles: Path) -> None:
        with scripted() as (server, taken):
            first = digest("run", articles, *mail(server.port, "info@münchen.de"))
            second = digest("run", articles, *mail(server.port, "ok@x.org", day=23))
            strange = digest("run", articles, *mail(server.port, "jörg@x.org", day=24))
        assert (first.exit_code, second.exit_code, strange.exit_code) == (0, 0, 2)
        assert b"To: info@xn--mnchen-3ya.de\r\n" in taken[0]
        assert "SMTPUTF8" in strange.stderr
        assert len(taken) == 2

    def test_one_address_is_one_recipient(self, articles: Path) -> None:
        with scripted() as (server, taken):
            digest("run", articles, *mail(server.port, "me@x.org", "Me <me@X.org>", "ME@x.ORG"))
            digest("run", articles, *mail(server.port, "Somebody <me@X.ORG>"))
        assert len(taken) == 1

    def test_a_wrong_password_leaves_it_queued_until_it_is_right(
        self, articles: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DIGEST_SMTP_PASSWORD", "x")
        offer = "250-x\r\n250 AUTH PLAIN"
        with scripted(ehlo=offer, auth="535 bad") as (server, taken):
            wrong = digest("run", articles, *mail(server.port, "a@x.org"), "--smtp-user", "me")
            assert (wrong.exit_code, taken) == (78, [])
            assert "not sent, it waits until this is put right" in wrong.stderr
        with scripted(ehlo=offer, auth="235 ok") as (server, taken):
            right = digest("run", articles, *mail(server.port, "a@x.org"), "--smtp-user", "me")
            assert (right.exit_code, len(taken)) == (0, 1)


class TestWhole:
    @pytest.fixture
    def many(self, articles: Path) -> Path:
        for number in range(300):
            text = f"Kop {number}\n" + f"De minister opent brug {number}. " * 9
            (articles / f"{number}.txt").write_text(text)
        return articles

    @pytest.mark.parametrize("unbuffered", ["", "1"])
    def test_every_byte_is_written_or_nothing_counts(self, many: Path, unbuffered: str) -> None:
        environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
        command = ["run", str(many), "--new", "--date", "2026-11-22", "--as-of", "2026-11-22"]
        reading, writing = os.pipe()
        cut = start(*command, stdout=writing, env=environment)
        os.close(writing)
        os.read(reading, 100)
        os.close(reading)
        said = cut.communicate()[1]
        assert (cut.returncode, said) == (0, b"")
        with Path("/dev/full").open("wb") as full:
            refused = start(*command, stdout=full, env=environment)
            assert b"Standard output cannot be written" in refused.communicate()[1]
        assert refused.returncode == 73
        whole = start(*command, env=environment)
        out = whole.communicate()[0]
        assert whole.returncode == 0
        assert out.count(b"\n  | ") > 300
        assert out.endswith(b"\n")

    def test_a_pipe_that_takes_little_at_a_time_gets_all(self, many: Path) -> None:
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        run = start("run", many, "--as-of", "2026-11-22", stdout=writing)
        os.close(writing)
        got = b""
        while piece := os.read(reading, 4096):
            got += piece
            time.sleep(0.001)
        os.close(reading)
        said = run.communicate()[1]
        assert (run.returncode, said) == (0, b"")
        assert got == digest("run", many, "--as-of", "2026-11-22").stdout.encode()

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_closed_streams_do_not_keep_mail_from_going_out(
        self, articles: Path, closed: str
    ) -> None:
        with scripted() as (server, taken):
            command = " ".join(map(str, [*PROGRAM, "run", articles, articles / "none.txt"]))
            line = f"{command} {' '.join(mail(server.port, 'a@x.org'))} {closed}"
            done = subprocess.run(["/bin/sh", "-c", line], cwd=CHECKOUT, check=False)
        assert (done.returncode, len(taken)) == (3, 1)

    def test_standard_error_that_is_full_does_not_either(self, articles: Path) -> None:
        with scripted() as (server, taken), Path("/dev/full").open("wb") as full:
            run = start("run", articles, "none", *mail(server.port, "a@x.org"), stderr=full)
            run.communicate()
        assert (run.returncode, len(taken)) == (3, 1)

    @pytest.mark.parametrize(
        "command",
        [["history", "list"], ["models", "list"], ["templates", "list"], ["doctor"],
         ["config", "show"], ["--help"], ["run", "--help"], ["outbox", "list"]],
    )  # fmt: skip
    def test_standard_output_that_is_full_is_named(
        self, articles: Path, command: list[str]
    ) -> None:
        digest("run", articles, "--new")
        with scripted(rcpt="550 5.1.1 no") as (server, _):
            digest("run", articles, *mail(server.port, "a@x.org"))
        with Path("/dev/full").open("wb") as full:
            run = start(*command, stdout=full)
            said = run.communicate()[1]
        assert b"Standard output cannot be written" in said
        assert run.returncode == 73

    def test_a_source_is_never_written_over(self, articles: Path, tmp_path: Path) -> None:
        source = articles / "0.txt"
        link = tmp_path / "link.txt"
        link.symlink_to(source)
        before = source.read_text()
        for sources in ([source], [articles], [link]):
            for output in (source, link):
                result = digest("run", *sources, "--output", output)
                assert result.exit_code == 2
        assert source.read_text() == before

    @pytest.mark.parametrize("second", ["x.html", "./x.html", "x.full.html"])
    def test_two_documents_never_go_to_one_file(
        self, articles: Path, tmp_path: Path, second: str
    ) -> None:
        outputs = ["--format", "html", "--output", str(tmp_path / "x.html"), "--format", "text"]
        result = digest("run", articles, *outputs, "--output", f"{tmp_path}/{second}")
        assert result.exit_code == 2
        assert not list(tmp_path.glob("x*"))

    def test_saved_mail_is_private(self, articles: Path, tmp_path: Path) -> None:
        path = tmp_path / "x.eml"
        path.write_text("old")
        path.chmod(0o644)
        people = ["--from", "a@x.org", "--to", "b@x.org"]
        assert digest("run", articles, "--format", "eml", "--output", path, *people).exit_code == 0
        assert path.stat().st_mode & 0o777 == 0o600


@contextmanager
def terminal(*arguments: str | Path) -> Iterator[str]:
    """What a command shows on a terminal."""
    mine, its = pty.openpty()
    run = start(*arguments, stdout=its, stderr=its)
    os.close(its)
    shown = b""
    try:
        while piece := os.read(mine, 4096):
            shown += piece
    except OSError:  # the other side is closed
        pass
    os.close(mine)
    run.wait()
    yield shown.decode(errors="replace")


HOSTILE = "minister \x1b]52;c;ZXZpbA==\x07\x9b2J\u202eevil\u061c\U000e0061 tail"
STEERING = re.compile("\x1b\\]|\x9b|[\u202a-\u202e\u061c\u2066-\u2069]|[\U000e0000-\U000e007f]")


class TestTerminal:
    @pytest.fixture
    def feed(self, tmp_path: Path) -> Path:
        path = tmp_path / "feed.json"
        item = {"title": HOSTILE, "content_text": f"De {HOSTILE} opent een brug."}
        feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
        path.write_text(json.dumps(feed))
        return path

    @pytest.mark.parametrize("form", ["text", "md", "html", "web", "json"])
    def test_no_edition_steers_it(self, feed: Path, form: str) -> None:
        out = digest("run", feed, "--title", HOSTILE, "--format", form).stdout
        assert not STEERING.search(out)
        assert "tail" in out

    def test_json_loses_nothing(self, feed: Path) -> None:
        edition = json.loads(digest("run", feed, "--format", "json").stdout)
        seen = clean(HOSTILE)  # without marks of direction, which sources lose at the door
        assert "\x1b" in seen
        assert seen in edition["entries"][0]["headline"]["dutch"]
        parsed = json.loads(digest("parse", feed).stdout)
        assert seen in parsed["documents"][0]["parts"][0]["headline"]["text"]

    def test_neither_do_history_and_dry_runs(self, feed: Path, tmp_path: Path) -> None:
        digest("run", feed, "--new", "--title", HOSTILE)
        named = tmp_path / f"{HOSTILE.replace('/', '')}.txt"
        for arguments in (
            ["history", "search", "minister"],
            ["history", "list"],
            ["history", "show", "1"],
            ["run", feed, "--dry-run"],
            ["run", named],
            ["parse", named],
            ["models", "install", HOSTILE],
            ["word", HOSTILE],
            ["outbox", "list"],
        ):
            with terminal(*arguments) as shown:
                assert not STEERING.search(shown), arguments

    def test_neither_do_mistakes_and_traces(self, tmp_path: Path) -> None:
        escape = "\x1b]52;c;eA==\x07"
        for arguments in (
            ["doctor", escape],
            ["run", f"--{escape}"],
            ["run", "-vv", "x.txt", "--glossary", f"/{escape}/g.csv"],
            ["--config", str(tmp_path / escape), "run"],
        ):
            with terminal(*arguments) as shown:
                assert not STEERING.search(shown), arguments

    def test_neither_do_replies_of_servers(self, articles: Path) -> None:
        reply = "550 5.1.1 no\x1b]52;c;x\x07\x9b such user"
        with (
            scripted(rcpt=reply) as (server, _),
            terminal("run", articles, *mail(server.port, "a@x.org")) as shown,
        ):
            assert "such user" in shown
            assert not STEERING.search(shown)


class TestSecrets:
    def test_a_password_in_an_address_is_shown_and_mailed_nowhere(
        self, articles: Path, home: Path
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        source = f"http://me:geheim@127.0.0.1:{port}/feed"
        with scripted() as (server, taken):
            result = digest("run", articles, source, "-v", *mail(server.port, "a@x.org"))
        listed = digest("run", articles, source, "--format", "json")
        kept = [str(path.read_bytes()) for path in home.rglob("*") if path.is_file()]
        with closing(Archive(home / ".local" / "share" / "digest" / "archive.sqlite3")) as archive:
            kept += [
                str(archive.document(1)),
                *map(str, map(archive.data, archive.messages(*State))),
            ]
        for text in (result.stderr, listed.stderr, listed.stdout, *map(str, taken), *kept):
            assert "geheim" not in text
        assert f"http://127.0.0.1:{port}/feed" in result.stderr

    def test_no_header_is_forged_through_an_encoded_word(self, articles: Path) -> None:
        word = "=?utf-8?q?x=0ABcc:_evil=40x.org?="
        for option in (["--subject", word], ["--title", word], ["--to", f"{word} <b@x.org>"],
                       ["--from", f"{word} <b@x.org>"]):  # fmt: skip
            people = ["--from", "a@x.org", "--to", "b@x.org"]
            out = digest("run", articles, "--format", "eml", *people, *option).stdout
            assert not re.search(r"^Bcc", out, re.MULTILINE)


class TestOutbox:
    def test_shows_and_settles_what_is_not_sent(self, articles: Path) -> None:
        assert "Nothing waits" in digest("outbox", "list").stderr
        with scripted(rcpt="550 5.1.1 no such user") as (server, _):
            digest("run", articles, *mail(server.port, "a@x.org"))
        with scripted(dot="drop") as (server, _):
            digest("run", articles, *mail(server.port, "c@x.org"))
        listed = digest("outbox", "list").stdout
        assert [line.split()[:4] for line in listed.splitlines()] == [
            ["1", "2026-11-22", "refused", "a@x.org"],
            ["2", "2026-11-22", "unknown", "c@x.org"],
        ]
        assert digest("outbox", "retry", "1", "9").exit_code == 2
        assert digest("outbox", "retry", "1").exit_code == 0
        assert digest("outbox", "drop", "2").exit_code == 0
        assert digest("outbox", "drop", "2").exit_code == 2
        assert [line.split()[2] for line in digest("outbox", "list").stdout.splitlines()] == [
            "queued"
        ]
        with scripted() as (server, taken):
            digest("run", articles, "--new", *mail(server.port, "a@x.org", day=22))
        assert len(taken) == 1

    def test_what_came_otherwise_is_not_sent_again_by_hand(self, articles: Path) -> None:
        with scripted(rcpt="550 5.1.1 no such user") as (server, _):
            digest("run", articles, *mail(server.port, "a@x.org"))
        with scripted() as (server, taken):
            digest("run", articles, "--new", *mail(server.port, "a@x.org", day=23))
            result = digest("outbox", "retry", "1")
        assert (result.exit_code, len(taken)) == (2, 1)
        assert "came with another edition" in result.stderr

    def test_a_damaged_message_is_named_with_what_to_do(self, articles: Path, home: Path) -> None:
        with scripted(rcpt="451 later") as (server, _):
            digest("run", articles, *mail(server.port, "a@x.org"))
        path = home / ".local" / "share" / "digest" / "archive.sqlite3"
        with closing(Archive(path)) as archive:
            archive._connection.execute("UPDATE message SET data = 'x'")
            archive._connection.commit()
        with scripted() as (server, taken):
            result = digest("run", articles, *mail(server.port, "b@x.org", day=23))
        assert (result.exit_code, len(taken)) == (73, 1)
        assert "damaged in message 1 of edition 1" in result.stderr
        assert "`digest outbox drop 1`" in result.stderr
        assert digest("doctor").exit_code != 0
        assert digest("outbox", "drop", "1").exit_code == 0
        with closing(Archive(path)) as archive:
            assert archive.messages(State.QUEUED) == ()


class TestStopping:
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_reading_is_stopped_by_a_signal(self, number: int, code: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            run = start("run", f"http://127.0.0.1:{silent.getsockname()[1]}/feed", "--new")
            with silent.accept()[0]:
                run.send_signal(number)
                assert run.communicate(timeout=60)[1].decode().strip() == "digest: stopped."
        assert run.returncode == code

    @pytest.mark.parametrize(
        "busy", ["hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)", "while True: pass"]
    )
    def test_so_is_what_does_not_come_back_to_be_told(self, busy: str) -> None:
        code = (
            "import hashlib\n"
            "from digest.interrupt import end_soon_on_signals\n"
            "end_soon_on_signals()\n"
            "while True:\n"
            "    try:\n"
            "        print('ready', flush=True)\n"
            f"        {busy}\n"
            "    except BaseException: pass\n"
        )
        run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=CHECKOUT)
        assert run.stdout
        assert run.stdout.readline() == b"ready\n"
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=60) == 143
        run.stdout.close()


class TestHomes:
    @pytest.mark.parametrize(
        "environment",
        [{"HOME": ""}, {"HOME": "relative"}, {"HOME": "~"}],
    )
    def test_one_that_is_no_place_is_named(self, environment: dict[str, str]) -> None:
        for command in (["run", "seeds", "--new"], ["doctor"], ["history", "list"]):
            run = start(*command, env=os.environ | environment)
            said = run.communicate()[1].decode()
            assert run.returncode == 78, said
            assert "There is no home folder" in said
            assert "Traceback" not in said

    def test_a_file_in_the_place_of_a_folder_is_named(self, articles: Path, home: Path) -> None:
        (home / ".local").write_text("")
        for command in (["run", articles, "--new"], ["outbox", "list"], ["history", "list"]):
            result = digest(*command)
            assert result.exit_code == 73
            assert str(home / ".local") in result.stderr
        doctor = digest("doctor")
        assert "FAIL  folders" in doctor.stdout

    def test_a_lock_that_cannot_be_taken_is_named(self, articles: Path, home: Path) -> None:
        data = home / ".local" / "share" / "digest"
        (data / "digest.lock").mkdir(parents=True)
        result = digest("run", articles, "--new")
        assert result.exit_code == 73
        assert "digest.lock cannot be taken" in result.stderr
        assert "FAIL  lock" in digest("doctor").stdout

    def test_what_others_can_read_is_told_and_mended(self, articles: Path, home: Path) -> None:
        digest("run", articles, "--new")
        data = home / ".local" / "share" / "digest"
        assert all(path.stat().st_mode & 0o077 == 0 for path in (data, *data.glob("*.sqlite3*")))
        (data / "archive.sqlite3").chmod(0o644)
        data.chmod(0o755)
        assert "Others can read" in digest("doctor").stdout
        digest("run", articles, "--new")
        assert "Others can read" not in digest("doctor").stdout

    def test_no_folder_for_temporary_files_is_named(self) -> None:
        for command in (["run", "seeds", "--new", "--dry-run"], ["doctor"]):
            code = (
                "import sys, tempfile\n"
                "def none(): raise FileNotFoundError(2, 'No usable temporary directory found')\n"
                "tempfile.gettempdir = tempfile._gettempdir = none\n"
                "from digest.__main__ import start\n"
                f"sys.argv[1:] = {command!r}\n"
                "start()\n"
            )
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            said = done.stdout + done.stderr
            assert done.returncode == 78, said
            assert "temporary" in said
            assert "Traceback" not in said
