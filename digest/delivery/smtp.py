"""SMTP over TLS, with the certificate checked."""

import base64
import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from digest.delivery.transport import Outcome, Receipt
from digest.errors import BusyError, ConfigurationError

_PERMANENT = 500
_GO_AHEAD = 354
_LEAST_AFTER_DOT = 600.0
"""Seconds; RFC 5321 (4.5.3.2.6) asks for ten minutes, since a server that has the message may
still be busy with it."""
_FAREWELL = 2.0
_SETUP_CODES = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
"""Replies of RFC 5321 and RFC 4954 that every recipient would meet: commands, authentication."""
_SETUP_WORDS = re.compile(
    r"\brelay|authenticat|\bauth\b|log ?in\b|client host|blocked using|block(?:list|ed by)"
    r"|black ?list|sender (?:address )?(?:rejected|denied)|not authori[sz]ed to send",
    re.IGNORECASE,
)
"""What such replies say where their code is that of one recipient."""
_ENHANCED = re.compile(r"^\s*5\.(\d{1,3})\.(\d{1,3})\b")
_POLICY = "7"
"""The subject of enhanced codes (RFC 3463) that speaks of security and policy; 5.1 and 5.2 are of
one address and its mailbox."""
_ADDRESS = re.compile(r"<[^<>]*>|\S+@\S+")


class Security(StrEnum):
    """How a connection becomes private; `none` is for a server on this machine only."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class _Server(smtplib.SMTP):
    """One that cuts the line when a reply does not end: each piece of it would meet no time-out."""

    patience = 0.0

    def getreply(self) -> tuple[int, bytes]:
        """See smtplib; the whole reply, within twice `patience` or the time-out of a step."""
        timer = threading.Timer(2 * (self.patience or self.timeout), self._cut)
        timer.daemon = True
        timer.start()
        try:
            return super().getreply()
        finally:
            timer.cancel()

    def _cut(self) -> None:
        if self.sock:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _TlsServer(_Server, smtplib.SMTP_SSL):
    """The same, with TLS from the start."""


class _Fault(Exception):  # noqa: N818 - not an error of the program: why a message was not sent
    """What ends a conversation before the message is handed over."""

    def __init__(self, outcome: Outcome, reason: str, *, everybody: bool = False) -> None:
        super().__init__(reason)
        self.receipt = Receipt(outcome=outcome, reason=reason, everybody=everybody)


@dataclass(slots=True, kw_only=True)
class Smtp:
    """A mail server; `timeout` in seconds holds for each step. The password is never shown."""

    host: str
    port: int
    security: Security
    timeout: float
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None
    _server: _Server | _TlsServer | None = field(default=None, repr=False)

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        """See `Transport.send`; what commits is the dot that ends the message.

        The reply to it decides. Without one that can be read, nobody knows.
        """
        try:
            self._begin(sender, recipient)
            body = re.sub(rb"(?m)^\.", b"..", message)
            self._say(body if body.endswith(b"\r\n") else body + b"\r\n")
        except _Fault as fault:
            self._drop()
            return fault.receipt
        committing()
        return self._end()

    def finish(self) -> None:
        """Say goodbye; whatever comes of that, the message has its fate."""
        server = self._server
        if not server:
            return
        try:
            with contextlib.suppress(OSError, smtplib.SMTPException, ValueError):
                if server.sock:
                    server.sock.settimeout(min(self.timeout, _FAREWELL))
                server.quit()
        finally:
            self._drop()

    def takes_utf8(self) -> bool:
        """See `Transport.takes_utf8`: whether the server offers SMTPUTF8."""
        try:
            return self._connect().has_extn("smtputf8")
        except _Fault as fault:
            ours = fault.receipt.outcome is Outcome.MISCONFIGURED
            raise (ConfigurationError if ours else BusyError)(
                "The mail server cannot be asked whether it takes addresses that are not ASCII: "
                f"{fault}."
            ) from fault
        finally:
            self.finish()

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server:
            with contextlib.suppress(OSError):
                server.close()

    def _begin(self, sender: str, recipient: str) -> None:
        """Everything up to the leave to send the message. Raises `_Fault`."""
        server = self._connect()
        options = []
        if not (sender + recipient).isascii():
            if not server.has_extn("smtputf8"):
                raise _Fault(Outcome.REFUSED, f"{self.host} does not offer SMTPUTF8")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        self._ask(lambda: server.mail(sender, options), everybody=True)
        self._ask(lambda: server.rcpt(recipient))
        self._ask(lambda: server.docmd("DATA"), wanted=_GO_AHEAD)

    def _connect(self) -> _Server | _TlsServer:
        """A greeted server that knows who we are. Raises `_Fault`, of what everybody would meet."""
        try:
            return self._greet()
        except _Fault as fault:
            receipt = fault.receipt
            raise _Fault(receipt.outcome, receipt.reason, everybody=True) from fault

    def _greet(self) -> _Server | _TlsServer:
        try:
            context = ssl.create_default_context(cafile=self.authorities)
        except OSError as error:
            raise _Fault(
                Outcome.MISCONFIGURED,
                f"no certificates can be read in {self.authorities} ({error})",
            ) from error
        with self._faults():
            self._server = server = (
                _TlsServer(self.host, self.port, timeout=self.timeout, context=context)
                if self.security is Security.TLS
                else _Server(self.host, self.port, timeout=self.timeout)
            )
            server.ehlo_or_helo_if_needed()
            if self.security is Security.STARTTLS:
                self._ask(lambda: server.starttls(context=context), everybody=True)
                server.ehlo_or_helo_if_needed()
            if self.user:
                self._log_in(server)
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if (self.user + self.password).isascii():
            server.login(self.user, self.password)
            return
        # smtplib knows ASCII only; PLAIN is UTF-8 (RFC 4616).
        if "PLAIN" not in server.esmtp_features.get("auth", "").upper().split():
            raise _Fault(
                Outcome.MISCONFIGURED, f"{self.host} takes no name or password that is not ASCII"
            )
        secret = base64.b64encode(f"\0{self.user}\0{self.password}".encode()).decode()
        self._ask(lambda: server.docmd("AUTH", f"PLAIN {secret}"), everybody=True)

    def _ask(
        self, command: Callable[[], tuple[int, bytes]], *, wanted: int = 0, everybody: bool = False
    ) -> None:
        """A command and its reply. Raises `_Fault` unless it is a positive one.

        `everybody`: a refusal would meet every recipient, so that something of ours is wrong.
        """
        with self._faults():
            code, said = command()
        if code == wanted or (not wanted and 200 <= code < 300):  # noqa: PLR2004 - positive completion
            return
        raise self._refusal(code, said, everybody=everybody)

    def _refusal(self, code: int, said: bytes | str, *, everybody: bool) -> _Fault:
        text = _text(said)
        reason = f"{self.host}: {code} {text}"
        if not _PERMANENT <= code < 600:  # noqa: PLR2004 - permanent negative completion
            return _Fault(Outcome.DEFERRED, reason, everybody=everybody)
        if everybody or code in _SETUP_CODES or _is_ours(text):
            return _Fault(Outcome.MISCONFIGURED, reason, everybody=everybody)
        return _Fault(Outcome.REFUSED, reason)

    def _say(self, data: bytes) -> None:
        with self._faults():
            assert self._server
            self._server.send(data)

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """What fails before the message is handed over, as a `_Fault`."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code, error.smtp_error, everybody=True) from error
        except ssl.SSLCertVerificationError as error:
            raise _Fault(
                Outcome.MISCONFIGURED,
                f"the certificate of {self.host} is not trusted ({error.verify_message})",
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise _Fault(Outcome.MISCONFIGURED, f"{self.host}: {error}") from error
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError, TimeoutError) as error:
            raise _Fault(Outcome.DEFERRED, self._at(error)) from error
        except ssl.SSLError as error:
            raise _Fault(
                Outcome.MISCONFIGURED,
                f"no TLS with {self.host}:{self.port} ({error.reason or error})",
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            if type(error) is smtplib.SMTPException:  # no way to log in that both know
                raise _Fault(Outcome.MISCONFIGURED, f"{self.host}: {error}") from error
            raise _Fault(Outcome.DEFERRED, self._at(error)) from error
        except (UnicodeError, ValueError) as error:
            raise _Fault(Outcome.MISCONFIGURED, f"{self.host}: {error}") from error

    def _at(self, error: Exception) -> str:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"{self.host}:{self.port}: {reason}"

    def _end(self) -> Receipt:
        """The dot and the reply to it."""
        server = self._server
        assert server
        assert server.sock
        try:
            patience = max(self.timeout, _LEAST_AFTER_DOT)
            server.sock.settimeout(patience)
            server.patience = patience
            server.send(b".\r\n")
            code, said = server.getreply()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return Receipt(outcome=Outcome.UNKNOWN, reason=f"no answer from {self._at(error)}")
        if 200 <= code < 300:  # noqa: PLR2004 - positive completion
            return Receipt(outcome=Outcome.SENT)
        if 400 <= code < 600:  # noqa: PLR2004 - negative completion
            return self._refusal(code, said, everybody=False).receipt
        return Receipt(
            outcome=Outcome.UNKNOWN, reason=f"{self.host} gave no answer that can be read"
        )


def _is_ours(text: str) -> bool:
    """Whether a refusal speaks of us, and not of the address that it repeats."""
    if (enhanced := _ENHANCED.match(text)) and enhanced[1] != _POLICY:
        return False
    return bool(_SETUP_WORDS.search(_ADDRESS.sub(" ", text)))


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
