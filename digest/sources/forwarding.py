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
    r"|reply-to)\s*:[* ]*(?P<value>.*)$",
    re.IGNORECASE,
)
_FEWEST_HEADERS = 3


def forwarded_blocks(blocks: Iterable[Block], head: Head) -> tuple[Head, list[Block]]:
    """A message that was forwarded in another one, without who forwarded it and his words."""
    listed = list(blocks)
    for index, block in enumerate(listed):
        lines = block.text.split("\n")
        start = next((n for n, line in enumerate(lines) if _FORWARDED.match(line.strip())), None)
        if start is None and not _is_header(lines):
            continue
        rest = listed[index:]
        while rest:
            text = rest[0].text.split("\n")
            own = [line for line in text if not _FORWARDED.match(line.strip())]
            matches = [match for line in own if (match := _HEADER.match(line.strip()))]
            if own and len(matches) * 2 < len(own):
                break
            for match in matches:
                head = _with_header(head, match)
            rest = rest[1:]
        return head, rest
    return head, listed


def forwarded_text(text: str, head: Head) -> tuple[Head, str]:
    """The same of a message in plain text."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        is_header = _HEADER.match(line.strip()) and _is_header(lines[index : index + _AHEAD])
        if not _FORWARDED.match(line.strip()) and not is_header:
            continue
        rest = lines[index:]
        while rest and (
            not rest[0].strip()
            or _FORWARDED.match(rest[0].strip())
            or _HEADER.match(rest[0].strip())
        ):
            if found := _HEADER.match(rest[0].strip()):
                head = _with_header(head, found)
            rest = rest[1:]
        return head, "\n".join(each.removeprefix("> ").removeprefix(">") for each in rest)
    return head, text


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
