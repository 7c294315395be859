"""Mail messages as they are built (RFC 5322, 2045): headers, parts and their text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr

from digest.cleaning import clean, without_controls
from digest.links import link_address
from digest.sources.decoding import decode, decode_markup

_MOST_PARTS = 1000
_PREFIX = re.compile(
    r"^(?:(?:fwd?|doorgestuurd|doorst|fw|re|antw)\s*:\s*|\[[^\]]{1,40}\]\s*)+", re.IGNORECASE
)
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a message is called, who sent it and when, its id, and where it stands on the web."""

    subject: str
    sender: str
    date: str
    key: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """What a message has to read: text, HTML, saved pages and messages that it forwards."""

    plain: str
    html: str
    pages: tuple[Message, ...]
    forwarded: tuple[Message, ...]


def read_head(message: Message) -> Head:
    """The headers of a message."""
    name, address = parseaddr(header(message, "From"))
    places = ("Snapshot-Content-Location", "Content-Location", "Archived-At")
    said = (header(message, name).strip("<> ") for name in places)
    return Head(
        subject=without_prefix(header(message, "Subject")),
        sender=name or address,
        date=header(message, "Date"),
        key=header(message, "Message-ID"),
        address=link_address(next(filter(None, said), "")),
    )


def without_prefix(subject: str) -> str:
    """A subject without `Fwd:` and the like, and without the name of a list."""
    return _PREFIX.sub("", subject).strip()


def is_sealed(message: Message) -> bool:
    """Whether a message is encrypted."""
    return any(part.get_content_type() in _SEALED for part in _walk(message))


def read_bodies(message: Message, *, source: str) -> Bodies:
    """What a message has to read; attachments are left alone."""
    plain: list[str] = []
    html: list[str] = []
    pages: list[Message] = []
    forwarded: list[Message] = []
    is_related = message.get_content_type() == "multipart/related"
    is_saved = bool(header(message, "Snapshot-Content-Location")) or (
        is_related and not header(message, "From")
    )
    for part in _walk(message):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            forwarded += _messages(part)
        elif part.get_content_disposition() == "attachment" or part.is_multipart():
            continue
        elif kind in ("text/html", "application/xhtml+xml"):
            if is_saved or header(part, "Snapshot-Content-Location"):
                pages.append(part)
            html.append(decode_markup(payload(part), charset=charset(part)))
        elif kind == "text/plain" and payload(part).strip():
            text = decode(payload(part), source=source, charset=charset(part))
            plain.append(_unflowed(text.replace("\r\n", "\n"), part))
    return Bodies(
        plain="\n\n".join(plain),
        html="".join(html[:1]),
        pages=tuple(pages),
        forwarded=tuple(forwarded),
    )


def _messages(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def _walk(message: Message) -> Iterator[Message]:
    """The parts of a message that are read, itself too; what is forwarded is not entered."""
    stack: list[Message] = [message]
    seen = 0
    while stack and seen < _MOST_PARTS:
        part = stack.pop()
        seen += 1
        yield part
        if part is message or part.get_content_type() != "message/rfc822":
            stack += reversed(_messages(part))


def header(message: Message, name: str) -> str:
    """A header of a message as text in one line; a broken one as far as it can be read."""
    try:
        value = str(message.get(name) or "")
    except Exception:  # noqa: BLE001 - the parsers of headers raise anything
        value = next((str(v) for k, v in message.raw_items() if k.lower() == name.lower()), "")
    return " ".join(clean(without_controls(value)).split())


def payload(part: Message) -> bytes:
    """The bytes of a part, however they are encoded."""
    try:
        data = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - of what is encoded in an unknown way
        data = None
    return data if isinstance(data, bytes) else str(part.get_payload()).encode(errors="replace")


def charset(part: Message) -> str:
    """The charset that a part names, if any."""
    try:
        return str(part.get_content_charset() or "")
    except Exception:  # noqa: BLE001 - see above
        return ""


def _unflowed(text: str, part: Message) -> str:
    """Text in which lines that flow on are one (RFC 3676)."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    return re.sub(r"(?<!--) \n(?!\n)", " ", text)
