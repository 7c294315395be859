"""What pictures are said to show: captions and the texts that stand for them."""

import re
from collections.abc import Iterable

from digest.article import Paragraph, Role
from digest.cleaning import clean, letters
from digest.sources.roles import find_role

_FEWEST_WORDS = 3
_LONGEST = 600
_NO_WORDS = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg)\b|https?://|\b(?:IMG|DSC)_?\d", re.IGNORECASE
)
_CREDIT = re.compile(
    r"\s*(?:[(\[|/–—-]\s*)?(?:©|\b(?:archief)?foto(?:['’]?s|graaf|grafie)?\s*(?::|©|door\b)"
    r"|\bbeeld\s*(?::|©)).{0,80}$",
    re.IGNORECASE,
)


def described(
    texts: Iterable[str], headline: str, paragraphs: Iterable[Paragraph]
) -> tuple[str, ...]:
    """Those of the texts of pictures that say what one shows, each once, without credits.

    What headline and paragraphs say already, names of files and the like are left out.
    """
    said = letters(" ".join([headline, *(part.text for part in paragraphs)]))
    shown = (_CREDIT.sub("", " ".join(clean(text).split())) for text in texts)
    return tuple(
        text
        for text in dict.fromkeys(shown)
        if len(text.split()) >= _FEWEST_WORDS
        and len(text) <= _LONGEST
        and not _NO_WORDS.search(text)
        and letters(text) not in said
        and find_role(text) is Role.BODY
    )
