"""Texts in a language as they are shown: sentences with their doubts, meanings and links."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import itemgetter

from digest.article import Link
from digest.edition import Flag, Gloss, Sentence
from digest.plaintext import plain
from digest.rendering import phrases

Place = tuple[int, int, str]
"""Where a link begins and ends in a sentence, and its address."""


class Language(StrEnum):
    """The two languages of an edition, by their code."""

    EN = "en"
    NL = "nl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a sentence: `meaning` is that of a less common word, `address` that of a link.

    What is a link has no meaning: it is one thing to point at, not two. In a book `note` is the
    anchor of the note with the meaning, `mark` that of the word itself, where it leads back to.
    """

    text: str
    meaning: str = ""
    address: str = ""
    note: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sentence of a block; `key` names its partner in the other language.

    `reasons` say why it is doubtful, `lost` which words did not arrive; `pieces` are the whole of
    it, where words of it have a meaning to show or are a link, else there are none.
    """

    text: str
    key: str = ""
    reasons: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why it is doubtful, in words for the reader."""
        return (*self.reasons, *_lost_words(self.lost))


def _lost_words(lost: Iterable[str]) -> tuple[str, ...]:
    words = ", ".join(dict.fromkeys(lost))
    return (f"{Flag.MEANING.reason}: {words}",) if words else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A text in one language; `lang` is its code, empty when it is not known."""

    lang: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The parts as running text, each doubtful one with the mark behind it."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def pieces(self) -> Iterator[Piece]:
        """The same with its links."""
        for index, part in enumerate(self.parts):
            if index:
                yield Piece(text=" ")
            yield from part.pieces or (Piece(text=part.text),)
            if part.doubts:
                yield Piece(text=phrases.DOUBTFUL)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why parts of it are doubtful, each reason once, the lost words together."""
        reasons = dict.fromkeys(reason for part in self.parts for reason in part.reasons)
        return (*reasons, *_lost_words(word for part in self.parts for word in part.lost))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One block in each language shown, the leading one first.

    `links` are those whose words stand in no block.
    """

    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()

    @property
    def line(self) -> str:
        """Both languages in one line."""
        return " · ".join(block.text for block in self.blocks)

    @property
    def alternatives(self) -> str:
        """Both languages in one line, where each has several parts."""
        return " / ".join(block.text for block in self.blocks)


def as_picture(block: Block) -> Block:
    """A block that begins by saying that it is about a picture."""
    label = phrases.LABELS["picture"][block.lang == Language.NL]
    return replace(block, parts=(Part(text=label), *block.parts))


def part_of(sentence: Sentence, lang: Language, key: str, places: tuple[Place, ...] = ()) -> Part:
    """A sentence in a language, with links at these places."""
    if lang is Language.NL:
        pieces = tuple(pieces_of(sentence.dutch, sentence.glosses, places))
        return Part(text=plain(sentence.dutch), key=key, pieces=pieces)
    return Part(
        text=plain(sentence.english),
        key=key,
        pieces=tuple(pieces_of(sentence.english, (), places)),
        reasons=reasons_of(sentence),
        lost=tuple(_lost(sentence.dutch, gloss) for gloss in sentence.missing),
    )


def reasons_of(sentence: Sentence) -> tuple[str, ...]:
    """Why a sentence is doubtful, but for the words that were lost."""
    return tuple(flag.reason for flag in sentence.flags if flag is not Flag.MEANING)


def _lost(dutch: str, gloss: Gloss) -> str:
    """`slagader (artery)`; a name stands alone, a verb's other half as the whole verb."""
    word = plain(dutch[gloss.start : gloss.end])
    if not word or (gloss.head.startswith(word.lower()) and gloss.head != word.lower()):
        word = gloss.head
    return f"{word} ({', '.join(gloss.meanings)})" if gloss.meanings else word


def place_links(
    dutch: str, sentences: Sequence[Sentence], links: Iterable[Link], *, in_dutch: bool
) -> tuple[list[tuple[Place, ...]], tuple[Link, ...]]:
    """Where links stand in each of the sentences of a text, and those that stand in none.

    In the Dutch by their places, in the English where the same words are.
    """
    placed: list[list[Place]] = [[] for _ in sentences]
    left = []
    spans = _spans(dutch, sentences)
    for link in links:
        end = link.start + len(link.text)
        number = next(
            (n for n, (start, stop) in enumerate(spans) if start <= link.start and end <= stop), -1
        )
        if number < 0 or dutch[link.start : end] != link.text:
            left.append(link)
        elif in_dutch:
            begin = link.start - spans[number][0]
            placed[number].append((begin, begin + len(link.text), link.address))
        else:
            english = sentences[number].english
            at = placed[number][-1][1] if placed[number] else 0
            words = re.compile(rf"(?<!\w){re.escape(link.text)}(?!\w)")
            if found := words.search(english, at):
                placed[number].append((found.start(), found.end(), link.address))
            else:
                left.append(link)
    return [tuple(places) for places in placed], tuple(left)


def _spans(dutch: str, sentences: Iterable[Sentence]) -> list[tuple[int, int]]:
    """Where sentences begin and end in their text."""
    spans = []
    at = 0
    for sentence in sentences:
        start = max(dutch.find(sentence.dutch, at), at)
        at = start + len(sentence.dutch)
        spans.append((start, at))
    return spans


def pieces_of(text: str, glosses: Iterable[Gloss], places: Iterable[Place]) -> Iterator[Piece]:
    """A text with the meanings of its less common words, and its links; nothing without any."""
    marked = [
        (start, end, Piece(text=plain(text[start:end]), address=address))
        for start, end, address in places
    ]
    for gloss in glosses:
        if not any(gloss.start < end and start < gloss.end for start, end, _ in marked):
            word = plain(text[gloss.start : gloss.end])
            meaning = f"{gloss.head}: {', '.join(gloss.meanings)}"
            marked.append((gloss.start, gloss.end, Piece(text=word, meaning=meaning)))
    end = 0
    for start, stop, piece in sorted(marked, key=itemgetter(0, 1)):
        if end <= start < stop:
            yield Piece(text=plain(text[end:start]))
            yield piece
            end = stop
    if end:
        yield Piece(text=plain(text[end:]))
