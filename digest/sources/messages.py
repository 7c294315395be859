"""Mail messages as they are built (RFC 5322, 2045): headers, parts and their text."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from digest.cleaning import clean, without_controls
from digest.links import link_address
from digest.sources.decoding import decode, decode_markup

_FORWARD = re.compile(r"(?:fwd?|fw|doorgestuurd|doorst|re|antw)\s*:", re.IGNORECASE)
_MOST_PARTS = 1000
_LONGEST_NAME = 300
_PREFIX = re.compile(
    r"^(?:(?:fwd?|doorgestuurd|doorst|fw|re|antw)\s*:\s*|\[[^\]]{1,40}\]\s*)+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a message is called, who sent it and when, its id, and where it stands on the web.

    `is_forward` says that its subject says so.
    """

    subject: str
    sender: str
    date: str
    key: str
    address: str = ""
    is_forward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """What a message has to read: text, HTML, saved pages and messages that it forwards.

    `is_alternative` says that text and HTML say the same.
    """

    plain: str
    html: str
    is_alternative: bool
    pages: tuple[Message, ...]
    forwarded: tuple[Message, ...]


def read_head(message: Message) -> Head:
    """The headers of a message."""
    name, address = parseaddr(header(message, "From")[:_LONGEST_NAME])
    places = ("Snapshot-Content-Location", "Content-Location", "Archived-At")
    said = (header(message, name).strip("<> ") for name in places)
    return Head(
        subject=without_prefix(header(message, "Subject")),
        sender=name or address,
        date=header(message, "Date"),
        key=header(message, "Message-ID"),
        address=link_address(next(filter(None, said), "")),
        is_forward=bool(_FORWARD.match(header(message, "Subject"))),
    )


def without_prefix(subject: str) -> str:
    """A subject without `Fwd:` and the like, and without the name of a list."""
    return _PREFIX.sub("", subject).strip()


def seal_of(message: Message) -> str:
    """What keeps a message from being read; empty for nothing."""
    for part in _walk(message):
        kind = part.get_content_type()
        if kind == "multipart/encrypted" or (
            kind == "text/plain" and _PGP in payload(part)[:_BEGINNING]
        ):
            return "an encrypted mail message"
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            signed = str(part.get_param("smime-type") or "").lower() == "signed-data"
            return "a mail message sealed with S/MIME" if signed else "an encrypted mail message"
    return ""


_PGP = b"-----BEGIN PGP MESSAGE-----"
_BEGINNING = 4000


def read_bodies(message: Message, *, source: str) -> Bodies:
    """What a message has to read; attachments are left alone."""
    plain: list[str] = []
    html: list[str] = []
    pages: list[Message] = []
    forwarded: list[Message] = []
    is_saved = _is_saved(message)
    start = header(message, "Content-Type") and str(message.get_param("start") or "")
    for part in _walk(message):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            forwarded += _messages(part)
        elif part.is_multipart() or _is_attached(part):
            continue
        elif kind in ("text/html", "application/xhtml+xml"):
            if is_saved or header(part, "Snapshot-Content-Location"):
                is_start = bool(start) and header(part, "Content-ID") == start
                pages.insert(0 if is_start else len(pages), part)
            html.append(decode_markup(payload(part), charset=charset(part)))
        elif kind == "text/plain" and payload(part).strip():
            text = decode(payload(part), source=source, charset=charset(part))
            plain.append(_unsigned(_unflowed(text.replace("\r\n", "\n"), part)))
    kinds = (part.get_content_type() for part in _walk(message))
    if not plain and not html and not forwarded:
        named = (part for part in _walk(message) if part.get_content_type() == "text/plain")
        plain += [decode(payload(part), source=source, charset=charset(part)) for part in named]
    return Bodies(
        plain="\n\n".join(plain),
        html="\n".join(html),
        is_alternative=any(kind == "multipart/alternative" for kind in kinds),
        pages=tuple(pages),
        forwarded=tuple(forwarded),
    )


def _is_saved(message: Message) -> bool:
    """Whether a message is a page that a browser saved (MHTML, RFC 2557)."""
    if header(message, "Snapshot-Content-Location") or _SAVED_BY.search(header(message, "From")):
        return True
    is_related = message.get_content_type() == "multipart/related"
    return is_related and not header(message, "Message-ID")


_SAVED_BY = re.compile(r"^[\"<]*(?:saved by|opgeslagen door)\b", re.IGNORECASE)


def _is_attached(part: Message) -> bool:
    """Whether a part is a file, whatever is in it."""
    is_file = bool(part.get_filename()) and part.get_content_type() == "text/plain"
    return is_file or part.get_content_disposition() == "attachment"


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
    raw = next((str(v) for k, v in message.raw_items() if k.lower() == name.lower()), "")
    raw = raw[:_LONGEST_HEADER]
    if any("\udc80" <= char <= "\udcff" for char in raw):  # bytes as they came
        value = _as_windows(raw)
    else:
        try:
            value = str(make_header(decode_header(raw)))
        except (LookupError, ValueError, HeaderParseError):
            value = raw
    return " ".join(clean(without_controls(value)).split())


_LONGEST_HEADER = 5000


def _as_windows(raw: str) -> str:
    """A header of bytes that nobody encoded: UTF-8, else Windows-1252."""
    data = raw.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def payload(part: Message) -> bytes:
    """The bytes of a part, however they are encoded; of what was cut off those that are there."""
    raw = part.get_payload()
    if header(part, "Content-Transfer-Encoding").lower() == "base64" and isinstance(raw, str):
        letters = re.sub(r"[^A-Za-z0-9+/]", "", raw)
        return base64.b64decode(letters[: len(letters) // 4 * 4])
    try:
        data = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - of what is encoded in an unknown way
        data = None
    return data if isinstance(data, bytes) else str(raw).encode(errors="replace")


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
    deletes = str(part.get_param("delsp") or "").lower() == "yes"
    return re.sub(r"(?<!--) \n(?!\n)", "" if deletes else " ", text)


def _unsigned(text: str) -> str:
    """Text without the signature that it was signed with in the clear (RFC 9580, 7)."""
    if not text.lstrip().startswith("-----BEGIN PGP SIGNED MESSAGE-----"):
        return text
    _, _, rest = text.partition("\n\n")
    signed = rest.partition("\n-----BEGIN PGP SIGNATURE-----")[0]
    return re.sub(r"^- ", "", signed, flags=re.MULTILINE)
