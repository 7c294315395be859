"""Second tries for doubtful translations: rungs that are climbed until nothing is flagged.

Each rung translates all segments that are still doubtful in one call. A candidate displaces
the one before only when it is flagged less; among those the better score wins.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from digest.edition import Flag
from digest.translation.checks import check_segment
from digest.translation.engine import Decoding, Engine, Hypothesis
from digest.translation.shield import placeholders, split_at_placeholders

VERSION = "1"
"""Counts up when rungs or checks change what an engine's answer becomes."""

Rewrite = Callable[[str], tuple[str, ...]]
"""A segment as pieces to translate one by one; empty when the rung does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """How to try again: what changes in decoding, and how the segment is rewritten."""

    name: str
    rewrite: Rewrite
    hypotheses: int = 1
    beam_size: int = 0
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0

    def decoding(self, first: Decoding) -> Decoding:
        """The decoding of this rung, after a first try with `first`."""
        return replace(
            first,
            beam_size=max(self.beam_size, self.hypotheses, first.beam_size),
            hypotheses=self.hypotheses,
            no_repeat_ngram=self.no_repeat_ngram,
            repetition_penalty=self.repetition_penalty,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A translation with the doubts about it."""

    hypothesis: Hypothesis
    doubts: int
    flags: tuple[Flag, ...]


def judge(segment: str, hypothesis: Hypothesis) -> Candidate:
    """A hypothesis with its flags; graver ones count more, a lost placeholder the most."""
    flags = check_segment(segment, hypothesis.text)
    doubts = sum(_GRAVITY.get(flag, 1) for flag in flags)
    if placeholders(segment) != placeholders(hypothesis.text):
        doubts += _LOST_PLACEHOLDER
    return Candidate(hypothesis=hypothesis, doubts=doubts, flags=flags)


_GRAVITY = {Flag.EMPTY: 16, Flag.COPY: 8, Flag.LOOP: 6, Flag.LENGTH: 4, Flag.NUMBERS: 3}
_LOST_PLACEHOLDER = 32


def try_again(
    doubtful: Mapping[str, Candidate], *, engine: Engine, decoding: Decoding
) -> Mapping[str, Candidate]:
    """The best candidate for each doubtful segment, after climbing as far as needed."""
    best = dict(doubtful)
    for rung in RUNGS:
        rewritten = {
            segment: pieces
            for segment, candidate in best.items()
            if candidate.doubts and (pieces := rung.rewrite(segment))
        }
        for segment, hypothesis in _attempt(rewritten, engine, rung.decoding(decoding)):
            candidate = judge(segment, hypothesis)
            if _rank(candidate) < _rank(best[segment]):
                best[segment] = candidate
    return best


def _rank(candidate: Candidate) -> tuple[int, float]:
    return candidate.doubts, -candidate.hypothesis.score if candidate.doubts else 0.0


def _attempt(
    rewritten: Mapping[str, tuple[str, ...]], engine: Engine, decoding: Decoding
) -> list[tuple[str, Hypothesis]]:
    """All hypotheses of all segments; those of several pieces are put together again."""
    pieces = list(
        dict.fromkeys(piece for parts in rewritten.values() for piece in parts if _is_prose(piece))
    )
    translated = dict(engine.translate_segments(pieces, decoding)) if pieces else {}
    answers = {pieces[index]: hypotheses for index, hypotheses in translated.items()}
    attempts = []
    for segment, parts in rewritten.items():
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


def _as_it_is(segment: str) -> tuple[str, ...]:
    return (segment,)


def _plain_quotes(segment: str) -> tuple[str, ...]:
    plain = segment.translate(_QUOTES)
    return (plain,) if plain != segment else ()


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‚", "'"))


def _clauses(segment: str) -> tuple[str, ...]:
    """A long segment in two, at the clause border nearest to its middle."""
    if len(segment.split()) < _LONG_SEGMENT:
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


def _around_placeholders(segment: str) -> tuple[str, ...]:
    pieces = split_at_placeholders(segment)
    return pieces if len(pieces) > 1 else ()


RUNGS = (
    Rung(name="other hypotheses", rewrite=_as_it_is, hypotheses=4),
    Rung(
        name="no repeats",
        rewrite=_as_it_is,
        hypotheses=2,
        beam_size=4,
        no_repeat_ngram=3,
        repetition_penalty=1.1,
    ),
    Rung(name="plain quotes", rewrite=_plain_quotes, hypotheses=2, beam_size=4),
    Rung(name="clauses", rewrite=_clauses, beam_size=4),
    Rung(name="around placeholders", rewrite=_around_placeholders, beam_size=4),
)
"""The rungs, in the order that benchmarks/README.md found to mend most for the least time."""
