"""Raised and lowered text in a line: powers, units, formulas and ordinals; marks of notes go."""

import re

_BEFORE = re.compile(r"(?:(?P<digits>\d[\d.,]*)|(?P<letters>[^\W\d_]+))\)?$")
_POWER = re.compile(r"[+\u2212–-]?\d{1,3}")
_NOTE = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]{1,3}|[a-z])[\])]?")
_CENTS = re.compile(r"\d{2}")
_BASES = ("2", "10")
_LONGEST_BASE = 3
_LONGEST_UNIT = 2


def raised(tag: str, before: str, text: str, *, linked: bool) -> str:
    """What stands in a line for `text` in `<sup>` or `<sub>` after `before`.

    `10` and `6` are `10^6`, `m` and `2` are `m2`, `1` and `e` are `1e`. The mark of a note, which
    is a link or follows a word, is nothing.
    """
    inner = text.strip()
    if tag == "sub":
        return text
    found = _BEFORE.search(before)
    if _POWER.fullmatch(inner) and found and not linked:
        if found["digits"]:
            if _CENTS.fullmatch(inner) and found["digits"] not in _BASES:  # € 12,95
                return inner if found["digits"].endswith(",") else f",{inner}"
            is_base = len(found["digits"]) <= _LONGEST_BASE
            return f"^{inner}" if is_base else ""
        if len(found["letters"]) <= _LONGEST_UNIT:
            return inner
    if found and found["digits"] and inner.isalpha() and not linked:
        return text  # 1e, 19de
    return "" if _NOTE.fullmatch(inner) else text
