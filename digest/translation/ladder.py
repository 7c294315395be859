"""Second tries for doubtful translations: rungs that are climbed until nothing is flagged.

Each rung translates all segments that are still doubtful in one call. A candidate displaces
the one before when it is flagged less; among equals the one that keeps more meanings wins,
weighed against the model's own score.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from digest.edition import Flag, Gloss
from digest.lexicon.meaning import Missing, doubtful, expected_losses
from digest.translation.checks import check_segment
from digest.translation.engine import Decoding, Hypothesis
from digest.translation.prompts import ALL
from digest.translation.shield import placeholders, split_at_placeholders

VERSION = "2"
"""Counts up when rungs or checks change what an engine's answer becomes."""


class Wording(Protocol):
    """How texts are put to an engine, and what is said of its answers."""

    @property
    def reads_glosses(self) -> bool:
        """Whether the engine is given the English of less common words."""

    def ask(
        self, texts: Sequence[str], decoding: Decoding, *, meanings: int
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        """Let the engine translate texts, as `Engine.translate_segments` does.

        A model that reads glosses is given at most so many `meanings` of a word.
        """

    def missing(self, dutch: str, english: str) -> tuple[Missing, ...]:
        """The words whose meaning did not arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A translation with the doubts about it.

    `doubts` counts its faults, graver ones more; `missing` are the words that did not arrive.
    """

    hypothesis: Hypothesis
    doubts: int
    flags: tuple[Flag, ...]
    missing: tuple[Missing, ...] = ()

    @property
    def is_worth_another_try(self) -> bool:
        """Whether its faults are grave enough, or its lost words likely enough, to try again."""
        return bool(self.doubts) or any(lost.odds > RETRY for lost in self.missing)

    @property
    def rank(self) -> tuple[int, float]:
        """The less, the better."""
        return self.doubts, MEANING * expected_losses(self.missing) - self.hypothesis.score


RETRY = 0.5
"""Log odds of a lost word above which the time for a second try is well spent."""
MEANING = 0.3
"""What a lost word weighs, in mean log probability; tuned on news-dev (docs/design.md)."""

_GRAVITY = {Flag.EMPTY: 16, Flag.COPY: 8, Flag.LOOP: 6, Flag.LENGTH: 4, Flag.NUMBERS: 3}
_LOST_PLACEHOLDER = 32


def judge(segment: str, hypothesis: Hypothesis, missing: tuple[Missing, ...]) -> Candidate:
    """A hypothesis with its flags and the words that it misses."""
    flags = check_segment(segment, hypothesis.text)
    doubts = sum(_GRAVITY.get(flag, 1) for flag in flags)
    if placeholders(segment) != placeholders(hypothesis.text):
        doubts += _LOST_PLACEHOLDER
    if doubtful(missing):
        flags = (*flags, Flag.MEANING)
    return Candidate(hypothesis=hypothesis, doubts=doubts, flags=flags, missing=missing)


Rewrite = Callable[[str, Candidate], tuple[str, ...]]
"""A segment and its best candidate so far to pieces that are translated one by one; empty when
the rung does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """How to try again: what changes in decoding, and the ways in which a segment is rewritten.

    `reading` says that it is for models that read glosses, or for those that do not; None is
    for both.
    """

    name: str
    rewrites: tuple[Rewrite, ...]
    reading: bool | None = None
    hypotheses: int = 1
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0

    def decoding(self, first: Decoding) -> Decoding:
        """The decoding of this rung, after a first try with `first`."""
        return replace(
            first,
            beam_size=max(self.hypotheses, first.beam_size),
            hypotheses=self.hypotheses,
            no_repeat_ngram=self.no_repeat_ngram,
            repetition_penalty=self.repetition_penalty,
        )


def first_decoding(decoding: Decoding, *, reads_glosses: bool) -> Decoding:
    """That of first tries: a search that is wide anyway has other hypotheses for nothing."""
    is_wide = not reads_glosses and (not decoding.beam_size or decoding.beam_size >= _OTHERS)
    return replace(decoding, hypotheses=_OTHERS) if is_wide else decoding


def try_again(
    first: Mapping[str, Candidate],
    others: Mapping[str, Sequence[Hypothesis]],
    *,
    decoding: Decoding,
    wording: Wording,
) -> Mapping[str, Candidate]:
    """The best candidate for each doubtful segment, after climbing as far as needed.

    `others` are the other hypotheses that the first try had for nothing, if it had any.
    """
    best = dict(first)
    for rung in RUNGS:
        if rung.reading not in {None, wording.reads_glosses}:
            continue
        rewritten = [
            (segment, pieces)
            for segment, candidate in best.items()
            if candidate.is_worth_another_try
            for rewrite in rung.rewrites
            if (pieces := rewrite(segment, candidate))
        ]
        known: list[tuple[str, Hypothesis]] = []
        if rung.hypotheses > 1:
            known = [(each, other) for each, _ in rewritten for other in others.get(each, ())]
            rewritten = [each for each in rewritten if not others.get(each[0])]
        attempts = _attempt(rewritten, rung.decoding(decoding), wording)
        for segment, hypothesis in known + attempts:
            missing = wording.missing(segment, hypothesis.text)
            best[segment] = min(best[segment], judge(segment, hypothesis, missing), key=_rank)
    return best


def _rank(candidate: Candidate) -> tuple[int, float]:
    return candidate.rank


def _attempt(
    rewritten: Sequence[tuple[str, tuple[str, ...]]], decoding: Decoding, wording: Wording
) -> list[tuple[str, Hypothesis]]:
    """All hypotheses of all segments; those of several pieces are put together again."""
    pieces = list(
        dict.fromkeys(piece for _, parts in rewritten for piece in parts if _is_prose(piece))
    )
    translated = dict(wording.ask(pieces, decoding, meanings=ALL)) if pieces else {}
    answers = {pieces[index]: hypotheses for index, hypotheses in translated.items()}
    attempts = []
    for segment, parts in rewritten:
        if len(parts) == 1 and parts[0] in answers:
            attempts += [(segment, hypothesis) for hypothesis in answers[parts[0]]]
        else:
            attempts.append((segment, _join(parts, answers)))
    return attempts


def _join(parts: tuple[str, ...], answers: Mapping[str, tuple[Hypothesis, ...]]) -> Hypothesis:
    chosen = [
        answers[part][0] if part in answers else Hypothesis(text=part.strip(), score=0.0)
        for part in parts
    ]
    text = chosen[0].text
    for part, previous, following in zip(parts[1:], chosen, chosen[1:], strict=False):
        ended = previous.text.rstrip().endswith((".", "!", "?"))
        begin = following.text
        if part[:1].islower() and not ended and not begin[:2].isupper() and begin[:2] != "I ":
            begin = begin[:1].lower() + begin[1:]
        text = f"{text.rstrip()} {begin}" if begin[:1] not in ",.;:!?)" else text.rstrip() + begin
    score = sum(hypothesis.score for hypothesis in chosen) / len(chosen)
    return Hypothesis(text=text, score=score)


def _is_prose(piece: str) -> bool:
    return any(map(str.isalpha, piece)) and not placeholders(piece)


def _as_it_is(segment: str, _candidate: Candidate) -> tuple[str, ...]:
    return (segment,)


def _only_unsound(segment: str, candidate: Candidate) -> tuple[str, ...]:
    """The segment, where more than a meaning is doubtful."""
    return (segment,) if candidate.doubts else ()


def _meanings_in_place(segment: str, candidate: Candidate) -> tuple[str, ...]:
    """The segment with the English of the words that are missing in their place.

    As with terms of the glossary, models copy it and build the sentence around it.
    """
    pieces = []
    end = 0
    for gloss in doubtful(candidate.missing):
        if gloss.start >= end and _is_plain(gloss):
            pieces += [segment[end : gloss.start], gloss.meanings[0]]
            end = gloss.end
    return ("".join([*pieces, segment[end:]]),) if pieces else ()


def _is_plain(gloss: Gloss) -> bool:
    """Whether a gloss has a meaning that can stand in a sentence: no parts of a compound."""
    return bool(gloss.meanings) and "+" not in gloss.meanings[0]


def _plain_quotes(segment: str, candidate: Candidate) -> tuple[str, ...]:
    plain = segment.translate(_QUOTES)
    return (plain,) if candidate.doubts and plain != segment else ()


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‚", "'"))


def _clauses(segment: str, candidate: Candidate) -> tuple[str, ...]:
    """A long segment in two, at the clause border nearest to its middle."""
    if not candidate.doubts or len(segment.split()) < _LONG_SEGMENT:
        return ()
    borders = [found.end() for found in _BORDER.finditer(segment)]
    inside = [border for border in borders if _MARGIN < border / len(segment) < 1 - _MARGIN]
    if not inside:
        return ()
    middle = min(inside, key=lambda border: abs(border - len(segment) / 2))
    return segment[:middle].strip(), segment[middle:].strip()


_LONG_SEGMENT = 12
_MARGIN = 0.2
_BORDER = re.compile(r"[;:,–—]\s+|(?<=\s)(?=(?:en|maar|want|omdat|terwijl|waarbij|waarna|nadat)\s)")


def _around_placeholders(segment: str, candidate: Candidate) -> tuple[str, ...]:
    pieces = split_at_placeholders(segment) if candidate.doubts else ()
    return pieces if len(pieces) > 1 else ()


_OTHERS = 4
RUNGS = (
    Rung(name="meanings in place", rewrites=(_meanings_in_place,), reading=False),
    Rung(name="other hypotheses", rewrites=(_as_it_is,), reading=False, hypotheses=_OTHERS),
    Rung(name="all glosses", rewrites=(_meanings_in_place, _only_unsound), reading=True),
    Rung(
        name="no repeats, clauses",
        rewrites=(_only_unsound, _plain_quotes, _clauses, _around_placeholders),
        no_repeat_ngram=3,
        repetition_penalty=1.1,
    ),
)
"""The rungs, in the order that benchmarks/README.md found to mend most for the least time."""
