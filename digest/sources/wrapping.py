"""Lines as paragraphs: blank lines separate, lines that a program has wrapped are joined."""

import itertools
import re
from collections.abc import Callable, Iterator

from digest.sources.hyphens import heal_hyphens, is_broken, join_lines

_LIMIT = 130
_WIDE = 100
"""Lines of so many characters may be paragraphs: only such as end in a sentence are joined."""
_NEARLY = 0.8
_SENTENCE_END = re.compile(r"[.!?…:;][\"”’')\]]*$")
_MINIMUM = 40
_INDENT = 2


def unwrap(text: str, stands_alone: Callable[[str], bool]) -> Iterator[str]:
    """The paragraphs of a text, each in one line.

    `stands_alone` tells what is a paragraph of its own, whatever is around it.
    """
    group: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.strip():
            group.append(line.rstrip())
        elif group:
            yield from map(heal_hyphens, _join_wrapped(group, stands_alone))
            group = []


def _join_wrapped(lines: list[str], stands_alone: Callable[[str], bool]) -> list[str]:
    """Join lines that a program has wrapped: each is so long that the next word did not fit."""
    indented = [_is_indented(line) for line in lines]
    is_indented_text = not all(indented)
    lines = [line.strip() for line in lines]
    width = max(map(len, lines))
    if not _MINIMUM <= width < _LIMIT:
        return lines
    full = [
        len(line) + 1 + len(following.split()[0]) > width or is_broken(line, following)
        for line, following in itertools.pairwise(lines)
    ]
    if sum(full) * 5 < len(full) * 3 or width >= _WIDE:
        full = _wrapped_by_width(lines, width)
    if not any(full):
        return lines
    paragraphs = [[lines[0]]]
    for was_full, line, begins in zip(full, lines[1:], indented[1:], strict=True):
        if was_full and not (begins and is_indented_text) and not stands_alone(line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [join_lines(paragraph) for paragraph in paragraphs]


def _wrapped_by_width(lines: list[str], width: int) -> list[bool]:
    """Which lines go on in the next, in a copy whose letters are not all as wide as others.

    A line that is nearly as long as any and ends in the middle of a sentence does, where some of
    those that follow begin small.
    """
    open_ends = [
        len(line) >= width * _NEARLY and not _SENTENCE_END.search(line) for line in lines[:-1]
    ]
    begins_small = [line[0].islower() for line in lines[1:]]
    return open_ends if any(map(all, zip(open_ends, begins_small, strict=True))) else []


def _is_indented(line: str) -> bool:
    """Whether a line begins a paragraph as agencies set them, with spaces."""
    return line.startswith(" " * _INDENT)
