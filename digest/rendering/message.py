"""An edition as a complete mail message (RFC 5322): text and HTML in one.

The parts stand in multipart/alternative with the plainest first (RFC 2046), both quoted
printable, so that no line is longer than 78 characters; the headers for machines are those
of RFC 2919 (List-Id), RFC 3834 (Auto-Submitted) and RFC 3282 (Content-Language).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from string import Formatter

from digest.addresses import address_key, needs_utf8
from digest.calendar import long_date_en, long_date_nl
from digest.counting import counted
from digest.edition import Edition
from digest.errors import UsageError
from digest.plaintext import plain_line

SUBJECT = "{title_en}: {date_en} · {date_nl} ({items})"
"""What a subject may be made of; `title` is the whole title, `title_en` its part before ` · `."""
_NAMED_SUBJECT = SUBJECT.replace("{title_en}", "{title_en}, {edition}")
"""The usual one of an edition with a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes to whom, about what; `now` is the aware moment of writing."""

    sender: Address
    recipients: tuple[Address, ...]
    subject: str
    now: datetime


def make_message(
    edition: Edition, *, text: str, html: str, envelope: Envelope, whole: str = ""
) -> EmailMessage:
    """The message with which an edition goes to its recipients; `whole` is attached.

    Raises `UsageError` for a subject that names something unknown.
    """
    domain = envelope.sender.domain
    people = (envelope.sender, *envelope.recipients)
    strange = any(needs_utf8(address.addr_spec) for address in people)
    message = EmailMessage(policy=SMTPUTF8 if strange else SMTP)
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
        named = f"-{'-'.join(re.findall(r'[a-z0-9]+', edition.name))}" if edition.name else ""
        name = f"digest-{edition.day.isoformat()}{named}.html"
        message.add_attachment(whole, subtype="html", filename=name, cte="base64")
    message["Content-Language"] = "en, nl"  # last: parts that are added take it along
    return message


def message_id(edition: Edition, envelope: Envelope) -> str:
    """The same for the same date, name, title and recipients, however often it is made."""
    recipients = [address_key(address.addr_spec) for address in envelope.recipients]
    named = [edition.name] if edition.name else []
    key = "\n".join([edition.day.isoformat(), *named, edition.title, *recipients])
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    return f"<digest.{edition.day:%Y%m%d}.{digest}@{envelope.sender.domain}>"


def check_subject(template: str) -> None:
    """Raise `UsageError` for a subject that names something unknown, or more than a name."""
    try:
        fields = list(Formatter().parse(template))
    except ValueError as error:
        raise _wrong_subject(template, str(error)) from error
    for _, name, spec, conversion in fields:
        if name is not None and (name not in _FIELDS or spec or conversion):
            raise _wrong_subject(template, f"{{{name}}} is not known")


def _wrong_subject(template: str, reason: str) -> UsageError:
    return UsageError(
        f"The subject {template!r:.200} cannot be filled in: {reason}.",
        hint="It knows {title}, {title_en}, {date}, {date_en}, {date_nl}, {edition} and {items}.",
    )


_FIELDS = frozenset({"title", "title_en", "date", "date_en", "date_nl", "edition", "items"})


def _subject(edition: Edition, template: str) -> str:
    check_subject(template)
    if edition.name and template == SUBJECT:
        template = _NAMED_SUBJECT
    subject = template.format(
        edition=edition.name,
        title=edition.title,
        title_en=edition.title.split(" · ")[0],
        date=edition.day.isoformat(),
        date_en=long_date_en(edition.day),
        date_nl=long_date_nl(edition.day),
        items=counted(len(edition.entries), "item"),
    )
    # What looks like an encoded word would be decoded (RFC 2047), to whatever is in it.
    return plain_line(subject).replace("=?", "= ?")[:_LONGEST_SUBJECT]


_LONGEST_SUBJECT = 500
