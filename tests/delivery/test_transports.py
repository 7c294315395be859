"""Real servers and programs: SMTP with TLS on loopback, `sendmail` programs, msmtp."""

import os
import shutil
import socket
import stat
from pathlib import Path

import pytest

from digest.delivery.sendmail import Sendmail
from digest.delivery.smtp import PASSWORD_VARIABLE, Security, Smtp, find_password
from digest.delivery.transport import Outcome, Receipt, Transport
from digest.errors import ConfigurationError
from tests.delivery.servers import CERTIFICATE, smtp_server

MESSAGE = b"From: a@example.org\r\nTo: b@example.com\r\nSubject: x\r\n\r\nHallo.\r\n"


def send(transport: Transport, committed: list[str] | None = None) -> Receipt:
    return transport.send(
        MESSAGE,
        sender="a@example.org",
        recipient="b@example.com",
        committing=lambda: (committed if committed is not None else []).append("committing"),
    )


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
            assert wrong.outcome is Outcome.REFUSED
            assert "535" in wrong.reason
            assert "wrong" not in wrong.reason
        assert len(mailbox.messages) == 1

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_checks_the_certificate(self, security: Security) -> None:
        with smtp_server(security) as (mailbox, fields):
            receipt = send(Smtp(**fields | {"authorities": None}))
        assert receipt.outcome is Outcome.REFUSED
        assert "the certificate of localhost is not trusted" in receipt.reason
        assert mailbox.messages == []

    def test_does_not_speak_in_clear_to_a_server_without_starttls(self) -> None:
        with smtp_server(Security.NONE) as (mailbox, fields):
            receipt = send(Smtp(**fields | {"security": Security.STARTTLS}))
        assert receipt.outcome is Outcome.REFUSED
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
            outcome=Outcome.DEFERRED, reason=f"127.0.0.1:{port}: Connection refused"
        )

    def test_a_silent_server_is_later(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE, timeout=0.2)
            receipt = send(smtp)
        assert receipt.outcome is Outcome.DEFERRED
        assert "timed out" in receipt.reason

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

    def test_tells_later_from_never(self, tmp_path: Path) -> None:
        later = send(self.program(tmp_path, "echo greylisted >&2; exit 75"))
        assert later.outcome is Outcome.DEFERRED
        assert later.reason.endswith("exited 75: greylisted")
        never = send(self.program(tmp_path, "echo no such user >&2; exit 67"))
        assert never.outcome is Outcome.REFUSED

    def test_a_slow_program_is_later(self, tmp_path: Path) -> None:
        slow = Sendmail(command=self.program(tmp_path, "exec sleep 5").command, timeout=0.1)
        assert send(slow).outcome is Outcome.DEFERRED

    def test_a_missing_program_is_never(self, tmp_path: Path) -> None:
        receipt = send(Sendmail(command=str(tmp_path / "none"), timeout=1))
        assert receipt.outcome is Outcome.REFUSED
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
            assert send(msmtp).outcome is Outcome.REFUSED
        assert [recipient for recipient, _ in mailbox.messages] == ["b@example.com"]
        assert b"Hallo." in mailbox.messages[0][1]
        assert os.environ["HOME"] == str(home)
