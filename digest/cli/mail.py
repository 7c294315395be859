"""The options of `digest run` that are about mail, what they open, and what they say."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.groups import gather
from digest.cli.streams import warn
from digest.cli.types import Seconds
from digest.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.archive.store import Archive
    from digest.archive.values import StoredMessage
    from digest.delivery.transport import Transport
    from digest.outbox import Fate, Sendings
    from digest.rendering.message import Envelope

_SENDMAIL_PLACES = "/usr/sbin:/usr/lib:/usr/local/sbin:/usr/bin:/usr/local/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOptions:
    """What the options about mail say."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    send: str
    sendmail: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_password_file: Path | None
    smtp_password_command: str
    smtp_ca_file: Path | None
    mail_timeout: float
    retry_for: float


_options = (
    click.option("--from", "sender", default="", help="Who the mail is from."),
    click.option("--to", "recipients", multiple=True, help="Who gets it; repeat it for several."),
    click.option(
        "--subject",
        default="{title_en}: {date_en} · {date_nl} ({items})",
        show_default=True,
        help="The subject, with {title}, {title_en}, {date}, {date_en}, {date_nl}, {edition}, "
        "{items}.",
    ),
    click.option(
        "--send",
        type=click.Choice(["", "sendmail", "smtp"]),
        default="",
        help="Mail the edition to each recipient, once for a date, instead of printing it.",
    ),
    click.option(
        "--sendmail", default="", help="The program that takes `sendmail -t`.  [default: searched]"
    ),
    click.option("--smtp-host", default="", help="The mail server."),
    click.option(
        "--smtp-port",
        type=click.IntRange(0, 65535),
        default=0,
        help="Its port.  [default: 587 for starttls, 465 for tls, 25 for none]",
    ),
    click.option(
        "--smtp-security",
        type=click.Choice(["starttls", "tls", "none"]),
        default="starttls",
        show_default=True,
        help="How the connection becomes private; none is for a server on this machine.",
    ),
    click.option("--smtp-user", default="", help="The name to log in with."),
    click.option(
        "--smtp-password-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file with the password, readable by you alone. Or set DIGEST_SMTP_PASSWORD.",
    ),
    click.option("--smtp-password-command", default="", help="A command that prints the password."),
    click.option(
        "--smtp-ca-file",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help="Certificates to trust instead of those of the system.",
    ),
    click.option(
        "--mail-timeout",
        type=Seconds(0.1),
        default=30.0,
        show_default=True,
        help="Seconds to wait for the mail server or program; for its word that it has the "
        "message, a server gets ten minutes at least.",
    ),
    click.option(
        "--retry-for",
        type=Seconds(0),
        default=60.0,
        show_default=True,
        help="Seconds of waiting between second tries, when the server says later.",
    ),
)
mail_options = gather(MailOptions, "mail", "Mail", *_options)


def open_transport(mail: MailOptions) -> Transport:
    """What sends the mail. Raises `UsageError` or `ConfigurationError` when it is not set up."""
    from digest.delivery.password import find_password
    from digest.delivery.sendmail import Sendmail
    from digest.delivery.smtp import Security, Smtp

    if not mail.sender or not mail.recipients:
        raise UsageError("Mail needs --from and --to.")
    if mail.send == "sendmail":
        command = mail.sendmail or find_sendmail()
        if not command or not shutil.which(command):
            raise ConfigurationError(
                f"There is no program {mail.sendmail or 'sendmail'}.",
                hint="Install msmtp or a mail server, or name one with --sendmail.",
            )
        return Sendmail(command=command, timeout=mail.mail_timeout)
    if not mail.smtp_host:
        raise UsageError("--send smtp needs --smtp-host.")
    security = Security(mail.smtp_security)
    if security is Security.NONE and mail.smtp_host not in {"localhost", "127.0.0.1", "::1"}:
        raise UsageError("--smtp-security none is for a server on this machine only.")
    ports = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
    return Smtp(
        host=mail.smtp_host,
        port=mail.smtp_port or ports[security],
        security=security,
        timeout=mail.mail_timeout,
        user=mail.smtp_user,
        password=find_password(
            os.environ, file=mail.smtp_password_file, command=mail.smtp_password_command
        )
        if mail.smtp_user
        else "",
        authorities=mail.smtp_ca_file,
    )


def find_sendmail() -> str | None:
    """The `sendmail` of this machine; cron's path does not have its usual places."""
    return shutil.which("sendmail") or shutil.which("sendmail", path=_SENDMAIL_PLACES)


def envelopes(mail: MailOptions, now: datetime) -> dict[str, Envelope]:
    """An envelope for each recipient, by what addresses are compared by; none without both."""
    from digest.addresses import address_key, parse_address
    from digest.rendering.message import Envelope

    if not mail.sender or not mail.recipients:
        return {}
    sender = parse_address(mail.sender)
    addresses = [parse_address(recipient) for recipient in mail.recipients]
    found: dict[str, Envelope] = {}
    for address in addresses:
        envelope = Envelope(sender=sender, recipients=(address,), subject=mail.subject, now=now)
        found.setdefault(address_key(address.addr_spec), envelope)
    return found


def check_utf8(addressed: Iterable[Envelope], transport: Transport) -> None:
    """Raise `UsageError` for an address that is not ASCII where nothing takes such ones."""
    from digest.addresses import needs_utf8

    strange = [
        address.addr_spec
        for envelope in addressed
        for address in (envelope.sender, *envelope.recipients)
        if needs_utf8(address.addr_spec)
    ]
    if strange and not transport.takes_utf8():
        raise UsageError(
            f"{strange[0]} is not ASCII before the @, which the mail server does not take.",
            hint="Only a server that offers SMTPUTF8 does, with --send smtp.",
        )


def common_envelope(mail: MailOptions, now: datetime) -> Envelope | None:
    """One envelope for all recipients together, for a message that goes to a file."""
    from dataclasses import replace

    each = tuple(envelopes(mail, now).values())
    recipients = tuple(address for envelope in each for address in envelope.recipients)
    return replace(each[0], recipients=recipients) if each else None


def send_waiting(archive: Archive, transport: Transport, mail: MailOptions) -> Sendings:
    """Send the outbox, and say on standard error what was not sent."""
    from digest.config import find_zone
    from digest.outbox import Clock, send_outbox

    zone = find_zone()
    clock = Clock(now=lambda: datetime.now(zone), sleep=time.sleep)
    return send_outbox(archive, transport, clock=clock, patience=mail.retry_for, tell=tell)


def tell(message: StoredMessage, fate: Fate, reason: str) -> bool:
    """Say on standard error what became of a message; whether that could be said."""
    from digest.outbox import Fate

    what = {
        Fate.DEFERRED: f"not now, the next run tries again ({reason})",
        Fate.MISCONFIGURED: f"not sent, it waits until this is put right: {reason}",
        Fate.REFUSED: f"refused ({reason}); its items come with the next edition, "
        "--force sends it again now",
        Fate.UNKNOWN: f"the message of {message.day} may have arrived or not ({reason}); it is "
        "not sent again, but with --force",
        Fate.DAMAGED: f"{reason} `digest outbox drop {message.id}` gives the message up.",
    }[fate]
    return warn(f"{message.address}: {what}")
