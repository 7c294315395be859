"""The bullets and numbers of lists, as browsers draw them (HTML 5, 4.4.5 and 4.4.8)."""

import re
from collections.abc import Mapping

BULLET = "•"
_OPEN = "\0"
"""Stands around the mark of an item whose number is not known yet; no text has it."""
_MARKER = re.compile(r"[•‣◦▪●·*–—-]\s|\d{1,3}[.)]\s")
_LETTERS = 26
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST = 3999
"""Roman numerals go no further."""


def has_marker(text: str) -> bool:
    """Whether a text begins with a bullet or number of its own."""
    return bool(_MARKER.match(text))


class List:
    """A list that is being read, with the number of its next item."""

    def __init__(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._style = attributes.get("type", "1") if tag == "ol" else ""
        self._step = -1 if "reversed" in attributes else 1
        self.is_open = tag == "ol" and self._step < 0 and "start" not in attributes
        """Whether it counts down from a number that is known at its end only."""
        self._count = 0
        self._next = _number(attributes.get("start", ""), 1)

    def marker(self, attributes: Mapping[str, str]) -> str:
        """The mark before the next item, with the space after it."""
        if not self._style:
            return f"{BULLET} "
        self._count += 1
        if self.is_open:
            return f"{_OPEN}{id(self)}:{self._count}{_OPEN} "
        number = _number(attributes.get("value", ""), self._next)
        self._next = number + self._step
        return f"{_in_style(number, self._style)}. "

    def numbered(self, text: str) -> str:
        """The text of an item with its number, where there is a mark for it."""
        mark, found, rest = text.removeprefix(_OPEN).partition(_OPEN)
        name, _, count = mark.partition(":")
        if not found or name != str(id(self)):
            return text
        return f"{_in_style(self._count + 1 - int(count), self._style)}.{rest}"


def _number(text: str, otherwise: int) -> int:
    digits = text.strip().removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 10 else otherwise  # noqa: PLR2004 - what browsers take


def _in_style(number: int, style: str) -> str:
    if style in ("a", "A") and number > 0:
        text = _in_letters(number)
    elif style in ("i", "I") and 0 < number <= _MOST:
        text = _in_roman(number)
    else:
        return str(number)
    return text.upper() if style.isupper() else text


def _in_letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number - 1, _LETTERS)
        letters = chr(ord("a") + letter) + letters
    return letters


def _in_roman(number: int) -> str:
    numeral = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        numeral += letters * times
    return numeral
