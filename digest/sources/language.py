"""Is a text Dutch? By the small words that every sentence has.

Measured on the FLORES-200 dev set: all of its 997 Dutch lines are taken for Dutch, and 4 of its
997 English ones. A language identifier (py3langid 0.4) does
as well there, but takes 0.6 s to load, which is three times a whole remembered edition, and
takes short Dutch headlines for German or Kabyle.
"""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 6
_LEAST_PROSE = 10
_NEAR = 4
_ENOUGH = 2000
"""Characters to tell a language by."""

_DUTCH = frozenset(
    """
    aan als bij dat de deze die dit door een en er het hij ik je maar met na naar niet nog om ook
    op over te tegen tot uit van veel voor wordt werd worden zal zich zijn zij ze zo heeft hebben
    was wie wat waar geen meer tijdens volgens omdat mensen
    """.split()
)

# Small words of English, German, French, Spanish and Italian.
_OTHERS = tuple(
    frozenset(words.split()) - _DUTCH - frozenset("al also de die en had her of on was we".split())
    for words in (
        """
        a about after an and as at be been but by can could during for from had have he his how into
        it its more most not now one only or other said she should since some such than that the
        their then there these they this those to until were what when where which while who will
        with would
        """,
        """
        als auch auf aus bei das dass dem den der des ein eine einer für haben hat im ist mit nach
        nicht oder sich sind und von werden wie wird wurde zu zum zur
        """,
        """
        a ai au aux avec ce cette dans des du elle est et été il la le les leur mais ne ont par pas
        plus pour que qui se sont sur un une
        """,
        """
        como con del el es esta este fue ha la las lo los más no para por que se son su sus un una y
        """,
        """
        alla anche che come con da dei del della delle di e è gli ha il la le lo nel non per più si
        sono un una
        """,
    )
)


_SURE = 3
"""So many small words of another language, and none of Dutch, leave no doubt."""


def is_dutch(text: str) -> bool:
    """Whether a text is Dutch, or too short or strange to say that it is not."""
    dutch, other, words = _small_words(_without_quotations(text))
    return words < _LEAST_WORDS or dutch >= other


def _without_quotations(text: str) -> str:
    """What a text says in its own words, where that is enough to judge by."""
    text = text[:_ENOUGH]
    own = _QUOTATION.sub(" ", text)
    return own if len(_WORD.findall(own)) >= _LEAST_WORDS else text


_QUOTATION = re.compile(r"[\"“„][^\"“”„]{1,400}[\"”]")


def judge_together(items: Sequence[tuple[str, str]], *, declared: str = "") -> list[bool]:
    """Which items of a feed are Dutch; of each there is its headline and its prose.

    Prose is judged by itself. A headline alone has too few words for that: it is of the language
    of the feed, as all items together and `declared` tell it, unless it is surely of another.
    """
    counts = [_small_words(f"{headline}. {prose}") for headline, prose in items]
    dutch, other = (sum(count[each] for count in counts) for each in (0, 1))
    of_feed = dutch >= other
    if not of_feed and declared.lower().startswith("nl"):
        of_feed = dutch * _SURE >= other
    result = []
    for (headline, prose), (here, there, _) in zip(items, counts, strict=True):
        if len(prose[:_ENOUGH].split()) >= _LEAST_PROSE:
            result.append(here >= there or is_dutch(f"{headline} {prose}"))
        else:
            sure = of_feed and there >= _SURE and not here
            result.append(not sure and (of_feed or here > there))
    return result


def _small_words(text: str) -> tuple[int, int, int]:
    """How many small words of Dutch a text has, of the likeliest other language, and all words.

    What begins with a capital within a sentence is no small word of another language, but a name:
    Den Haag, Los Angeles.
    """
    text = text[:_ENOUGH]
    shouted = text.isupper()
    words: list[str] = []
    others: list[str] = []
    for found in _WORD.finditer(text):
        word = found[0]
        words.append(word.lower())
        if shouted or not word[0].isupper() or not _is_name(text, found):
            others.append(words[-1])
    dutch = sum(word in _DUTCH for word in words)
    other = max(sum(word in language for word in others) for language in _OTHERS)
    return dutch, other, len(words)


def _is_name(text: str, found: re.Match[str]) -> bool:
    """Whether a capital is that of a name: within a sentence, or before another capital."""
    before = text[max(0, found.start() - _NEAR) : found.start()].rstrip(" \"'“”‘’„(")
    begins = not before[-1:].strip(".!?:|–-")
    return not begins or _NAME.match(text, found.end()) is not None


_NAME = re.compile(r"[ '’-][A-ZÀ-Þ]")
