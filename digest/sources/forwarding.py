"""Messages that were forwarded in the text of another one: without who forwarded them."""

import re
from collections.abc import Iterable
from dataclasses import replace

from digest.sources.messages import Head, without_prefix
from digest.sources.tables import Block

_FORWARDED = re.compile(
    r"[-_*> ]{0,20}(?:begin )?(?:forwarded message|doorgestuurd(?: bericht|e e-?mail)?"
    r"|oorspronkelijk bericht|original message)\s*:?[-_* ]{0,20}$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"[*> ]*(?P<name>van|from|verzonden|sent|datum|date|aan|to|cc|onderwerp|subject|antwoord aan"
    r"|reply-to)\s*:[*| ]*(?P<value>.*)$",
    re.IGNORECASE,
)
_FEWEST_HEADERS = 3


def forwarded_blocks(blocks: Iterable[Block], head: Head) -> tuple[Head, list[Block]]:
    """A message that was forwarded in another one, however often, without who forwarded it."""
    listed = list(blocks)
    for _ in range(_MOST):
        start = _begins(listed, head)
        if start is None:
            break
        while start < len(listed):
            own = [line for line in _lines(listed[start]) if not _FORWARDED.match(line)]
            matches = [match for line in own if (match := _HEADER.match(line))]
            if own and len(matches) * 2 < len(own):
                break
            for match in matches:
                head = _with_header(head, match)
            start += 1
        listed = listed[start:]
    return head, listed


def _begins(blocks: list[Block], head: Head) -> int | None:
    """Where the header of a forwarded message begins: in one block, or a block a line."""
    for index, block in enumerate(blocks):
        lines = _lines(block)
        ahead = [line for each in blocks[index : index + _AHEAD] for line in _lines(each)[:1]]
        is_row = bool(lines) and bool(_HEADER.match(lines[0])) and _is_header(ahead, head)
        below = [line for each in blocks[index : index + _AHEAD] for line in _lines(each)]
        is_marked = any(map(_FORWARDED.match, lines)) and _has_headers(below)
        if is_marked or _is_header(lines, head) or is_row:
            return index
    return None


def _lines(block: Block) -> list[str]:
    """The lines of a block, without the quotation mark that a quoted message got."""
    return [line.strip().lstrip("“").strip() for line in block.text.split("\n")]


def forwarded_text(text: str, head: Head) -> tuple[Head, str]:
    """The same of a message in plain text; what it quotes of others is left out."""
    lines = text.splitlines()
    start = index = times = 0
    while index < len(lines) and times < _MOST:
        ahead = lines[index : index + _AHEAD]
        is_marked = _FORWARDED.match(lines[index].strip()) and _has_headers(map(_unquoted, ahead))
        if not is_marked and not (_HEADER.match(lines[index].strip()) and _is_header(ahead, head)):
            index += 1
            continue
        times += 1
        if ahead[-1].startswith(">"):
            lines[index:] = map(_unquoted, lines[index:])
        while index < len(lines) and _is_of_header(lines[index]):
            if found := _HEADER.match(lines[index].strip()):
                head = _with_header(head, found)
            index += 1
        start = index
    rest = lines[start:]
    if any(_REPLIED.match(line) for line in rest):
        rest = [line for line in rest if not line.startswith(">")]
    return head, "\n".join(rest)


def _unquoted(line: str) -> str:
    return line.removeprefix("> ").removeprefix(">")


def _is_of_header(line: str) -> bool:
    return bool(not line.strip() or _FORWARDED.match(line) or _HEADER.match(line.strip()))


_AHEAD = 8
_MOST = 20
"""So often nobody has forwarded a message."""
_REPLIED = re.compile(
    r"\s*(?:op|on)\b.{4,120}\b(?:schreef|heeft .{0,60}geschreven|wrote)\b.{0,80}:?\s*$"
)


def _has_headers(lines: Iterable[str]) -> bool:
    """Whether some lines are headers of a message."""
    return sum(bool(_HEADER.match(line.strip())) for line in lines) >= _FEWEST_HEADERS - 1


def _is_header(lines: Iterable[str], head: Head) -> bool:
    """Whether lines are the headers of a message: who wrote to whom, when, about what.

    A letter in the news may begin so too: the subject says that it was forwarded, or a line has a
    mail address.
    """
    found = [match for line in lines if (match := _HEADER.match(line.strip()))]
    names = {match["name"].lower() for match in found}
    is_whole = all(not names.isdisjoint(each) for each in _ALL_OF)
    return is_whole and (head.is_forward or any("@" in match["value"] for match in found))


_ALL_OF = (
    {"van", "from"}, {"onderwerp", "subject"}, {"aan", "to"},
    {"verzonden", "sent", "datum", "date"},
)  # fmt: skip


def _with_header(head: Head, found: re.Match[str]) -> Head:
    name, value = found["name"].lower(), found["value"].strip()
    if name in ("onderwerp", "subject"):
        return replace(head, subject=without_prefix(value))
    if name in ("van", "from"):
        return replace(head, sender=re.sub(r"\s*(?:<.*|\[.*|\S+@\S+.*)$", "", value) or head.sender)
    if name in ("datum", "date", "verzonden", "sent"):
        return replace(head, date=value)
    return head
