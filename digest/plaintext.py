"""The one door through which text from outside goes before a person's terminal shows it."""

import re

_UNSAFE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and line feed
    "\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff"  # halves of surrogate pairs, which cannot be encoded
    "\U000e0000-\U000e007f"  # tags: text that nobody sees
    "\ufffe\uffff"  # no characters, which no XML document may have
)
_OUTSIDE = re.compile(f"[{_UNSAFE}]")
_EMPHASIS = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;;(?:(?:https?://|mailto:)[!-~]{1,2000})?\x1b\\")
"""Colour and emphasis, and where a link to the web begins and ends (OSC 8)."""


def readable(text: str) -> str:
    """A file name or argument as text; bytes of it that are no UTF-8 are shown as such."""
    return encoded(text).decode(errors="replace")


def encoded(text: str) -> bytes:
    """A text in UTF-8; file names and arguments that are none are as they came in."""
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # halves of pairs that no file name brings in
        return text.encode(errors="replace")


def plain(text: str) -> str:
    """Text without control characters, so that nothing can steer a terminal.

    Marks that turn the direction of writing, invisible ones and tag characters go too, and
    soft hyphens, which terminals show; tabs and line feeds stay.
    """
    return _OUTSIDE.sub("", text)


def plain_line(text: str) -> str:
    """The same in one line."""
    return " ".join(plain(text).split())


def plain_emphasised(text: str) -> str:
    """The same, where escape sequences that set colour, emphasis and links may stay."""
    pieces = []
    start = 0
    for found in _EMPHASIS.finditer(text):
        pieces += [plain(text[start : found.start()]), found[0]]
        start = found.end()
    return "".join([*pieces, plain(text[start:])])


def escaped(json: str) -> str:
    """JSON in which such characters are written as escapes: nothing is lost, nothing steers."""
    return _OUTSIDE.sub(_escape, json)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x10000:  # noqa: PLR2004 - what fits in one escape
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
