"""Bytes of newsrooms as text, or the reason why they are none."""

import codecs
import re

from digest.errors import InputError

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TEXT_CONTROLS = frozenset("\t\n\v\f\r\x1a\x1c\x1d\x1e\x1f")
_SAMPLE = 1 << 16


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether some characters are of several bytes in UTF-8, and few bytes fit nowhere.

    In Windows-1252 hardly two letters beyond ASCII stand side by side as they would have to.
    """
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return wrong <= _MOST_WRONG * (sum(char > "\x7f" for char in text) - wrong)


_MOST_WRONG = 4


def decode(data: bytes, *, source: str, charset: str = "") -> str:
    """The text of a file: UTF-8, UTF-16, else Windows-1252; a wrong byte order mark is ignored.

    `charset` is that of the HTTP header, if it had one; characters that were cut are `�`.
    Raises `InputError` for what is empty, binary or in another encoding.
    """
    if not data.strip():
        raise InputError(source, "is empty")
    for text in _readings(data, charset):
        if not text.strip():
            raise InputError(source, "is empty")
        if not _is_binary(text):
            return text
    if b"\0" in data[:_SAMPLE] or _is_binary(data[:_SAMPLE].decode("latin-1")):
        raise InputError(source, "is binary, not text", hint="Sources are text files.")
    raise InputError(
        source, "is neither UTF-8, UTF-16 nor Windows-1252 text", hint="Save it as UTF-8."
    )


def decode_markup(data: bytes, *, charset: str = "") -> str:
    """The text of XML, HTML or JSON, whatever it is declared to be.

    A byte order mark goes before `charset`, the one of the HTTP header, and that before what the
    text says of itself (RFC 7303, 3; HTML 5, 13.2.3.2). Where a byte fits nowhere it costs `�`
    and nothing else; Latin-1 and ASCII are read as Windows-1252 (WHATWG Encoding, 4.2).
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if wide := _wide_encoding(data):
        return data.decode(wide, "replace")
    if encoding := _encoding_of(charset):
        return data.decode(encoding, "replace")
    declared = _DECLARED.search(data[:_HEAD])
    encoding = _encoding_of(next(filter(None, declared.groups())).decode()) if declared else ""
    if _is_utf8(data, certain=encoding not in ("", "utf-8")):
        return data.decode("utf-8", "replace")
    return data.decode("cp1252" if encoding in ("", "utf-8") else encoding, "replace")


_HEAD = 4096
_DECLARED = re.compile(
    rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})"""
    rb"""|<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_LATIN = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
_TOLD_OTHERWISE = ("utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode", "raw_", "undefined")
"""What no byte order mark and no zeros speak for, and what is no encoding of text."""


def _encoding_of(label: str) -> str:
    """Python's name of an encoding, empty for one that is unknown or cannot be."""
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
        "".encode(name)
    except (LookupError, ValueError):
        return ""
    if name.startswith(_TOLD_OTHERWISE):
        return ""
    return _LATIN.get(name, name)


def _is_utf8(data: bytes, *, certain: bool) -> bool:
    """Whether bytes are UTF-8: all of them, else more of its characters than what fits nowhere."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return not certain and _is_mostly_utf8(data)
    return not certain or not text.isascii()


def _readings(data: bytes, charset: str) -> list[str]:
    """What the bytes may say, the likeliest first."""
    encodings = [encoding for bom, encoding in _BOMS if data.startswith(bom)]
    body = data[len(_bom_of(data)) :]
    if not encodings and (wide := _wide_encoding(data)):
        encodings.append(wide)
    if told := _encoding_of(charset):
        encodings.append(told)
    readings = []
    for encoding in [*encodings, "utf-8", "cp1252"]:
        try:
            readings.append(body.decode(encoding))
        except UnicodeDecodeError:
            if encoding == "utf-8" and _is_mostly_utf8(body):
                readings.append(body.decode(encoding, "replace"))
    return readings


def _bom_of(data: bytes) -> bytes:
    return next((bom for bom, _ in _BOMS if data.startswith(bom)), b"")


def _wide_encoding(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of western text is zero."""
    sample = data[:_SAMPLE]
    if len(sample) % 2 or len(sample) < 4:  # noqa: PLR2004 - two characters
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd * 10 > half * 7 and even * 10 < half:
        return "utf-16-le"
    if even * 10 > half * 7 and odd * 10 < half:
        return "utf-16-be"
    return ""


def _is_binary(text: str) -> bool:
    """Whether a text has more control characters, or more strange ones, than text has."""
    sample = text[:_SAMPLE]
    controls = sum(char < " " and char not in _TEXT_CONTROLS for char in sample)
    strange = sum(char > "\u2fff" for char in sample)  # beyond any western script
    return controls * 100 > len(sample) or strange * 2 > len(sample)
