"""An edition as a complete mail message (RFC 5322): text and HTML in one.

The parts stand in multipart/alternative with the plainest first (RFC 2046), both quoted
printable, so that no line is longer than 78 characters; the headers for machines are those
of RFC 2919 (List-Id), RFC 3834 (Auto-Submitted) and RFC 3282 (Content-Language).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from digest.calendar import long_date_en, long_date_nl
from digest.edition import Edition
from digest.errors import UsageError
from digest.rendering.filters import plain

SUBJECT = "{title_en}: {date_en} · {date_nl} ({items})"
"""What a subject may be made of; `title` is the whole title, `title_en` its part before ` · `."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes to whom, about what; `now` is the aware moment of writing."""

    sender: Address
    recipients: tuple[Address, ...]
    subject: str
    now: datetime


def parse_address(text: str) -> Address:
    """An address, with or without a name. Raises `UsageError` for anything else."""
    try:
        message = EmailMessage(policy=SMTP)
        message["To"] = text
        address: Address
        (address,) = message["To"].addresses
    except (ValueError, IndexError, HeaderParseError) as error:
        raise UsageError(f"{text!r} is not one mail address.") from error
    if not address.username or not address.domain or message["To"].defects:
        raise UsageError(f"{text!r} is not a mail address.")
    return address


def make_message(
    edition: Edition, *, text: str, html: str, envelope: Envelope, whole: str = ""
) -> EmailMessage:
    """The message with which an edition goes to its recipients; `whole` is attached.

    Raises `UsageError` for a subject that names something unknown.
    """
    domain = envelope.sender.domain
    message = EmailMessage(policy=SMTP)
    message["From"] = envelope.sender
    message["To"] = envelope.recipients
    message["Subject"] = _subject(edition, envelope.subject)
    message["Date"] = format_datetime(envelope.now)
    message["Message-ID"] = message_id(edition, envelope)
    message["List-Id"] = f"<digest.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if whole:
        name = f"digest-{edition.day.isoformat()}.html"
        message.add_attachment(whole, subtype="html", filename=name, cte="base64")
    message["Content-Language"] = "en, nl"  # last: parts that are added take it along
    return message


def message_id(edition: Edition, envelope: Envelope) -> str:
    """The same for the same date, title and recipients, however often it is made."""
    recipients = [address.addr_spec.lower() for address in envelope.recipients]
    key = "\n".join([edition.day.isoformat(), edition.title, *recipients])
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    return f"<digest.{edition.day:%Y%m%d}.{digest}@{envelope.sender.domain}>"


def _subject(edition: Edition, template: str) -> str:
    items = len(edition.entries)
    try:
        subject = template.format(
            title=edition.title,
            title_en=edition.title.split(" · ")[0],
            date=edition.day.isoformat(),
            date_en=long_date_en(edition.day),
            date_nl=long_date_nl(edition.day),
            items=f"{items} item{'' if items == 1 else 's'}",
        )
    except (LookupError, ValueError, AttributeError) as error:
        raise UsageError(
            f"The subject {template!r} cannot be filled in: {error}.",
            hint="It knows {title}, {title_en}, {date}, {date_en}, {date_nl} and {items}.",
        ) from error
    return " ".join(plain(subject).split())
