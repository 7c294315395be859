"""How far the meaning check can be trusted: words judged by hand, and human translations.

`judged.tsv` has 300 outputs of starter 2 with the Dutch words whose meaning is wrong or missing
in each, named by hand. A human translation has no wrong words, so a flag in one is an alarm;
human translators word things more freely than models do.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from digest.lexicon.lexicon import load_lexicon
from digest.lexicon.meaning import THRESHOLD, MeaningCheck

_JUDGED = Path(__file__).parent / "judged.tsv"
_WORD = re.compile(r"[\w.,'’-]*\w")
_SETTINGS = (-0.5, 0.0, THRESHOLD, 0.5, 0.8, 1.2)


def curve(pairs: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> list[dict[str, Any]]:
    """Precision and recall by word and by segment, and alarms, for several thresholds."""
    check = MeaningCheck(load_lexicon(), {})
    rows = [line.split("\t") for line in _JUDGED.read_text(encoding="utf-8").splitlines()]
    wrong = [frozenset(words.lower().split("; ")) - {""} for *_, words in rows]
    flagged = [_flags(check, dutch, english) for dutch, english, _ in rows]
    human = {
        name: [_flags(check, *both) for both in zip(*texts, strict=True)]
        for name, texts in pairs.items()
    }
    return [_row(threshold, flagged, wrong, human) for threshold in _SETTINGS]


def _flags(check: MeaningCheck, dutch: str, english: str) -> list[tuple[float, frozenset[str]]]:
    """What is missing: its odds, and the words that it is about."""
    forms = {item.gloss: item.forms for item in check.items(dutch)}
    return [
        (
            lost.odds,
            frozenset(_WORD.findall(dutch[lost.gloss.start : lost.gloss.end].lower()))
            | frozenset(forms.get(lost.gloss, ())),
        )
        for lost in check.check(dutch, english).missing
    ]


def _row(
    threshold: float,
    flagged: list[list[tuple[float, frozenset[str]]]],
    wrong: list[frozenset[str]],
    human: Mapping[str, list[list[tuple[float, frozenset[str]]]]],
) -> dict[str, Any]:
    shown = [[words for odds, words in flags if odds > threshold] for flags in flagged]
    words = [bool(one & bad) for flags, bad in zip(shown, wrong, strict=True) for one in flags]
    found = sum(
        len(frozenset().union(*flags) & bad) for flags, bad in zip(shown, wrong, strict=True)
    )
    right = sum(bool(flags and bad) for flags, bad in zip(shown, wrong, strict=True))
    segments = sum(map(bool, shown))
    row = {
        "odds above": threshold,
        "words flagged": len(words),
        "of them right %": round(100 * sum(words) / len(words)),
        "wrong words found %": round(100 * found / sum(map(len, wrong))),
        "segments flagged %": round(100 * segments / len(shown)),
        "of them faulty %": round(100 * right / segments),
        "faulty found %": round(100 * right / sum(map(bool, wrong))),
    }
    for name, lines in human.items():
        alarms = sum(any(odds > threshold for odds, _ in flags) for flags in lines)
        row[f"alarms, {name} %"] = round(100 * alarms / len(lines))
    return row
