"""A real SMTP server on loopback, with TLS and with the faults of real ones."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from digest.delivery.smtp import Security
from tests import DATA

CERTIFICATE = DATA / "tls" / "localhost.pem"
KEY = DATA / "tls" / "localhost.key"


@dataclass
class Mailbox:
    """What a server accepted, and what it answers: `rcpt` and `data` are replies in turn."""

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        reply = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.data.pop(0) if self.data else "250 OK"
        if reply.startswith("250"):
            self.messages += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return reply


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def smtp_server(
    security: Security, *, password: str = ""
) -> Iterator[tuple[Mailbox, dict[str, Any]]]:
    """A server, and the fields with which `Smtp` reaches it."""
    mailbox = Mailbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    options: dict[str, Any] = {"hostname": "localhost"}
    if password:

        def authenticate(
            _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, login: Any
        ) -> AuthResult:
            return AuthResult(success=login.password == password.encode(), handled=False)

        options |= {"authenticator": authenticate, "auth_required": True}
    controller = _Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        security=security,
        context=context,
        options=options,
    )
    controller.start()
    try:
        yield (
            mailbox,
            {
                "host": "localhost" if security is not Security.NONE else "127.0.0.1",
                "port": controller.port,
                "security": security,
                "timeout": 5.0,
                "authorities": CERTIFICATE,
            },
        )
    finally:
        controller.stop()


class _Controller(Controller):  # type: ignore[misc]  # aiosmtpd has no types
    def __init__(
        self,
        handler: Mailbox,
        *,
        hostname: str,
        port: int,
        security: Security,
        context: ssl.SSLContext,
        options: dict[str, Any],
    ) -> None:
        self._security = security
        self._context = context
        self._options = options
        super().__init__(
            handler,
            hostname=hostname,
            port=port,
            ssl_context=context if security is Security.TLS else None,
        )

    def factory(self) -> SMTP:
        if self._security is Security.STARTTLS:
            return SMTP(
                self.handler, tls_context=self._context, require_starttls=True, **self._options
            )
        return SMTP(
            self.handler, auth_require_tls=self._security is not Security.TLS, **self._options
        )
