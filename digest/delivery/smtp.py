"""SMTP over TLS, with the certificate checked."""

import os
import smtplib
import ssl
import stat
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from digest.delivery.transport import Outcome, Receipt
from digest.errors import ConfigurationError

PASSWORD_VARIABLE = "DIGEST_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
_PERMANENT = 500


class Security(StrEnum):
    """How a connection becomes private; `none` is for a server on this machine only."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """A mail server; `timeout` in seconds holds for each step. The password is never shown."""

    host: str
    port: int
    security: Security
    timeout: float
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        """See `Transport.send`; the step that commits is the message itself, after DATA."""
        try:
            with self._connect() as server:
                server.ehlo_or_helo_if_needed()
                if self.user:
                    server.login(self.user, self.password)
                _expect(server.mail(sender), smtplib.SMTPSenderRefused)
                _expect(server.rcpt(recipient), smtplib.SMTPDataError)
                committing()
                _expect(server.data(message), smtplib.SMTPDataError)
        except smtplib.SMTPResponseException as error:
            said = _text(error.smtp_error)
            outcome = Outcome.REFUSED if error.smtp_code >= _PERMANENT else Outcome.DEFERRED
            return Receipt(outcome=outcome, reason=f"{self.host}: {error.smtp_code} {said}")
        except ssl.SSLCertVerificationError as error:
            reason = f"the certificate of {self.host} is not trusted ({error.verify_message})"
            return Receipt(outcome=Outcome.REFUSED, reason=reason)
        except smtplib.SMTPNotSupportedError as error:
            return Receipt(outcome=Outcome.REFUSED, reason=f"{self.host}: {error}")
        except (OSError, smtplib.SMTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            return Receipt(outcome=Outcome.DEFERRED, reason=f"{self.host}:{self.port}: {reason}")
        return Receipt(outcome=Outcome.SENT)

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.authorities)
        if self.security is Security.TLS:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        if self.security is Security.STARTTLS:
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server


def find_password(environment: Mapping[str, str], *, file: Path | None, command: str) -> str:
    """The password, from the environment, a file or the first line that a command prints.

    Raises `ConfigurationError` for a file that others can read, or a command that fails.
    """
    if password := environment.get(PASSWORD_VARIABLE):
        return password
    if file:
        try:
            mode = file.stat().st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO) and os.name == "posix":
                raise ConfigurationError(
                    f"The password file {file} can be read by others.", hint=f"chmod 600 {file}"
                )
            return file.read_text(encoding="utf-8").strip("\n")
        except OSError as error:
            raise ConfigurationError(
                f"The password file {file} cannot be read: {error.strerror}."
            ) from error
    if command:
        done = subprocess.run(  # noqa: S602 - the user's own command line, as in a shell
            command, shell=True, capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode or not done.stdout:
            raise ConfigurationError(f"The password command failed with {done.returncode}.")
        return done.stdout.splitlines()[0]
    return ""


def _expect(reply: tuple[int, bytes], error: type[smtplib.SMTPException]) -> None:
    code, said = reply
    if not 200 <= code < 300:  # noqa: PLR2004 - what SMTP calls positive completion
        if error is smtplib.SMTPSenderRefused:
            raise smtplib.SMTPSenderRefused(code, said, "")
        raise smtplib.SMTPDataError(code, said)


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
