"""chrF: how much of a translation's letters stand in that of a human.

The character n-gram F-score of Popović (2015, chrF: character n-gram F-score for automatic MT
evaluation) with n up to 6 and beta 2, over a whole set of sentences, as sacreBLEU computes it
by default; a test holds it against sacreBLEU.
"""

from collections import Counter
from collections.abc import Sequence

_ORDER = 6
_BETA = 2


def chrf(translations: Sequence[str], references: Sequence[str]) -> float:
    """The score of all sentences together, from 0 to 100."""
    ours, theirs, shared = ([0] * _ORDER for _ in range(3))
    for translation, reference in zip(translations, references, strict=True):
        for index in range(_ORDER):
            one, other = _ngrams(translation, index + 1), _ngrams(reference, index + 1)
            ours[index] += one.total() if other else 0  # as sacreBLEU does
            theirs[index] += other.total()
            shared[index] += (one & other).total()
    counts = [
        (have / total, have / wanted)
        for have, total, wanted in zip(shared, ours, theirs, strict=True)
        if total and wanted
    ]
    if not counts:
        return 0.0
    precision = sum(part for part, _ in counts) / len(counts)
    recall = sum(part for _, part in counts) / len(counts)
    if not precision + recall:
        return 0.0
    factor = _BETA**2
    return 100 * (1 + factor) * precision * recall / (factor * precision + recall)


def _ngrams(text: str, size: int) -> Counter[str]:
    letters = "".join(text.split())
    return Counter(letters[start : start + size] for start in range(len(letters) - size + 1))
