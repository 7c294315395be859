"""The options of `digest run` that are about mail and state, and what they open."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import gather, note
from digest.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from digest.archive.store import Archive
    from digest.delivery.transport import Transport
    from digest.outbox import Sendings
    from digest.rendering.message import Envelope

DEFERRED = 75
INCOMPLETE = 3
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
        help="The subject, with {title}, {title_en}, {date}, {date_en}, {date_nl}, {items}.",
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
        type=click.FloatRange(0.1),
        default=30.0,
        show_default=True,
        help="Seconds to wait for the mail server or program.",
    ),
    click.option(
        "--retry-for",
        type=click.FloatRange(0),
        default=60.0,
        show_default=True,
        help="Seconds of waiting between second tries, when the server says later.",
    ),
)
mail_options = gather(MailOptions, "mail", *_options)


def open_transport(mail: MailOptions) -> Transport:
    """What sends the mail. Raises `UsageError` or `ConfigurationError` when it is not set up."""
    from digest.delivery.sendmail import Sendmail
    from digest.delivery.smtp import Security, Smtp, find_password

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


def envelopes(mail: MailOptions, now: datetime) -> tuple[Envelope, ...]:
    """An envelope for each recipient; none without sender and recipients."""
    from digest.rendering.message import Envelope, parse_address

    if not mail.sender or not mail.recipients:
        return ()
    sender = parse_address(mail.sender)
    return tuple(
        Envelope(
            sender=sender, recipients=(parse_address(recipient),), subject=mail.subject, now=now
        )
        for recipient in dict.fromkeys(mail.recipients)
    )


def common_envelope(mail: MailOptions, now: datetime) -> Envelope | None:
    """One envelope for all recipients together, for a message that goes to a file."""
    from dataclasses import replace

    each = envelopes(mail, now)
    recipients = tuple(address for envelope in each for address in envelope.recipients)
    return replace(each[0], recipients=recipients) if each else None


def send_waiting(archive: Archive, transport: Transport, mail: MailOptions) -> Sendings:
    """Send the outbox, and say on standard error what was not sent."""
    from digest.config import find_zone
    from digest.outbox import Clock, send_outbox

    zone = find_zone()
    clock = Clock(now=lambda: datetime.now(zone), sleep=time.sleep)
    sendings = send_outbox(archive, transport, clock=clock, patience=mail.retry_for)
    for recipient, reason in sendings.deferred:
        note(f"digest: {recipient}: not now, the next run tries again ({reason})")
    for recipient, reason in sendings.refused:
        note(f"digest: {recipient}: refused ({reason})")
    for recipient in sendings.unknown:
        note(
            f"digest: {recipient}: an earlier run was stopped while sending, it may have arrived; "
            "--force sends again"
        )
    return sendings


def exit_code(*all_sendings: Sendings) -> int:
    """75 when something waits for the next run, 3 when something will not be sent."""
    if any(sendings.deferred for sendings in all_sendings):
        return DEFERRED
    if any(sendings.refused or sendings.unknown for sendings in all_sendings):
        return INCOMPLETE
    return 0
