"""What agencies write above a message (its number, desk, length and slug): data, no news.

After the headers of ANP and Belga, and of IPTC 7901, the form that dpa and others send.
"""

import re
from collections.abc import Iterable

from digest.sources.datelines import AGENCIES

_AGENCIES = rf"(?i:{'|'.join(sorted(AGENCIES))})"
_LONGEST = 70
_HEADER = re.compile(
    rf"{_AGENCIES}[ -]{{0,2}}\d{{2,5}}\b(?:[^.!?]|\.(?=\d))*"
    r"|[A-Za-z]{2,5}\d{2,5} \d [A-Za-z]{2,4} \d{2,4}\b[^.!?]*"
    r"|\d{6,8} [a-z]{3} \d{2,4}|ZCZC|NNNN|(?:ONDER )?EMBARGO\b.*"
    rf"|=+{_AGENCIES}\d{{2,5}}\b.*=*|{_AGENCIES}(?:/[a-z]{{2,3}}){{1,3}} \d{{6}}\b.*"
    rf"|(?:[A-Z]{{2,5}} ){{0,3}}\d{{2,5}} [A-Z\d ]{{0,30}}{_AGENCIES}\b[^.!?]*"
    r"|(?=.*[A-Z]{3})(?=.*\d)[\w /.:-]* [\d.]{1,6} (?:woorden|mots|words|tekens)"
)
_SLUG = re.compile(
    r"[A-Z\d]{2,}(?:[-/][A-Z\d]+){1,6}=?"
    r"|/?[A-Za-zÀ-ÿ]{3,}(?:/[A-Za-zÀ-ÿ]{3,}){0,8}/?"
    r"|(?:spoed|flash|bulletin|urgent|rectificatie)\b[^.!?]{0,30}"
    r"|\(?(?:herhaling|herhaald|eerder bericht|embargo|onder embargo|vervolg|aanvulling)\b[^.!?]*"
    r"(?:\d{1,2}\.\d{2})?[^.!?]*\)?"
    r"|(?:slug|trefwoord(?:en)?|rubriek|desk|prioriteit|versie|keywords?)\s*:.*"
    r"|(?:\d{1,2} [a-z]{3} \d{2,4}|\d{1,2}-\d{1,2}-\d{2,4})(?:,? \d{1,2}[.:]\d{2})?",
    re.IGNORECASE,
)
_MARKS = "\x01\x02\x03\x04\x7f \t"
"""What IPTC 7901 puts around the parts of a message."""
_WORD = re.compile(r"\b(?!woorden|words|mots|tekens|regels)[a-zà-ÿ]{4,}\b")
_SIGNED = re.compile(r"[a-z]{2,4}(?:/[a-z]{2,4}){1,2}")


def header_lines(lines: Iterable[str]) -> frozenset[int]:
    """The places of the lines that are headers, what belongs to them, or signatures.

    A slug or a repeat is only one right below another line of a header.
    """
    found = set()
    for index, each in enumerate(lines):
        line = each.strip(_MARKS)
        if len(line) > _LONGEST:
            continue
        below = index - 1 in found and not _SIGNED.fullmatch(line)
        if (
            (_HEADER.fullmatch(line) and not _WORD.search(line))
            or _SIGNED.fullmatch(line)
            or (below and _SLUG.fullmatch(line) and _is_data(line))
        ):
            found.add(index)
    return frozenset(found)


def _is_data(line: str) -> bool:
    """Whether what looks like a slug is one: in capitals, or one of the words for it."""
    return " " in line or not line.islower()
