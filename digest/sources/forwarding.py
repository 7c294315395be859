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
    while (start := _begins(listed)) is not None:
        rest = listed[start:]
        while rest:
            own = [line for line in _lines(rest[0]) if not _FORWARDED.match(line)]
            matches = [match for line in own if (match := _HEADER.match(line))]
            if own and len(matches) * 2 < len(own):
                break
            for match in matches:
                head = _with_header(head, match)
            rest = rest[1:]
        listed = rest
    return head, listed


def _begins(blocks: list[Block]) -> int | None:
    """Where the header of a forwarded message begins: in one block, or a block a line."""
    for index, block in enumerate(blocks):
        lines = _lines(block)
        ahead = [line for each in blocks[index : index + _AHEAD] for line in _lines(each)[:1]]
        is_row = bool(lines) and bool(_HEADER.match(lines[0])) and _is_header(ahead)
        if any(map(_FORWARDED.match, lines)) or _is_header(lines) or is_row:
            return index
    return None


def _lines(block: Block) -> list[str]:
    """The lines of a block, without the quotation mark that a quoted message got."""
    return [line.strip().lstrip("“").strip() for line in block.text.split("\n")]


def forwarded_text(text: str, head: Head) -> tuple[Head, str]:
    """The same of a message in plain text; what it quotes of others is left out."""
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        is_header = _HEADER.match(line) and _is_header(lines[index : index + _AHEAD])
        if not _FORWARDED.match(line) and not is_header:
            index += 1
            continue
        lines = [_unquoted(each) for each in lines[index:]]
        while lines and (
            not lines[0].strip() or _FORWARDED.match(lines[0]) or _HEADER.match(lines[0].strip())
        ):
            if found := _HEADER.match(lines[0].strip()):
                head = _with_header(head, found)
            lines = lines[1:]
        index = 0
    return head, "\n".join(line for line in lines if not line.startswith(">"))


def _unquoted(line: str) -> str:
    return line.removeprefix("> ").removeprefix(">")


_AHEAD = 8


def _is_header(lines: Iterable[str]) -> bool:
    """Whether lines are the headers of a message, its subject among them."""
    found = [match["name"].lower() for line in lines if (match := _HEADER.match(line.strip()))]
    return len(found) >= _FEWEST_HEADERS and not {"onderwerp", "subject"}.isdisjoint(found)


def _with_header(head: Head, found: re.Match[str]) -> Head:
    name, value = found["name"].lower(), found["value"].strip()
    if name in ("onderwerp", "subject"):
        return replace(head, subject=without_prefix(value))
    if name in ("van", "from"):
        return replace(head, sender=re.sub(r"\s*(?:<.*|\[.*|\S+@\S+.*)$", "", value) or head.sender)
    if name in ("datum", "date", "verzonden", "sent"):
        return replace(head, date=value)
    return head
