"""Why a translated segment is doubtful: each check a small function of source and target.

A check returns True when it finds a reason to doubt. The checks look for the failures that
users of Argos Translate report (loops, copies, lost tails, changed numbers); they are tuned
to raise few false alarms: benchmarks/README.md says how many.
"""

import re
from collections import Counter
from collections.abc import Callable

from digest.edition import Flag
from digest.lexicon.numbers import Language, find_numbers

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TOKEN = re.compile(r"\w+")


def check_segment(dutch: str, english: str) -> tuple[Flag, ...]:
    """The flags of a translation, the gravest first; none when no check doubts it."""
    if is_empty(dutch, english):
        return (Flag.EMPTY,)
    return tuple(flag for flag, doubts in CHECKS.items() if doubts(dutch, english))


def is_empty(dutch: str, english: str) -> bool:
    """No letter or digit in the translation of a text that has some."""
    return _has_content(dutch) and not _has_content(english)


def _has_content(text: str) -> bool:
    return any(char.isalnum() for char in text)


def is_copy(dutch: str, english: str) -> bool:
    """The Dutch came back: most of its words stand in the translation as they were."""
    source = [word.lower() for word in _WORD.findall(dutch) if not word[0].isupper()]
    if len(source) < _COPY_WORDS:
        return False
    target = Counter(word.lower() for word in _WORD.findall(english))
    kept = sum((Counter(source) & target).values())
    return kept >= _COPY_SHARE * len(source)


_COPY_WORDS = 3
_COPY_SHARE = 0.7


def is_loop(dutch: str, english: str) -> bool:
    """A phrase follows itself more often than in the source."""
    return _longest_run(english) > max(_longest_run(dutch), 1)


def _longest_run(text: str) -> int:
    """How often a phrase follows itself immediately; short phrases need more to count."""
    words = [word.lower() for word in _TOKEN.findall(text)]
    most = 1
    for size in range(1, min(12, len(words) // 2) + 1):
        needed = 2 if size >= _LONG_PHRASE else 3
        same = 0  # so many words in a row are those that stand `size` words before them
        for before, word in zip(words, words[size:], strict=False):
            same = same + 1 if word == before else 0
            runs = same // size + 1
            if runs >= needed:
                most = max(most, runs)
    return most


_LONG_PHRASE = 4


def is_wrong_length(dutch: str, english: str) -> bool:
    """Much shorter or longer than a translation of news can be.

    On the 997 pairs of the FLORES-200 dev set the ratio of characters, English to Dutch, is
    between 0.60 and 1.36.
    """
    if len(dutch) < _SHORT:
        return len(english) > len(dutch) * 3 + _SHORT
    ratio = len(english) / len(dutch)
    return not _LEAST <= ratio <= _MOST


_SHORT = 25
_LEAST = 0.5
_MOST = 1.6


def has_wrong_numbers(dutch: str, english: str) -> bool:
    """A number of the source is missing, or the translation has one that the source has not."""
    if not _DIGIT.search(dutch + english):
        return False  # number words alone are too free to be held against each other
    source = find_numbers(dutch, Language.DUTCH)
    target = find_numbers(english, Language.ENGLISH)
    known = frozenset().union(*(number.readings for number in source))
    shown = frozenset().union(*(number.readings for number in target))
    missing = any(n.in_digits and not n.readings & shown for n in source)
    invented = any(n.in_digits and not n.readings & known for n in target)
    return missing or invented


_DIGIT = re.compile(r"\d")


def has_unbalanced_quotes(dutch: str, english: str) -> bool:
    """Quotation marks or brackets were lost, or stand alone."""
    source, target = _count_quotes(dutch), _count_quotes(english)
    if source % 2 != target % 2 or bool(source) != bool(target):
        return not _SINGLE.search(dutch)  # single ones may be apostrophes
    return any(english.count(mark) != dutch.count(mark) for mark in "()[]")


def _count_quotes(text: str) -> int:
    return sum(text.count(mark) for mark in '"“”„‟«»')


_SINGLE = re.compile(r"(?<!\w)['‘‚](?![snt]\b)|['’](?!\w)")


def has_leftover_dutch(dutch: str, english: str) -> bool:
    """Dutch words that are no English ones stand in the translation, outside names."""
    left = 0
    before = ""
    source = {word.lower() for word in _WORD.findall(dutch)}
    for found in _WORD.finditer(english):
        word = found[0]
        lower = word.lower()
        in_name = before[:1].isupper() and lower in _NAME_WORDS
        if word == lower and lower in source and not in_name:
            left += 2 * (lower in _DUTCH_WORDS) + bool(_DUTCH_SHAPE.search(lower))
        before = word
    return left > 1


_DUTCH_WORDS = frozenset(
    """
    aan al alle alleen als andere anders bij daar dat deze dit dus een eens eerst elk en enkele er
    geen geweest haar heb hebben heeft hem het hij hoe hoewel hun ik in ieder iets ja jaar je jij
    jouw
    kan kon kunnen maar maken meer meest mijn moet moeten naar niet nog nooit nu of om omdat onder
    ons onze ook op over pas reeds samen sinds sommige steeds te tegen terwijl toch toen tot tussen
    uit van vanaf vanwege veel volgens voor vooral waar waarin waarom wanneer wat wel werd werden
    wie wij word worden wordt zal ze zeer zelf zich zij zijn zo zonder zou zouden zulke
    """.split()
) - frozenset("al alle als in even me meer mine more of on over pas ten to we were war".split())
_NAME_WORDS = frozenset("van de den der het ten ter te in op aan la le du von".split())
_DUTCH_SHAPE = re.compile(
    r"ij(?!i)|aa|uu|eeuw|ieuw|oei|ooi|sch(?!e|o|i|w|m|n|l)|isch|lijk|heid$|baar$|tje$|dsj|tsj|kk(?!e)"
)


def has_lost_names(dutch: str, english: str) -> bool:
    """A person's or a maker's name of the source has no likeness in the translation.

    Looked at are runs of two or more capitalised words inside a sentence, not after an
    article, of which none is a word that is translated (`Verenigde Staten`); one of them
    must be there.
    """
    target = [word.lower() for word in _WORD.findall(english)]
    return any(
        not any(_resembles(part.lower(), word) for part in name.split() for word in target)
        for name in _find_names(dutch)
    )


_NAME = re.compile(
    r"(?<=[\w,] )(?<!\b[Dd]e )(?<!\b[Hh]et )(?<!\b[Ee]en )"
    r"(?:[A-Z][a-zà-ÿ]{2,} (?:(?:van|de|den|der|ten|ter) )*)+[A-Z][a-zà-ÿ]{2,}"
)
_TRANSLATED = re.compile(
    r"\b(?:Verenigd|Europe|Witte|Tweede|Eerste|Derde|Vierde|Wereld|Raad|Hoge|Hoog|Noord|Zuid|"
    r"Oost|West|Midden|Nieuw|Rode|Zwarte|Groene|Gouden|Grote|Kleine|Koning|Prins|Sint|Heilig|"
    r"Ministerie|Partij|Bank|Huis|Staten|Staat|Zee|Oceaan|Eilanden|Kamer|Unie|Hof|Nationa|Den\b|"
    r"Internationa|Algeme|Republiek|Koninkrijk|Universiteit|Commissie|Oorlog|Vrede|Berg|Rivier|"
    r"Zaken|Financi|Justiti|Defensie|Onderwijs|Sociale|Volksgez|Infrastr|Openbar|Hoofd|Vlaams|"
    r"Nederland|Duits|Frans|Engel|Brits|Belgi|Midde|Centra|Saoedi|Konink)|(?:se|sche|ste)\b"
)


def _find_names(dutch: str) -> list[str]:
    return [name for name in _NAME.findall(dutch) if not _TRANSLATED.search(name)]


def _resembles(name: str, word: str) -> bool:
    """Whether a word may be the name in another spelling: it begins alike."""
    return word[:3] == name[:3] or (len(word) > 3 and word[1:4] == name[1:4])  # noqa: PLR2004


def has_stray_symbols(dutch: str, english: str) -> bool:
    """Signs that news does not use, and that the source has not."""
    return any(char in _STRAY and char not in dutch for char in english)


_STRAY = frozenset("♪♫_|<>{}\\^~¬¦▁⁇\ufffd□■◊†‡¶♥★☆")

CHECKS: dict[Flag, Callable[[str, str], bool]] = {
    Flag.COPY: is_copy,
    Flag.LOOP: is_loop,
    Flag.LENGTH: is_wrong_length,
    Flag.NUMBERS: has_wrong_numbers,
    Flag.DUTCH: has_leftover_dutch,
    Flag.NAMES: has_lost_names,
    Flag.QUOTES: has_unbalanced_quotes,
    Flag.SYMBOLS: has_stray_symbols,
}
"""The checks by the flag they raise, the gravest first; `Flag.EMPTY` goes before them all."""
