"""Lines of wire copy that are no prose: bylines, tables, advertisements, links, credits."""

import re

from digest.article import Role

_LONGEST = 200

_PATTERNS = (
    (Role.SEPARATOR, r"[-–—=*_~•.\s]{3,}|\*\s*\*\s*\*|#{3,}"),
    (
        Role.ADVERTISEMENT,
        r"\(?\[?(?:advertentie|advertorial|reclame|gesponsord)(?:e inhoud)?\]?\)?[.:]?",
    ),
    (
        Role.LINK,
        (
            r"(?:lees|bekijk|kijk|zie|luister)\s+(?:hier\s+)?(?:ook|meer|verder|terug)\b.*"
            r"|(?:volg|download|deel)\s+(?:ons|onze|dit)\b.*"
        ),
    ),
    (
        Role.CREDIT,
        (
            r"(?:\(c\)|©|copyright)\s.*|(?:bron|foto|beeld|illustratie)\s*:\s.*|©.*"
            r"|\((?:anp|belga|afp|reuters|dpa|ap|novum)(?:/\w+)*\)\.?"
        ),
    ),
    (
        Role.BYLINE,
        (
            r"(?:door|van)\s+(?:onze\s+(?:\w+\s+)?(?:redacteur|redactie|correspondent|verslaggever)\w*.*"
            r"|[A-ZÀ-Þ][\w'’-]+(?:\s+(?:van|de|den|der|ten|ter|[A-ZÀ-Þ][\w'’-]*\.?))+"
            r"(?:\s+en\s+[A-ZÀ-Þ][\w'’-]+(?:\s+[\w'’-]+)*)?)"
        ),
    ),
)
_COMPILED = tuple(
    (role, re.compile(pattern, 0 if role is Role.BYLINE else re.IGNORECASE))
    for role, pattern in _PATTERNS
)
_BYLINE_START = re.compile(r"[Dd]oor|[Vv]an|DOOR|VAN")


def find_role(text: str) -> Role:
    """What a line is; `Role.BODY` for prose and for all that is not recognised."""
    if "\t" in text.strip() or text.count(" | ") > 1:
        return Role.TABLE
    if len(text) > _LONGEST:
        return Role.BODY
    line = text.strip()
    if start := _BYLINE_START.match(line):
        line = start[0].lower() + line[start.end() :]
    for role, pattern in _COMPILED:
        if pattern.fullmatch(line):
            return role
    return Role.BODY


def english_byline(text: str) -> str:
    """A byline in English: `Door Jan Jansen` → `By Jan Jansen`."""
    words = text.strip()
    for dutch, english in _BYLINE_WORDS:
        words = re.sub(dutch, english, words, flags=re.IGNORECASE)
    return words


_BYLINE_WORDS = (
    (r"^(?:door|van)\b", "By"),
    (r"\bonze redactie\b", "our editors"),
    (r"\bonze redacteur\b", "our editor"),
    (r"\bonze redacteuren\b", "our editors"),
    (r"\bonze correspondent\b", "our correspondent"),
    (r"\bonze verslaggever\b", "our reporter"),
    (r"\bonze verslaggevers\b", "our reporters"),
    (r"\bonze (\w+redacteur)\b", r"our \1"),
    (r"\sen\s", " and "),
)
