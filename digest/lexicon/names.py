"""Names that Dutch and English spell differently: `Sjostakovitsj`, `Shostakovich`."""

import re

_SOUNDS = (
    ("tsj", "ch"),
    ("dzj", "j"),
    ("sj", "sh"),
    ("oe", "u"),
    ("ou", "u"),
    ("kh", "ch"),
    ("zj", "zh"),
    ("ij", "y"),
    ("j", "y"),
    ("ck", "k"),
    ("c", "k"),
    ("q", "k"),
    ("z", "s"),
    ("ae", "a"),
    ("y", "i"),
)
_ACCENTS = str.maketrans("éèêëïíîöóòôüúûäáàâçñ", "eeeeiiioooouuuaaaacn")
_DOUBLED = re.compile(r"(.)\1+")
_SHORT = 8

_COGNATES = (
    ("sfeer", "sphere"),
    ("isch", "ic"),
    ("teit", "ty"),
    ("atie", "ation"),
    ("logie", "logy"),
    ("f", "ph"),
    ("k", "c"),
)


def sound(name: str) -> str:
    """A name in lower case, spelt so that both languages agree more often."""
    name = name.translate(_ACCENTS)
    for dutch, common in _SOUNDS:
        name = name.replace(dutch, common)
    return _DOUBLED.sub(r"\1", name)


def cognate(word: str) -> str:
    """How English would spell a Dutch word of Greek or Latin descent: `fotosfeer`."""
    for dutch, english in _COGNATES:
        word = word.replace(dutch, english)
    return word


def is_close(one: str, other: str, most: int = 0) -> bool:
    """Whether two words begin alike and differ in at most `most` letters.

    Without `most` a long word may differ in two letters, a short one in one (Levenshtein
    distance).
    """
    if one == other:
        return True
    most = most or (1 if len(one) < _SHORT else 2)
    if one[:1] != other[:1] or abs(len(one) - len(other)) > most:
        return False
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        before, row = row, [index]
        for place, partner in enumerate(other, 1):
            swap = before[place - 1] + (letter != partner)
            row.append(min(before[place] + 1, row[-1] + 1, swap))
        if min(row) > most:
            return False
    return row[-1] <= most
