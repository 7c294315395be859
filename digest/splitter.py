"""Dutch text as sentences, by rule; the pieces joined give the text back exactly.

A sentence ends at `.`, `!`, `?` or `…` (and the quotes or brackets that close there)
before white space and something that can begin a sentence. A full stop ends none after
an abbreviation, an initial, or a number that counts a list. The abbreviations are those
that Dutch news copy uses; the rules of writing them are those of the Dutch Language Union.
"""

import re
from collections.abc import Iterator

# Never the last word of a sentence: a name, a number or an explanation follows.
_INNER = frozenset(
    """
    a.u.b aant afd afl afz alg amb arr art asp ass b.d bc bijl bijv bijz bv bvb c.q ca cf chr cie co
    col coll dl excl ged gld incl inz jg mnd tab vb
    d.d d.i d.m.v d.w.z dd dep dhr dir distr div dr dra drs ds e.a e.v ed eds eng evt excl fa
    fam fig fr gebr gem gen geb get gr h.m h.s hfdst hh hoofdst i.c i.c.m i.h.a i.h.b i.p.v
    i.s.m i.t.t i.v.m ing ingez ir jhr jkvr jr k.k kap kl kol kon l.l lic lt ltz luit m.a.w
    m.b.t m.b.v m.i m.i.v m.m.v m.n m.u.v maj med mej mevr mgr mha mr mrs ms mw
    n.a.v nl no nr nrs o.a o.b.v o.g.v o.i.d o.l.v o.m o.m.v o.t.t ong onderoff opm p.a p.p par
    penn plm plv prof prot red ref resp s.v.p secr sen sgt sr st sub t.a.v t.b.v t.e.m t.g.v
    t.h.v t.n.v t.o.v t.w t.w.v v.v tel temp toel u.a v.a v.d v.h v.l.n.r v.m vert vgl vlg vml vnl
    volg vols vs vz w.o.v wed wnd z.g z.s.m zg zgn burg blz pag p hs ev
    """.split()
)
# May end a sentence, and does so unless a number follows: 12 dec. 2025.
_FINAL = frozenset(
    """
    jan feb mrt apr jun jul aug sep sept okt nov dec a.s a.m p.m b.v b.v.d e.d enz etc e.t.c jl
    jr sr l.l n.v v.chr n.chr c.s ma di wo do vr za zo
    """.split()
)
# After a number they end a sentence where a word follows that often begins one: 5 mln. De omzet,
# but 5 mln. Nederlanders, and min. Van Weel.
_UNITS = frozenset("cm dm gr ha kg km max min mld mln mm pct sec".split())
_COMPANIES = frozenset("inc ltd".split())

_ABBREVIATIONS = _INNER | _FINAL | _UNITS | _COMPANIES
_STARTERS = frozenset(
    """
    aan al als bij daar daarmee daarna daarom dat de deze die dit door een er geen haar het
    hier hij hoe hun ik in je jij maar men met na naar nadat of om omdat ondanks onder ook op
    over sinds terwijl toch toen tot uit van vanaf via volgens voor waar wanneer want wat we
    wie wij zal ze zij zijn zo alle beide bovendien dan dit dus echter eerder en gisteren
    hierdoor inmiddels intussen later momenteel morgen niemand nu sommige tegelijk tevens
    tijdens uiteindelijk vandaag veel verder vervolgens
    """.split()
)

LONGEST = 1000
"""Characters; what looks at a segment, a model too, need not reckon with more."""
CLAUSE_END = re.compile(r"[;:,–—]\s+")
SPACE = re.compile(r"\s+")
_LONGEST_WORD = 40
_LETTERS_OF_A_NAME = 3
"""V.V.D., A.S.R.: people have fewer initials, and other words behind them."""

_BOUNDARY = re.compile(r"""(?<![.!?…])(?P<mark>[.!?…]+)(?P<close>["'”’»)\]]*)(?P<gap>\s+)""")
_BEGIN = re.compile(
    r"""(?:,,\s?|`{1,2})?["'“”„‘’«(\[–—-]{0,9}?(?:['’][snt]\s{1,9})?["'“”„‘’«(\[–—-]{0,9}(?P<first>\w)"""
)
_LAST_WORD = re.compile(r"[^\s\"'“”„‘’«»()\[\]/]+$")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.-?)*(?:[^\W\d_]|Chr?|Fr|IJ|Ph|Th|Tj)")
_ENUMERATION = re.compile(r"\s*[\"“„(]*(?:\d{1,3}|[ivx]{1,4}|[a-z])")
_ENUMERATED = re.compile(r"(?:[,;:]|\b\d{1,2}\.\s.{1,30}\b(?:en|of))\s+\d{1,2}$")


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text`, each with the white space after it.

    A sentence of more than `LONGEST` characters, which nobody writes, comes in parts. The
    pieces are not empty and joined are `text`; the empty text has none.
    """
    pieces = []
    start = 0
    for found in _BOUNDARY.finditer(text):
        if _ends_sentence(text, start, found):
            pieces.append(text[start : found.end()])
            start = found.end()
    if start < len(text):
        pieces.append(text[start:])
    return tuple(part for piece in pieces for part in _cut(piece))


def _cut(sentence: str) -> Iterator[str]:
    """A sentence in parts that are not too long: at clauses, else at words, else anywhere."""
    start = 0
    while len(sentence) - start > LONGEST:
        window = sentence[start : start + LONGEST]
        for border in (CLAUSE_END, SPACE):
            if ends := [found.end() for found in border.finditer(window, LONGEST // 2)]:
                break
        else:
            ends = [LONGEST]
        yield sentence[start : start + ends[-1]]
        start += ends[-1]
    if start < len(sentence):
        yield sentence[start:]


def _ends_sentence(text: str, start: int, found: re.Match[str]) -> bool:
    begin = _BEGIN.match(text, found.end())
    if not begin:
        return False
    first = begin["first"]
    if not (first.isupper() or first.isdigit()):
        return False
    if found["mark"] != "." or found["close"]:
        return True
    before = text[max(start, found.start() - _LONGEST_WORD - 1) : found.start()]
    if _counts_on(before, text, found.end()):
        return False
    return _full_stop_ends(before, _word_at(text, begin.start("first")))


def _counts_on(before: str, text: str, end: int) -> bool:
    """Whether a number begins a list within a sentence: `1. Ajax, 2. PSV`."""
    number = re.search(r"(?<!\d)\d{1,2}$", before)
    if not number:
        return False
    goes_on = rf"[^.!?]{{1,60}}?(?:[,;]|\ben)\s+{int(number[0]) + 1}\.\s"
    return re.compile(goes_on).match(text, end) is not None


def _full_stop_ends(before: str, following: str) -> bool:
    """Whether a single full stop after `before` ends a sentence; `following` is the next word.

    Of what stands before, the last words are enough.
    """
    if _ENUMERATION.fullmatch(before) or _ENUMERATED.search(before):
        return False
    last = _LAST_WORD.search(before[-_LONGEST_WORD:])
    if not last:
        return True
    word = last[0]
    if word.lower() in _ABBREVIATIONS:
        return _abbreviation_ends(word, before[: -len(word)], following)
    if word[:1].isupper() and _INITIALS.fullmatch(word):
        letters = word.count(".") + 1
        return letters in (1, _LETTERS_OF_A_NAME) and following.lower() in _STARTERS
    return True


def _abbreviation_ends(word: str, before: str, following: str) -> bool:
    """Whether the full stop of an abbreviation ends a sentence as well."""
    if word.lower() in _FINAL:
        return not following[:1].isdigit()
    if word.lower() in _UNITS | _COMPANIES and not word.isupper():
        measured = word.lower() in _COMPANIES or before.rstrip()[-1:].isdigit()
        return measured and following.lower() in _STARTERS
    # VS, ING, BV: no abbreviations of words, but in a headline that is all in capitals.
    return len(word) > 1 and word.isupper() and not following.isupper()


def _word_at(text: str, index: int) -> str:
    found = re.compile(r"\w+").match(text, index)
    return found[0] if found else ""
