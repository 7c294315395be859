"""Newsletters in pieces: a heading with the prose below it, without what they say of themselves."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from digest.article import Paragraph, Role
from digest.cleaning import letters
from digest.links import link_address
from digest.sources.hosts import host_of
from digest.sources.paragraphs import read_paragraphs
from digest.sources.places import is_section
from digest.sources.tables import Anchor, Block

_LONGEST_HEADING = 200
_LONGEST_SECTION = 40
_LONGEST_SIGNED = 80
"""Letters of a line of a signature."""
LEAST_PROSE = 40
"""So many letters before the first heading are an item, and no greeting."""
_LONGEST_APART = 300
"""Letters below the heading of what is no news."""
_MAIL = r"(?:nieuwsbrief|e-?mail(?:bericht)?|mail(?:ing)?|bericht|newsletter)"
_BESIDE = r"(?:\s*[|·•/].{0,120})?[.!]?"
"""What stands on the line beside it."""


_CLOSING = r"(?:(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?)[,!.]?"


def _lines(*forms: str) -> re.Pattern[str]:
    """Whole lines of these forms."""
    return re.compile("|".join(forms), re.IGNORECASE)


_FOOTER = _lines(
    rf"(?:u|je|jij) (?:ontvangt?|krijgt?) (?:deze|dit) {_MAIL}\b.*",
    r"you (?:are receiving|received) this\b.*",
    rf"(?:deze|dit) {_MAIL} (?:is|werd|wordt) (?:verzonden|verstuurd|gestuurd)"
    r" (?:aan|naar|omdat)\b.*",
    rf"wilt? (?:je|u)\b[^.!]{{0,40}}\b{_MAIL}\w* (?:meer )?ontvangen\b.{{0,80}}",
    rf"geen {_MAIL}\w* (?:meer )?ontvangen\b.{{0,80}}",
    r"(?:hier )?(?:uitschrijven|afmelden|unsubscribe)"
    rf"(?: (?:van|voor|uit|from) (?:deze|de|onze|this|our) {_MAIL}.{{0,20}})?{_BESIDE}",
    rf"(?:(?:u|je) kunt |klik hier |wil je |wilt u )?.{{0,40}}\b(?:deze|dit|de|onze) {_MAIL}\b"
    r".{0,40}\b(?:afmelden|uitschrijven|af te melden|uit te schrijven|opzeggen)\b.{0,40}",
    r"(?:hier )?(?:wijzig|beheer|pas)\w* (?:hier )?(?:(?:je|uw|jouw) )?(?:e-?mail)?"
    rf"(?:voorkeuren|instellingen|abonnement|aanmelding)(?: aan)?{_BESIDE}",
    r"(?:ons|our) (?:post|mailing )?adres(?:s| is)?:?|our mailing address is:?|colofon",
    rf"(?:(?:dit|deze) {_MAIL}|de (?:inhoud|informatie)).{{0,80}}"
    r"\bbestemd voor de geadresseerde\b.*",
    rf"(?:indien|als|is|mocht) (?:dit|deze) {_MAIL} niet voor u\b.*",
    r"deze nieuwsbrief is een uitgave van\b.*|noot voor de redactie\b.{0,60}",
    r"-+ ?einde persbericht.{0,10}",
)
"""Where a newsletter begins to speak of itself and does not come back to the news."""
_SAYS_OF_ITSELF = _lines(
    r"(?:bekijk|lees|open|view)\b.{0,40}\b(?:(?:je|uw|de) browser|browser|webversie)\b.{0,20}",
    r"(?:bekijk|lees|view)(?: (?:deze|de|this) \w+)? online[.!]?",
    r"(?:werkt|wordt|ziet) (?:deze|dit|de|u|je)\b.{0,60}\bniet (?:goed|juist|correct|weer)\w*\b"
    r".{0,80}",
    r"(?:stuur|mail) (?:deze|dit) .{0,40}\bdoor\b.{0,40}",
    r"(?:volg|like) ons (?:op|via|ook)\b.{0,60}",
    r"(?:download|installeer) (?:hier )?onze .{0,20}\bapp\b[.!]?|forwarded this email\?.{0,80}",
    r"(?:contact|adverteren|disclaimer|voorwaarden|facebook|twitter|instagram|linkedin|x|privacy"
    r"|privacybeleid|privacyverklaring|cookies?)(?:\s*[|·•]\s*[\w ]+){0,8}",
    r"(?:tip een vriend|deel deze nieuwsbrief|tip de redactie).{0,60}",
    r"(?:goede?morgen|goedemiddag|goedenavond|hallo|hoi)(?: [\w.-]+){0,3}[,!.]?",
    r"(?:beste|geachte|dag|lieve)(?: [\w./-]+){1,3}[,!]",
    r"veel leesplezier[,!.]?",
    rf"{_CLOSING}",
    r"(?:(?:facebook|twitter|x|instagram|linkedin|youtube|tiktok|bluesky)[\s|·•]*){2,}",
    r"like|comment|restack|share|read in app|[>|] ?",
    r"op (?:ma|di|wo|do|vr|za|zo)\w* \d.{0,60}\bschreef\b.{0,80}:?",
)
_ADDRESS = re.compile(
    r".{0,120}\b(?:kvk|btw)[- ]?(?:nr|nummer)?\.?:? ?(?:nl)?[\d.]{6,}.{0,120}"
    r"|.{0,80}(?-i:\b\d{4} ?[A-Z]{2} [A-Z][\w' -]{2,40})|(?:ontvang|volg|contact)\b.{0,40}",
    re.IGNORECASE,
)
"""What stands at the end of a newsletter, and elsewhere may be news."""
_APART = _lines(
    r"volg ons|contact(?:gegevens)?|colofon|over ons|adverteren|service|meest gelezen",
    r"inhoud(?:sopgave)?|in deze (?:nieuwsbrief|editie|mail)",
    r"(?:de )?(?:digitale )?nieuwsbrief(?: [A-Z][\w-]+){0,3}",
    r"(?:nummer|editie|jaargang) \d+(?:\s*[|,·/-].{0,60})?",
    r"(?:al |word |nu )+(?:abonnee|lid|donateur)[?!]?|neem (?:nu )?een (?:proef)?abonnement[.!]?",
)
"""Headings of what is no news, where little stands below and nothing leads anywhere."""
_ADVERTISEMENT = re.compile(
    r"[(\[]?(?:advertenties?|advertorial|gesponsord(?:e inhoud)?|partnerbijdrage|reclame)[)\]]?:?",
    re.IGNORECASE,
)
_READ_ON = re.compile(
    r"[>»→\s]*(?:(?:lees|bekijk|read|continue|klik hier)\b.{0,60}"
    r"|(?:verder|meer)(?: (?:lezen|weten|info\w*|hierover|nieuws|over)\b.{0,60})?[\s>»→.]*$"
    r"|naar (?:(?:het|dit|de|deze|onze|alle) )?(?:artikel|bericht|verhaal|website|site|pagina)"
    r"\b.{0,60})",
    re.IGNORECASE,
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
        on = [link for link in reversed(links) if _leads_on(link.text)]
        heading = self.heading.links if self.heading else ()
        return next((link.address for link in (*heading, *on) if link.address), "")


def read_pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    """A newsletter in pieces, without what it says of itself and without advertisements."""
    listed = _without_footer(list(blocks))
    links = sum(_is_link_heading(*pair) for pair in pairwise(listed))
    pieces = [Piece(heading=None)]
    announced: set[int] = set()
    is_announced = False
    for index, block in enumerate(listed):
        text = " ".join(block.text.split())
        after = listed[index + 1] if index + 1 < len(listed) else None
        if is_own(text):
            continue
        if _is_heading(block, text, after, by_links=links > 1):
            pieces.append(Piece(heading=block))
            if is_announced:
                announced.add(len(pieces) - 1)
        else:
            pieces[-1].blocks.append(block)
        is_announced = bool(_ADVERTISEMENT.fullmatch(text))
    hosts = Counter(host_of(piece.address) for piece in pieces if piece.address)
    home = hosts.most_common(1)[0][0] if hosts else ""
    for number, piece in enumerate(pieces):
        is_foreign = number in announced and (not piece.address or host_of(piece.address) != home)
        if (piece.heading or piece.blocks) and not is_foreign and not _is_apart(piece):
            yield piece


def _is_apart(piece: Piece) -> bool:
    """Whether a piece is no news: what it is called says so, and it says little itself."""
    if not piece.heading or not _APART.fullmatch(piece.title):
        return False
    return not piece.heading.links and piece.length <= _LONGEST_APART


def _without_footer(blocks: list[Block]) -> list[Block]:
    """The blocks up to where the newsletter speaks of itself, if no more news follows."""
    last = max((n for n, pair in enumerate(pairwise(blocks)) if _is_news(*pair)), default=-1)
    for index in range(last + 1, len(blocks)):
        if is_footer(blocks[index].text):
            blocks = blocks[:index]
            break
    blocks = blocks[: find_closing([block.text for block in blocks])]
    while (
        blocks
        and len(blocks[-1].text) <= _LONGEST_HEADING
        and (is_own(blocks[-1].text) or _ADDRESS.fullmatch(" ".join(blocks[-1].text.split())))
    ):
        blocks = blocks[:-1]
    return blocks


def _is_heading(block: Block, text: str, after: Block | None, *, by_links: bool) -> bool:
    """Whether a block stands above others: it is marked so, or a section or link above prose.

    A link counts with `by_links` only: one alone leads out of an article.
    """
    if len(text) > _LONGEST_HEADING:
        return False
    if block.level:
        return True
    if block.is_heading and not text.endswith("."):
        return True
    if after is None:
        return False
    return (is_section(text) and after.is_heading) or (by_links and _is_link_heading(block, after))


def _is_link_heading(block: Block, after: Block) -> bool:
    """Whether a block is nothing but a link, above prose without one."""
    text = " ".join(block.text.split())
    link = " ".join(block.links[0].text.split()) if block.links else ""
    is_link = link == text and len(text.split()) >= _FEWEST_WORDS and not _READ_ON.match(text)
    return is_link and len(after.text) >= LEAST_PROSE and not after.links[:1]


_FEWEST_WORDS = 3


def _is_news(block: Block, after: Block) -> bool:
    """Whether a block is a heading above prose, and not one of what is no news."""
    return (
        block.is_heading
        and not _APART.fullmatch(" ".join(block.text.split()))
        and len(after.text) >= LEAST_PROSE
        and not is_footer(after.text)
    )


def plain_blocks(text: str) -> list[Block]:
    """A newsletter in plain text as blocks: headings as senders mark them, addresses as links."""
    blocks: list[Block] = []
    paragraphs = [
        [line.strip() for line in paragraph.strip().split("\n")]
        for paragraph in re.split(r"\n\s*\n", text)
    ]
    alone = _headings_alone(paragraphs)
    for index, lines in enumerate(paragraphs):
        start = 0
        for number, line in enumerate(lines):
            ruled = number + 1 < len(lines) and bool(_RULE.fullmatch(lines[number + 1]))
            if line.startswith("** ") or ruled or _IN_STARS.fullmatch(line) or index in alone:
                blocks += _plain_block(lines[start:number], is_heading=False)
                blocks += _plain_block([line], is_heading=True)
                start = number + 1
            elif found := _LEADS.fullmatch(line):
                blocks += _plain_block(lines[start:number], is_heading=False)
                link = Anchor(text=found[1] or found[2], address=link_address(found[2]), before="")
                blocks.append(Block(text=link.text, links=(link,)))
                start = number + 1
        blocks += _plain_block(lines[start:], is_heading=False)
    return blocks


def _headings_alone(paragraphs: Sequence[list[str]]) -> frozenset[int]:
    """Which paragraphs are headings though nothing marks them: lines above prose.

    More than one of them has a number, or stands first or where the item before asks to read on.
    """
    above = [
        index
        for index, (lines, after) in enumerate(pairwise(paragraphs))
        if len(lines) == 1
        and len(lines[0]) <= _LONGEST_HEADING
        and not lines[0].endswith((".", ":"))
        and not _is_address(lines)
        and len(" ".join(after)) > len(lines[0])
        and not _is_address(after)
    ]
    numbered = [index for index in above if _NUMBER.match(paragraphs[index][0])]
    led = [index for index in above if not index or _is_address(paragraphs[index - 1][-1:])]
    headings = numbered if len(numbered) > len(led) else led
    return frozenset(headings if len(headings) > 1 else ())


def _is_address(lines: Sequence[str]) -> bool:
    """Whether lines end in one that only leads somewhere."""
    return bool(lines) and bool(_LEADS.fullmatch(lines[-1]))


def _plain_block(lines: Iterable[str], *, is_heading: bool) -> list[Block]:
    """Lines as a block, or none where they say nothing."""
    text = " ".join(line for line in lines if not _RULE.fullmatch(line))
    links = tuple(
        Anchor(text=found[1].strip(), address=link_address(found[2]), before="")
        for found in _WRITTEN_LINK.finditer(text)
    )
    shown = _WRITTEN_LINK.sub(r"\1", text)
    shown = _NUMBER.sub("", shown.strip("* ")) if is_heading else shown.strip()
    level = 2 if is_heading else 0
    return [Block(text=shown, links=links, level=level, is_heading=is_heading)] if shown else []


_RULE = re.compile(r"[-=_*~]{3,}")
_IN_STARS = re.compile(r"\*[^*\s](?:[^*]*[^*\s])?\*")
_NUMBER = re.compile(r"\d{1,2}[.)] +")
_LEADS = re.compile(r"(?:([^:/]{1,60}?) *[:>»→] *)?[<(]?(https?://[^\s<>()]+)[>)]?")
_WRITTEN_LINK = re.compile(r"([^()\n.!?]{2,80}?)\s*[(<](https?://[^\s()<>]+)[)>]")


def is_own(text: str) -> bool:
    """Whether a line is what a newsletter says of itself, or greets with."""
    line = " ".join(text.split())
    return len(line) <= _LONGEST_HEADING and bool(_SAYS_OF_ITSELF.fullmatch(line))


def find_closing(lines: Sequence[str]) -> int:
    """Where a letter closes: a greeting with nothing but short lines below, else the end."""
    for index in range(len(lines) - 1, -1, -1):
        if index and re.fullmatch(_CLOSING, " ".join(lines[index].split()), re.IGNORECASE):
            return index
        if len(lines[index]) > _LONGEST_SIGNED or lines[index].endswith("."):
            break
    return len(lines)


def is_footer(text: str) -> bool:
    """Whether a line is where a newsletter begins to speak of itself."""
    return bool(_FOOTER.fullmatch(" ".join(text.split())))


def names_section(title: str) -> bool:
    """Whether a heading without text is the name of a section."""
    return is_section(title) or len(title) <= _LONGEST_SECTION


def read_newsletter(blocks: Iterable[Block]) -> tuple[Paragraph, ...]:
    """The paragraphs of a piece; what asks to read on or to leave is a notice."""
    return tuple(
        replace(part, role=Role.NOTICE)
        if part.role is Role.BODY and (is_footer(part.text) or _is_link_alone(part))
        else part
        for part in read_paragraphs(blocks)
    )


def _is_link_alone(part: Paragraph) -> bool:
    """Whether a paragraph is nothing but a link that asks to read on."""
    return bool(part.links) and part.text == part.links[0].text and _leads_on(part.text)


def _leads_on(text: str) -> bool:
    """Whether the text of a link asks to read on, or is its address."""
    return bool(_READ_ON.match(text) or _LEADS.fullmatch(text))
