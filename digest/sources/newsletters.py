"""Newsletters in pieces: a heading with the prose below it, without what they say of themselves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from digest.article import Paragraph, Role
from digest.cleaning import letters
from digest.sources.paragraphs import read_paragraphs
from digest.sources.places import is_section
from digest.sources.tables import Block

_LONGEST_HEADING = 200
_LONGEST_SECTION = 40
LEAST_PROSE = 80
"""So many letters before the first heading are an item, and no greeting."""
_FOOTER = re.compile(
    r"(?:u|je|jij) (?:ontvangt?|krijgt?) (?:deze|dit)\b|you (?:are receiving|received) this\b"
    r"|(?:deze|dit) (?:nieuwsbrief|e-?mail|bericht|mail) (?:is|werd|wordt) (?:ver|ge)\w+\b"
    r"|(?:wilt?|geen) (?:je|u|jij)?\b.{0,40}\b(?:nieuwsbrief|e-?mails?) (?:meer )?ontvangen\b"
    r"|(?:uitschrijven|afmelden|unsubscribe)\b|colofon$"
    r"|(?:klik hier|wil je|wilt u)\b.{0,60}\b(?:afmelden|uitschrijven|af te melden|uit te \w+)\b"
    r"|(?:wijzig|beheer|pas)\b.{0,30}\b(?:voorkeuren|gegevens|abonnement|instellingen)\b",
    re.IGNORECASE,
)
"""Where a newsletter begins to speak of itself and does not come back to the news."""
_SAYS_OF_ITSELF = re.compile(
    r"(?:bekijk|lees|open|view)\b.{0,40}\b(?:browser|webversie|online|web version)\b.{0,40}"
    r"|(?:werkt|wordt|ziet)\b.{0,60}\bniet (?:goed|juist|correct|weergegeven)\b.{0,80}"
    r"|(?:stuur|mail) (?:deze|dit) .{0,40}\bdoor\b.{0,40}|(?:volg|like) ons\b.{0,60}"
    r"|(?:download|installeer) (?:de|onze) .{0,30}\bapp\b.{0,40}"
    r"|(?:contact|adverteren|disclaimer|voorwaarden|facebook|twitter|instagram|linkedin|x|privacy"
    r"|privacybeleid|privacyverklaring|cookies?)(?:\s*[|·•]\s*[\w ]+){0,8}"
    r"|(?:tip een vriend|deel deze nieuwsbrief).{0,60}"
    r"|(?:goede?morgen|goedemiddag|goedenavond|beste|hallo|hoi|dag|geachte)\b[^.]{0,40}[,!]?"
    r"|(?:met vriendelijke groet|groet(?:en|jes)?|veel leesplezier)\b.{0,60}",
    re.IGNORECASE,
)
_READ_ON = re.compile(r"(?:lees|bekijk|verder|meer|naar|read|continue)\b.{0,60}", re.IGNORECASE)


@dataclass(slots=True)
class Piece:
    """A heading and the blocks up to the next one."""

    heading: Block | None
    blocks: list[Block] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The heading in one line."""
        return " ".join(self.heading.text.split()) if self.heading else ""

    @property
    def all(self) -> list[Block]:
        """The heading and the blocks."""
        return [self.heading, *self.blocks] if self.heading else self.blocks

    @property
    def length(self) -> int:
        """How many letters of prose it has."""
        parts = read_newsletter(self.blocks)
        return sum(len(letters(part.text)) for part in parts if part.role is Role.BODY)

    @property
    def address(self) -> str:
        """Where the item is on the web: where its heading leads, else what asks to read on."""
        links = [link for block in self.all for link in block.links]
        on = [link for link in reversed(links) if _READ_ON.match(link.text)]
        heading = self.heading.links if self.heading else ()
        return next((link.address for link in (*heading, *on) if link.address), "")


def read_pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    """A newsletter in pieces, without what it says of itself."""
    piece = Piece(heading=None)
    listed = list(blocks)
    for index, block in enumerate(listed):
        text = " ".join(block.text.split())
        if _FOOTER.match(text) and _is_end(listed[index:]):
            break
        if is_own(text):
            continue
        if block.is_heading and len(text) <= _LONGEST_HEADING and not text.endswith("."):
            if piece.heading or piece.blocks:
                yield piece
            piece = Piece(heading=block)
        else:
            piece.blocks.append(block)
    if piece.heading or piece.blocks:
        yield piece


def _is_end(rest: list[Block]) -> bool:
    """Whether no more news follows: no heading with prose."""
    return not any(
        block.is_heading and len(after.text) > LEAST_PROSE and not _FOOTER.search(after.text)
        for block, after in pairwise(rest)
    )


def is_own(text: str) -> bool:
    """Whether a line is what a newsletter says of itself, or greets with."""
    line = " ".join(text.split())
    return len(line) <= _LONGEST_HEADING and bool(_SAYS_OF_ITSELF.fullmatch(line))


def names_section(title: str) -> bool:
    """Whether a heading without text is the name of a section."""
    return is_section(title) or len(title) <= _LONGEST_SECTION


def read_newsletter(blocks: Iterable[Block]) -> tuple[Paragraph, ...]:
    """The paragraphs of a piece; what asks to read on or to leave is a notice."""
    return tuple(
        replace(part, role=Role.NOTICE)
        if part.role is Role.BODY and (_FOOTER.match(part.text) or _is_link_alone(part))
        else part
        for part in read_paragraphs(blocks)
    )


def _is_link_alone(part: Paragraph) -> bool:
    """Whether a paragraph is nothing but a link that asks to read on."""
    return bool(part.links) and part.text == part.links[0].text and bool(_READ_ON.match(part.text))
