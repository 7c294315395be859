"""Text as a person sees it: composed letters, nothing invisible, no entities left to read."""

import re
import unicodedata
from html.entities import html5

_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
# A joiner that holds an emoji together stays: 👩‍⚕️.
_JOINER = re.compile(
    "(?<![\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])\u200d"
    "|\u200d(?![\u2600-\u27bf\U0001f000-\U0001faff])"
)
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
# What those mean who write the controls of Latin-1: Windows-1252 (HTML 5, 13.2.5.80).
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_C1 = re.compile("[\x80-\x9f]")
_BREAK = re.compile("[\x0b\x0c\x1c\x1d\x1e\u2028\u2029]")
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#(\d{1,8})|#[xX]([\da-fA-F]{1,7})|([A-Za-z][A-Za-z\d]{1,31}));")
_NUMERIC = re.compile(r"&#(?:(\d{1,9})|[xX]([\da-fA-F]{1,8}));?")
_OF_MARKUP = frozenset("<>&\"'")
_AMPERSANDS = re.compile(r"&(?:(?:amp|#0*38|#[xX]0*26);)+(?=#?\w{1,32};)", re.IGNORECASE)
_NO_LETTERS = re.compile(r"[\W_]+")
_DEEPEST = 8
_LAST = 0x10FFFF


def clean(text: str) -> str:
    """A text in NFC with its entities read and without what nobody sees.

    That is zero-width characters, soft hyphens, stray byte order marks and marks of direction;
    halves of pairs are `�`. Controls stay: what is shown goes through `plaintext`.
    """
    text = read_entities(text)
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", whole_pairs(_C1.sub(_from_windows, text)))
    return unicodedata.normalize("NFC", _JOINER.sub("", text) if "\u200d" in text else text)


def letters(text: str) -> str:
    """The letters and digits of a text, in lower case: what stays of it however it is set."""
    return _NO_LETTERS.sub("", text.lower())


def without_controls(text: str) -> str:
    """A text without control characters and non-characters; what breaks lines is a line feed."""
    if not _ODD.search(text):
        return text
    return _NO_TEXT.sub("", _BREAK.sub("\n", _C1.sub(_from_windows, text)).replace("\x1f", " "))


def whole_pairs(text: str) -> str:
    """A text that can be encoded: two halves of a pair are one character, one alone is `�`."""
    return text if text.isascii() else _HALVES.sub(_join_halves, text)


def _from_windows(found: re.Match[str]) -> str:
    return _WINDOWS[ord(found[0])] or found[0]


def _join_halves(found: re.Match[str]) -> str:
    return found[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_entities(text: str) -> str:
    """A text without entities and character references, however often they were escaped.

    Only what ends in a semicolon is one, so that `AT&T` and `R&notities` stay.
    """
    for _ in range(_DEEPEST):
        if "&" not in text:
            break
        read = _ENTITY.sub(_character, _AMPERSANDS.sub("&", text))
        if read == text:
            break
        text = read
    return text


def read_references(text: str) -> str:
    """A text of markup with its numeric references read, but for those that markup needs."""
    return _NUMERIC.sub(_referred, text) if "&#" in text else text


def _referred(found: re.Match[str]) -> str:
    character = _reference(int(found[1]) if found[1] else int(found[2], 16))
    return f"&#{ord(character)};" if character in _OF_MARKUP else character


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return html5.get(f"{name};", found[0])
    return _reference(int(decimal) if decimal else int(hexadecimal, 16))


def _reference(code: int) -> str:
    """The character of a numeric reference, `�` where there is none.

    Half of a pair is given as such: its other half may follow.
    """
    if code in _WINDOWS:
        return _WINDOWS[code]
    return chr(code) if 0 < code <= _LAST else "\ufffd"
