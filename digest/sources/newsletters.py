"""Newsletters in pieces: a heading with the prose below it, without what they say of themselves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from digest.article import Paragraph, Role
from digest.cleaning import letters
from digest.links import link_address
from digest.sources.paragraphs import read_paragraphs
from digest.sources.places import is_section
from digest.sources.roles import find_role
from digest.sources.tables import Anchor, Block

_LONGEST_HEADING = 200
_LONGEST_SECTION = 40
LEAST_PROSE = 80
"""So many letters before the first heading are an item, and no greeting."""
_FOOTER = re.compile(
    r"(?:u|je|jij) (?:ontvangt?|krijgt?) (?:deze|dit)\b|you (?:are receiving|received) this\b"
    r"|(?:deze|dit) (?:nieuwsbrief|e-?mail|bericht|mail) (?:is|werd|wordt) (?:ver|ge)\w+\b"
    r"|(?:wilt?|geen) (?:je|u|jij)?\b.{0,40}\b(?:nieuwsbrief|e-?mails?) (?:meer )?ontvangen\b"
    r"|(?:uitschrijven|afmelden|unsubscribe)\b|colofon$|(?:ons|our) (?:post)?adres\b|our mailing"
    r"|.{0,60}\b(?:bestemd voor de geadresseerde|niet voor u (?:is )?bestemd)\b"
    r"|-+ ?einde persbericht|deze nieuwsbrief is een uitgave\b|noot voor de redactie"
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
    r"|(?:met vriendelijke groet|groet(?:en|jes)?|veel leesplezier)\b.{0,60}"
    r"|(?:(?:facebook|twitter|x|instagram|linkedin|youtube|tiktok|bluesky)[\s|·•]*){2,}"
    r"|.{0,80}\b(?:kvk|btw)[- ]?(?:nr|nummer)?\.?:? ?(?:nl)?\d{6,}.{0,80}"
    r"|.{0,80}(?-i:\b\d{4} ?[A-Z]{2} [A-Z][\w' -]{2,40})"
    r"|like|op (?:ma|di|wo|do|vr|za|zo)\w* \d.{0,60}\bschreef\b.{0,80}:?|[>|] ?",
    re.IGNORECASE,
)
_APART = re.compile(
    r"volg ons\b.{0,40}|contact(?:gegevens)?|colofon|over ons|adverteren|service|meest gelezen"
    r"|inhoud(?:sopgave)?"
    r"|in deze (?:nieuwsbrief|editie)\b.{0,40}|.{0,30}\bnieuwsbrief(?: .{0,40})?"
    r"|(?:nummer|editie|jaargang) \d.{0,60}|(?:al |word |ook )+(?:abonnee|lid|donateur)\b.{0,60}",
    re.IGNORECASE,
)
"""Headings of what is no news, up to the next one."""
_READ_ON = re.compile(
    r"[>»→\s]*(?:lees|bekijk|verder|meer|naar|read|continue)\b.{0,60}", re.IGNORECASE
)


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
    """A newsletter in pieces, without what it says of itself and without advertisements."""
    listed = list(blocks)
    piece = Piece(heading=None)
    is_apart = False
    for index, block in enumerate(listed):
        text = " ".join(block.text.split())
        after = listed[index + 1] if index + 1 < len(listed) else None
        if _FOOTER.match(text) and _is_end(listed[index:]):
            break
        if find_role(text) is Role.ADVERTISEMENT:
            is_apart = True
        if is_heading := _is_heading(block, text, after):
            if not is_apart and (piece.heading or piece.blocks):
                yield piece
            was_announced = is_apart and not piece.heading and not piece.blocks
            piece = Piece(heading=block)
            is_apart = bool(_APART.fullmatch(text)) or was_announced
        if not is_heading and not is_own(text):
            piece.blocks.append(block)
    if not is_apart and (piece.heading or piece.blocks):
        yield piece


def _is_heading(block: Block, text: str, after: Block | None) -> bool:
    """Whether a block stands above others: it is marked so, or one link or section above prose."""
    if len(text) > _LONGEST_HEADING:
        return False
    if block.level:
        return True
    if block.is_heading and not text.endswith("."):
        return True
    if after is None:
        return False
    if is_section(text) and after.is_heading:
        return True
    link = " ".join(block.links[0].text.split()) if block.links else ""
    is_link = link == text and len(text.split()) >= _FEWEST_WORDS and not _READ_ON.match(text)
    return is_link and len(after.text) >= _LEAST_BELOW and not after.links[:1]


_FEWEST_WORDS = 3
_LEAST_BELOW = 40


def _is_end(rest: list[Block]) -> bool:
    """Whether no more news follows: no heading with prose."""
    return not any(
        block.is_heading
        and not _APART.fullmatch(" ".join(block.text.split()))
        and len(after.text) > LEAST_PROSE
        and not _FOOTER.search(after.text)
        for block, after in pairwise(rest)
    )


def plain_blocks(text: str) -> list[Block]:
    """A newsletter in plain text as blocks: headings as senders mark them, addresses as links."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.strip().split("\n")]
        while lines:
            heading = lines[0].startswith("** ") or (len(lines) > 1 and _RULE.fullmatch(lines[1]))
            taken = 1 if heading else len(lines)
            shown = " ".join(line for line in lines[:taken] if not _RULE.fullmatch(line))
            links = tuple(
                Anchor(text=found[1].strip(), address=link_address(found[2]), before="")
                for found in _WRITTEN_LINK.finditer(shown)
            )
            shown = _WRITTEN_LINK.sub(r"\1", shown).removeprefix("** ").strip()
            if shown:
                blocks.append(
                    Block(
                        text=shown, links=links, level=2 if heading else 0, is_heading=bool(heading)
                    )
                )
            lines = lines[taken:]
    return blocks


_RULE = re.compile(r"[-=_*~]{3,}")
_WRITTEN_LINK = re.compile(r"([^()\n.!?]{2,80}?)\s*[(<](https?://[^\s()<>]+)[)>]")


def is_own(text: str) -> bool:
    """Whether a line is what a newsletter says of itself, or greets with."""
    line = " ".join(text.split())
    return len(line) <= _LONGEST_HEADING and bool(_SAYS_OF_ITSELF.fullmatch(line))


def is_footer(text: str) -> bool:
    """Whether a line is where a newsletter begins to speak of itself."""
    return bool(_FOOTER.match(" ".join(text.split())))


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
