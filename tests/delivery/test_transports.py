"""Real servers and programs: SMTP with TLS on loopback, `sendmail` programs, msmtp."""

import os
import shutil
import smtplib
import socket
import socketserver
import stat
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from digest.delivery.password import PASSWORD_VARIABLE, find_password
from digest.delivery.sendmail import Sendmail
from digest.delivery.smtp import Security, Smtp
from digest.delivery.transport import Outcome, Receipt, Transport
from digest.errors import ConfigurationError
from tests.delivery.servers import CERTIFICATE, smtp_server

MESSAGE = b"From: a@example.org\r\nTo: b@example.com\r\nSubject: x\r\n\r\nHallo.\r\n"


def send(transport: Transport, committed: list[str] | None = None) -> Receipt:
    try:
        return transport.send(
            MESSAGE,
            sender="a@example.org",
            recipient="b@example.com",
            committing=lambda: (committed if committed is not None else []).append("committing"),
        )
    finally:
        transport.finish()


@contextmanager
def scripted(**replies: str) -> Iterator[tuple[Smtp, list[bytes]]]:
    """A server that replies to each verb as it is told, and keeps the messages it was given.

    A reply of "drop" closes the connection, "hang" says nothing more; `dot` is the reply to a
    message, `banner` the greeting.
    """
    taken: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def reply(self, verb: str, usual: str) -> bool:
            answer = replies.get(verb, usual)
            if answer == "hang":
                time.sleep(1.2)
            if answer in {"hang", "drop"}:
                return False
            lines, endless, _ = answer.partition("endless")
            self.wfile.write(lines.encode("latin-1") + (b"" if endless else b"\r\n"))
            while endless:
                self.wfile.write(b"250-x\r\n")
                time.sleep(0.05)
            return True

        def handle(self) -> None:
            with suppress(OSError):
                going = self.reply("banner", "220 hi")
                while going and (line := self.rfile.readline()):
                    verb = line[:4].strip().decode("latin-1").lower()
                    going = self.reply(verb, "354 go" if verb == "data" else "250 ok")
                    if going and verb == "data" and replies.get("data", "354").startswith("354"):
                        lines = []
                        while (part := self.rfile.readline()) not in (b"", b".\r\n"):
                            lines.append(part)
                        if part:
                            taken.append(b"".join(lines))
                            going = self.reply("dot", "250 ok")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        yield Smtp(host="127.0.0.1", port=port, security=Security.NONE, timeout=0.5), taken
        server.shutdown()


class TestSmtp:
    @pytest.mark.parametrize("security", list(Security))
    def test_delivers(self, security: Security) -> None:
        committed: list[str] = []
        with smtp_server(security) as (mailbox, fields):
            assert send(Smtp(**fields), committed).outcome is Outcome.SENT
        assert mailbox.messages == [("b@example.com", MESSAGE)]
        assert committed == ["committing"]

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_logs_in(self, security: Security) -> None:
        with smtp_server(security, password="right") as (mailbox, fields):
            receipt = send(Smtp(**fields, user="me", password="right"))
            assert receipt.outcome is Outcome.SENT
            wrong = send(Smtp(**fields, user="me", password="wrong"))
            assert wrong.outcome is Outcome.MISCONFIGURED
            assert "535" in wrong.reason
            assert "wrong" not in wrong.reason
        assert len(mailbox.messages) == 1

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_checks_the_certificate(self, security: Security) -> None:
        with smtp_server(security) as (mailbox, fields):
            receipt = send(Smtp(**fields | {"authorities": None}))
        assert receipt.outcome is Outcome.MISCONFIGURED
        assert "the certificate of localhost is not trusted" in receipt.reason
        assert mailbox.messages == []

    def test_does_not_speak_in_clear_to_a_server_without_starttls(self) -> None:
        with smtp_server(Security.NONE) as (mailbox, fields):
            receipt = send(Smtp(**fields | {"security": Security.STARTTLS}))
        assert receipt.outcome is Outcome.MISCONFIGURED
        assert "STARTTLS" in receipt.reason
        assert mailbox.messages == []

    @pytest.mark.parametrize("step", ["rcpt", "data"])
    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [("451 later", Outcome.DEFERRED), ("550 no such user", Outcome.REFUSED)],
    )
    def test_tells_later_from_never(self, step: str, reply: str, outcome: Outcome) -> None:
        committed: list[str] = []
        with smtp_server(Security.TLS) as (mailbox, fields):
            getattr(mailbox, step).append(reply)
            receipt = send(Smtp(**fields), committed)
        assert receipt == Receipt(outcome=outcome, reason=f"localhost: {reply}")
        assert bool(committed) == (step == "data")

    def test_a_closed_port_is_later(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE, timeout=2)
        assert send(smtp) == Receipt(
            outcome=Outcome.DEFERRED,
            reason=f"127.0.0.1:{port}: Connection refused",
            everybody=True,
        )

    def test_a_silent_server_is_later(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE, timeout=0.2)
            receipt = send(smtp)
        assert receipt.outcome is Outcome.DEFERRED
        assert "timed out" in receipt.reason

    @pytest.mark.parametrize("goodbye", ["421 4.4.2 closing", "250 bye", "500 x", "drop", "hang"])
    def test_nothing_after_the_reply_changes_what_became_of_it(self, goodbye: str) -> None:
        with scripted(quit=goodbye) as (smtp, taken):
            assert send(smtp) == Receipt(outcome=Outcome.SENT)
        assert taken == [MESSAGE]

    @pytest.mark.parametrize("reply", ["drop", "hang", "garbage", "354 go on", "100 x", "9999", ""])
    def test_without_an_answer_to_the_dot_nobody_knows(
        self, reply: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("digest.delivery.smtp._LEAST_AFTER_DOT", 0.5)
        with scripted(dot=reply) as (smtp, taken):
            assert send(smtp).outcome is Outcome.UNKNOWN
        assert taken == [MESSAGE]

    def test_a_server_has_ten_minutes_to_answer_the_dot(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[float | None] = []
        settimeout = socket.socket.settimeout

        def note(sock: socket.socket, seconds: float | None) -> None:
            told.append(seconds)
            settimeout(sock, seconds)

        with scripted() as (smtp, _):
            monkeypatch.setattr(socket.socket, "settimeout", note)
            smtp.send(MESSAGE, sender="a@b.c", recipient="d@e.f", committing=told.clear)
            monkeypatch.undo()
            smtp.finish()
        assert told == [600.0]

    @pytest.mark.parametrize("verb", ["banner", "mail", "rcpt", "data"])
    @pytest.mark.parametrize("reply", ["drop", "hang", "garbage", "421 busy"])
    def test_before_the_dot_nothing_was_sent(self, verb: str, reply: str) -> None:
        committed: list[str] = []
        with scripted(**{verb: reply}) as (smtp, taken):
            receipt = send(smtp, committed)
        assert receipt.outcome is Outcome.DEFERRED
        assert (committed, taken) == ([], [])

    @pytest.mark.parametrize(
        ("verb", "reply"),
        [
            ("banner", "554 go away"),
            ("mail", "550 5.7.1 sender not allowed"),
            ("mail", "530 Authentication required"),
            ("rcpt", "530 5.7.0 Authentication required"),
            ("rcpt", "550 5.7.1 Relaying denied"),
            ("rcpt", "554 5.7.1 <b@example.com>: Relay access denied"),
            ("rcpt", "550 please log in first"),
            ("rcpt", "503 AUTH first"),
            ("rcpt", "554 5.7.1 Service unavailable; Client host [1.2.3.4] blocked using x"),
            ("data", "530 no"),
            ("dot", "550 relaying denied"),
        ],
    )
    def test_what_every_recipient_would_meet_is_ours_to_mend(self, verb: str, reply: str) -> None:
        with scripted(**{verb: reply}) as (smtp, _):
            receipt = send(smtp)
        assert receipt.outcome is Outcome.MISCONFIGURED
        assert receipt.reason == f"127.0.0.1: {reply}"
        assert receipt.everybody == (verb in {"banner", "mail"})

    @pytest.mark.parametrize(
        "reply",
        [
            "550 5.1.1 no such user",
            "552 full",
            "553 bad name",
            "550 5.1.1 <relay@x.org> User unknown",
            "550 <login@x.org> no such user",
            "550 <jan@relay.example.nl> does not exist",
            "550 auth@x.org unknown",
            "550 5.2.1 mailbox blocked for inactivity",
            "552 5.2.2 sender rejected, mailbox full",
        ],
    )
    def test_what_one_recipient_meets_is_a_refusal(self, reply: str) -> None:
        with scripted(rcpt=reply) as (smtp, taken):
            assert send(smtp).outcome is Outcome.REFUSED
        assert taken == []

    def test_a_reply_that_never_ends_is_cut_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("digest.delivery.smtp._LEAST_AFTER_DOT", 0.5)
        with scripted(dot="250-x\r\n" * 9 + "endless") as (smtp, taken):
            assert send(smtp).outcome is Outcome.UNKNOWN
        assert len(taken) == 1

    def test_dots_at_the_begin_of_lines_arrive(self) -> None:
        with scripted() as (smtp, taken):
            smtp.send(b"A: b\r\n\r\n.x\r\n..\r\n", sender="a@b.c", recipient="d@e.f",
                      committing=lambda: None)  # fmt: skip
            smtp.finish()
        assert taken == [b"A: b\r\n\r\n..x\r\n...\r\n"]  # doubled on the way (RFC 5321, 4.5.2)

    def test_a_name_that_is_not_ascii_logs_in(self) -> None:
        wanted = b64encode("\0jörg\0wóórd".encode()).decode()
        asked: list[str] = []
        docmd = smtplib.SMTP.docmd

        def note(self: smtplib.SMTP, cmd: str, args: str = "") -> tuple[int, bytes]:
            asked.append(args)
            return docmd(self, cmd, args)

        with (
            scripted(ehlo="250-x\r\n250 AUTH PLAIN LOGIN", auth="235 ok") as (smtp, taken),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(smtplib.SMTP, "docmd", note)
            smtp.user, smtp.password = "jörg", "wóórd"
            assert send(smtp).outcome is Outcome.SENT
        assert f"PLAIN {wanted}" in asked
        assert len(taken) == 1

    @pytest.mark.parametrize(
        ("ehlo", "outcome"),
        [("250-x\r\n250 SMTPUTF8", Outcome.SENT), ("250 x", Outcome.REFUSED)],
    )
    def test_an_address_that_is_not_ascii_needs_smtputf8(self, ehlo: str, outcome: Outcome) -> None:
        with scripted(ehlo=ehlo) as (smtp, taken):
            assert smtp.takes_utf8() == (outcome is Outcome.SENT)
            receipt = smtp.send(MESSAGE, sender="a@b.c", recipient="jörg@example.com",
                                committing=lambda: None)  # fmt: skip
            smtp.finish()
        assert receipt.outcome is outcome
        assert bool(taken) == (outcome is Outcome.SENT)

    @pytest.mark.parametrize("content", [b"", b"no certificate", None])
    def test_a_certificate_file_that_is_none_is_ours_to_mend(
        self, content: bytes | None, tmp_path: Path
    ) -> None:
        path = tmp_path / "ca.pem"
        if content is not None:
            path.write_bytes(content)
        smtp = Smtp(host="127.0.0.1", port=9, security=Security.TLS, timeout=1, authorities=path)
        assert send(smtp).outcome is Outcome.MISCONFIGURED

    def test_never_shows_the_password(self) -> None:
        smtp = Smtp(host="h", port=1, security=Security.TLS, timeout=1, password="secret")
        assert "secret" not in repr(smtp)


class TestPassword:
    def test_comes_from_the_environment_first(self, tmp_path: Path) -> None:
        found = find_password({PASSWORD_VARIABLE: "a"}, file=tmp_path / "none", command="false")
        assert found == "a"

    def test_comes_from_a_file_that_is_private(self, tmp_path: Path) -> None:
        path = tmp_path / "password"
        path.write_text("geheim wóórd\n")
        path.chmod(0o600)
        assert find_password({}, file=path, command="") == "geheim wóórd"
        path.chmod(0o640)
        with pytest.raises(ConfigurationError, match="can be read by others"):
            find_password({}, file=path, command="")

    def test_comes_from_a_command(self) -> None:
        assert find_password({}, file=None, command="echo one; echo two") == "one"
        with pytest.raises(ConfigurationError, match="failed with 3") as caught:
            find_password({}, file=None, command="echo secret; exit 3")
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("content", [b"w\xf3rd", b"\xff\xfe"])
    def test_what_is_not_utf8_is_named(self, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "password"
        path.write_bytes(content)
        path.chmod(0o600)
        for file, command in ((path, ""), (None, f"cat {path}")):
            with pytest.raises(ConfigurationError, match="is not UTF-8"):
                find_password({}, file=file, command=command)

    def test_a_command_that_hangs_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("digest.delivery.password._SECONDS", 0.2)
        with pytest.raises(ConfigurationError, match="took more than"):
            find_password({}, file=None, command="sleep 5")

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read"):
            find_password({}, file=tmp_path / "none", command="")


class TestSendmail:
    def program(self, folder: Path, script: str) -> Sendmail:
        path = folder / "sendmail"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return Sendmail(command=str(path), timeout=2)

    def test_gets_the_message_with_unix_line_ends(self, tmp_path: Path) -> None:
        sendmail = self.program(tmp_path, f'echo "$@" > {tmp_path}/args; cat > {tmp_path}/got')
        assert send(sendmail).outcome is Outcome.SENT
        assert (tmp_path / "got").read_bytes() == MESSAGE.replace(b"\r\n", b"\n")
        assert (tmp_path / "args").read_text() == "-t -i -f a@example.org\n"

    @pytest.mark.parametrize(
        ("code", "outcome"),
        [
            *[(code, Outcome.REFUSED) for code in (65, 67)],
            (75, Outcome.DEFERRED),
            *[(code, Outcome.MISCONFIGURED) for code in (1, 2, 64, 66, *range(68, 75), 76, 77, 78)],
            *[(code, Outcome.MISCONFIGURED) for code in (126, 127, 200, 255)],
            *[(code, Outcome.UNKNOWN) for code in (129, 137, 143)],
        ],
    )
    def test_exit_codes_say_whose_fault_it_is(
        self, tmp_path: Path, code: int, outcome: Outcome
    ) -> None:
        receipt = send(self.program(tmp_path, f"echo why >&2; exit {code}"))
        assert receipt.outcome is outcome
        assert outcome is Outcome.UNKNOWN or receipt.reason.endswith(f"exited {code}: why")

    def test_a_slow_program_may_have_sent_it(self, tmp_path: Path) -> None:
        slow = Sendmail(command=self.program(tmp_path, "exec sleep 5").command, timeout=0.1)
        assert send(slow).outcome is Outcome.UNKNOWN

    def test_so_may_one_that_a_signal_ended(self, tmp_path: Path) -> None:
        assert send(self.program(tmp_path, "kill -9 $$")).outcome is Outcome.UNKNOWN

    def test_what_it_leaves_running_does_not_matter(self, tmp_path: Path) -> None:
        sendmail = self.program(tmp_path, f"cat > {tmp_path}/got; sleep 9 & exit 0")
        assert send(sendmail) == Receipt(outcome=Outcome.SENT)
        assert (tmp_path / "got").exists()

    def test_it_is_told_of_before_the_program_is_started(self, tmp_path: Path) -> None:
        sendmail = self.program(tmp_path, f"touch {tmp_path}/started")

        def committing() -> None:
            assert not (tmp_path / "started").exists()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            sendmail.send(MESSAGE, sender="a@b.c", recipient="d@e.f", committing=committing)
        assert not (tmp_path / "started").exists()

    def test_a_missing_program_is_ours_to_mend(self, tmp_path: Path) -> None:
        receipt = send(Sendmail(command=str(tmp_path / "none"), timeout=1))
        assert receipt.outcome is Outcome.MISCONFIGURED
        assert "cannot be run" in receipt.reason

    def test_msmtp_delivers_to_a_server_with_tls(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not shutil.which("msmtp"):
            pytest.skip("no msmtp; `.ci/run` installs it")
        with smtp_server(Security.TLS, password="right") as (mailbox, fields):
            config = home / ".msmtprc"
            config.write_text(
                f"account default\nhost localhost\nport {fields['port']}\ntls on\n"
                f"tls_starttls off\ntls_trust_file {CERTIFICATE}\nauth on\nuser me\n"
                "password right\n"
            )
            config.chmod(0o600)
            monkeypatch.setenv("HOME", str(home))
            msmtp = Sendmail(command="msmtp", timeout=10)
            assert send(msmtp) == Receipt(outcome=Outcome.SENT)
            mailbox.data.append("550 no")
            assert send(msmtp).outcome is Outcome.MISCONFIGURED  # EX_UNAVAILABLE, whatever was said
        assert [recipient for recipient, _ in mailbox.messages] == ["b@example.com"]
        assert b"Hallo." in mailbox.messages[0][1]
        assert os.environ["HOME"] == str(home)
