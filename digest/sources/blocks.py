"""HTML of feeds and pages as blocks of text, as a browser would show them.

A real parser (libxml2, through lxml) reads the tags; what becomes of them is told here. It gives
events and builds no tree, so that time and memory grow with the text and depth is no obstacle.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from digest.cleaning import clean, read_references, whole_pairs, without_controls
from digest.links import link_address
from digest.sources.hosts import join_address
from digest.sources.lists import List, has_marker
from digest.sources.raised import raised
from digest.sources.styles import is_bold, is_hidden, text_size
from digest.sources.tables import Anchor, Block, Table

_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p
    pre section summary table tbody td tfoot th thead tr ul
    """.split()
)
_NOT_SHOWN = frozenset(
    """
    applet audio button canvas datalist del frameset head iframe map math meter nav noembed noframes
    noscript option progress rp rt s script select strike style svg template
    textarea title video
    """.split()
)
_BOLD = frozenset("b strong".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_SPEAKERS = frozenset("cite figcaption footer".split())
PARAGRAPH = "\ue000"
"""Stands where a paragraph ends, in the private area of Unicode; no text has it."""
_SPACES = re.compile(r"[^\S ]\s*|\s{2,}")
_BACK = re.compile("\u21a9[\ufe0e\ufe0f]?")
_EMOJI = re.compile(r"\bemoji\b|wp-smiley|/emoji/")
_ENDED = re.compile(r"[.!?…\"”’'»]\s*$")
_LISTS = frozenset("dir menu ol ul".split())
_OPENING = tuple("\"'“”„‘’‚«‹")
_CLOSING = tuple("\"'”’»›“‘")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|<!\[")
_BLOCK_TAG = re.compile(r"</?(?:p|br|div|ul|ol|li|h[1-6]|table|blockquote)\b[^<>]*>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DEEPEST = 400
_PIECE = 1 << 12
_TINY = 1.0
_NEAR, _CONTEXT = 8, 60
"""Pieces of text and letters before a link by which its place is told."""
_LARGE = 18.0
_MOST_RAISED = 3
"""Pieces of text that a power, a unit or the mark of a note is made of."""


def read_blocks(
    html: str, *, base: str = "", pictures: list[str] | None = None
) -> tuple[Block, ...]:
    """The blocks of a piece of HTML; `base` is the address that its links start from.

    Nothing active and nothing hidden survives. Text that was escaped once too often is read too.
    The texts that stand for pictures go to `pictures`.
    """
    if not _TAG.search(html) and _BLOCK_TAG.search(escaped := clean(html)):
        html = escaped
    from lxml.etree import HTMLParser  # noqa: PLC0415 - only feeds and pages need it

    builder = _Builder(base=base)
    events = parser = None
    html = read_references(html)
    if "]]>" in html or "<![" in html:
        html = _CDATA.sub("", html)
    for piece in _pieces(without_controls(whole_pairs(html))):
        if not events or events.depth > _DEEPEST:
            # What an end tag ends would be looked for ever longer: begin as if at the top.
            if events and parser:
                events.builder = None
                parser.close()
            events = _Events(builder)
            parser = HTMLParser(target=events, encoding="utf-8", huge_tree=True)
            parser.feed(b"<div>")
        assert parser
        parser.feed(piece.encode())
    if parser:
        parser.close()
    if pictures is not None:
        pictures.extend(builder.pictures)
    return builder.finish()


def _links_of(text: str, links: list[Anchor]) -> tuple[Anchor, ...]:
    """Those of the first links that are in a text, and they are taken from the list."""
    inside = tuple(link for link in links[:_LOOK_AHEAD] if link.text in text)
    links[:_LOOK_AHEAD] = [link for link in links[:_LOOK_AHEAD] if link not in inside]
    return inside


_LOOK_AHEAD = 50


def looks_like_html(text: str) -> bool:
    """Whether a text has tags, be they escaped once more."""
    return bool(_TAG.search(text) or _BLOCK_TAG.search(clean(text)))


def _pieces(html: str) -> Iterator[str]:
    """A text in pieces that end where a tag begins, if one does."""
    start = 0
    while start < len(html):
        end = start + _PIECE
        if end < len(html):
            end = max(html.rfind("<", start + 1, end), 0) or end
        yield html[start:end]
        start = end


class _Events:
    """What the parser calls; it hands all on to a builder for as long as there is one."""

    def __init__(self, builder: "_Builder") -> None:
        self.builder: _Builder | None = builder
        self.depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.builder:
            self.builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.builder:
            self.builder.end(tag)

    def data(self, text: str) -> None:
        if self.builder:
            self.builder.text(text)

    def close(self) -> None:
        """The parser asks for it."""


@dataclass(slots=True)
class _Element:
    """An open element: whether its text is hidden or of no size, where that and its links begin."""

    tag: str
    hidden: bool
    tiny: bool
    large: bool = False
    bold: bool = False
    begins: int = 0
    links: int = 0


@dataclass(slots=True)
class _Builder:
    """Makes blocks of the events of a parser; `pieces` is the text of the block that is open."""

    base: str
    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    links: list[Anchor] = field(default_factory=list)
    open: list[_Element] = field(default_factory=list)
    lists: list[List] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    quotes: list[_Element] = field(default_factory=list)
    marker: str = ""
    bold: int = 0
    level: int = 0
    heads: int = 0
    has_large: bool = False
    has_small: bool = False
    has_plain: bool = False
    has_bold: bool = False
    preformatted: int = 0
    address: str | None = None
    linked_from: int = 0
    pictures: list[str] = field(default_factory=list)

    def finish(self) -> tuple[Block, ...]:
        self._flush()
        while self.tables:
            self._end_table()
        return tuple(self.blocks)

    def text(self, text: str) -> None:
        if self.open and (self.open[-1].hidden or self.open[-1].tiny):
            return
        if not text.isspace():
            self.has_plain = self.has_plain or not self.bold
            self.has_bold = self.has_bold or bool(self.bold)
            is_large = bool(self.open) and self.open[-1].large
            self.has_large = self.has_large or is_large
            self.has_small = self.has_small or not is_large
        if self.preformatted:
            text = text.replace("\n", PARAGRAPH)
        is_plain = text.isprintable() and "  " not in text
        self.pieces.append(text if is_plain else _SPACES.sub(" ", text))

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        above = self.open[-1] if self.open else _Element("", hidden=False, tiny=False)
        hidden = above.hidden or tag in _NOT_SHOWN or is_hidden(attributes)
        size = text_size(attributes)
        tiny = above.tiny if size is None else size <= _TINY
        large = above.large if size is None else size >= _LARGE
        hidden = hidden or (tag == "dialog" and "open" not in attributes)
        if tag in _BLOCKS and not hidden:
            self._flush()
        begins = len(self._sink() if tag in _LISTS | {"blockquote"} else self.pieces)
        self.open.append(
            _Element(
                tag,
                hidden=hidden,
                tiny=tiny,
                large=large,
                bold=tag in _BOLD or is_bold(attributes),
                begins=begins,
                links=len(self.links),
            )
        )
        if hidden:
            return
        self.bold += self.open[-1].bold
        if tag in _HEADINGS:
            self.level = int(tag[1])
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "blockquote":
            self.quotes.append(self.open[-1])
        elif tag in _SPEAKERS and self.quotes:
            self._end_quotation()
        self._begin(tag, attributes)

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "br":
            # A line that is bold as a whole is a heading.
            is_heading = self.has_bold and not self.has_plain and not self.bold
            is_heading = is_heading or (
                self.has_large and not self.has_small and not self._is_large()
            )
            self.pieces.append(PARAGRAPH if is_heading else "\n")
            self.heads += is_heading
            self.has_plain = self.has_bold = self.has_large = self.has_small = False
        elif tag == "img" and _EMOJI.search(f"{attributes.get('class')} {attributes.get('src')}"):
            self.pieces.append(attributes.get("alt", ""))
        elif tag == "img":
            self.pictures.append(attributes.get("alt") or "")
        elif tag == "a":
            self._end_link()
            href = (attributes.get("href") or "").strip()
            self.address = self._absolute(href) if href and not href.startswith("#") else None
            self.linked_from = len(self.pieces)
        elif tag in _LISTS:
            self.lists.append(List(tag, attributes))
        elif tag == "li":
            counted = self.lists[-1] if self.lists else List("ul", {})
            self.marker = counted.marker(attributes)
        elif tag == "table":
            if self.tables:
                self._lay_out(self.tables[-1])
            is_layout = attributes.get("role") in ("presentation", "none")
            self.tables.append(Table(is_layout=is_layout, is_inner=bool(self.tables)))
        elif tag in ("tr", "td", "th") and self.tables and not self.tables[-1].is_layout:
            self._begin_cell(tag, self.tables[-1])

    def _is_large(self) -> bool:
        """Whether what comes is large too: the `br` itself is open already."""
        return len(self.open) > 1 and self.open[-2].large

    def _begin_cell(self, tag: str, table: Table) -> None:
        if tag == "tr" or not table.rows:
            table.rows.append([])
        if tag != "tr":
            table.rows[-1].append([])
            table.is_headed = table.is_headed or tag == "th"

    def end(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            return
        element = self.open.pop()
        if element.hidden:
            return
        self.bold -= element.bold
        if tag == "pre":
            self.preformatted -= 1
        if tag in _BLOCKS:
            self._flush()
            self.level = 0 if tag in _HEADINGS else self.level
            self._end_block(tag, element)
        elif tag == "a":
            self._end_link()
        elif tag == "q":
            self._quote(element.begins)
        elif tag in ("sup", "sub"):
            self._raise(element)

    def _end_block(self, tag: str, element: _Element) -> None:
        if tag == "blockquote":
            if self.quotes and self.quotes[-1] is element:
                self.quotes.pop()
                self._quote_blocks(element.begins)
        elif tag in _LISTS and self.lists:
            self._count_down(self.lists.pop(), element.begins)
        elif tag == "li":
            self.marker = ""
        elif tag == "table" and self.tables:
            self._end_table()

    def _flush(self) -> None:
        """End the block that is open: one, or more where lines were left empty."""
        self._end_link(goes_on=True)
        text = clean("".join(self.pieces))
        if "\u21a9" in text:
            text = _BACK.sub("", text)
        links, self.links = self.links, []
        self.pieces.clear()
        is_heading = bool(self.level) or (self.has_bold and not self.has_plain)
        is_heading = is_heading or (self.has_large and not self.has_small)
        heads, self.heads = self.heads, 0
        self.has_plain = self.has_bold = self.has_large = self.has_small = False
        for part in re.split(rf"\s*{PARAGRAPH}[\s{PARAGRAPH}]*|\n[^\S\n]*(?:\n\s*)+", text):
            lines = [line for each in part.split("\n") if (line := " ".join(each.split()))]
            if lines:
                shown = "\n".join(lines)
                if has_marker(shown):
                    self.marker = ""
                inside = _links_of(" ".join(lines), links)
                self._sink().append(
                    Block(
                        text=f"{self.marker}{shown}",
                        links=inside,
                        is_heading=is_heading or heads > 0,
                        level=self.level,
                    )
                )
                heads -= 1
                self.marker = ""

    def _sink(self) -> list[Block]:
        """Where blocks go: into the cell that is open, if it may be one of a table of data."""
        table = self.tables[-1] if self.tables else None
        if table and not table.is_layout and table.rows and table.rows[-1]:
            return table.rows[-1][-1]
        return self.blocks

    def _absolute(self, address: str) -> str:
        return link_address(join_address(self.base, clean(address)))

    def _end_link(self, *, goes_on: bool = False) -> None:
        """Keep the link that is open; with `goes_on` it holds for the next block too."""
        if self.address is not None:
            text = " ".join(clean("".join(self.pieces[self.linked_from :])).split())
            if text:
                before = "".join(self.pieces[max(self.linked_from - _NEAR, 0) : self.linked_from])
                before = " ".join(clean(before[-_CONTEXT:]).split())
                self.links.append(Anchor(text=text, address=self.address, before=before))
        self.linked_from = 0
        if not goes_on:
            self.address = None

    def _quote(self, begins: int) -> None:
        """Put the marks around a quotation that a browser shows, unless it has its own."""
        inner = (piece for piece in self.pieces[begins : begins + 3] if piece.strip())
        first = next(inner, "").lstrip()
        before = "".join(self.pieces[max(begins - 2, 0) : begins]).rstrip()
        if first and not first.startswith(_OPENING) and not before.endswith(_OPENING):
            self.pieces.insert(begins, "“")
            self.pieces.append("”")

    def _count_down(self, ended: List, begins: int) -> None:
        """Number the items of a list that counts down to one, now that their number is known."""
        blocks = self._sink()
        for index in range(begins, len(blocks)) if ended.is_open else ():
            block = blocks[index]
            blocks[index] = replace(block, text=ended.numbered(block.text))

    def _end_quotation(self) -> None:
        """End what is quoted before the name of who said it."""
        said = "".join(self.pieces[-_MOST_RAISED:])
        if not said.strip() or _ENDED.search(said):
            self._flush()
            self._quote_blocks(self.quotes.pop().begins)

    def _quote_blocks(self, begins: int) -> None:
        """The same for paragraphs that are quoted; who said it, after a dash, is no part."""
        blocks = self._sink()
        if begins >= len(blocks):
            return
        end = len(blocks) - 1
        while end > begins and blocks[end].text.startswith(("—", "–", "- ")):
            end -= 1
        first, last = blocks[begins], blocks[end]
        if first.text.startswith(_OPENING) or last.text.endswith(_CLOSING):
            return
        blocks[begins] = replace(first, text=f"“{first.text}")
        said, _, speaker = blocks[end].text.rpartition("\n")
        if said and speaker.startswith(("—", "–", "- ")):
            blocks[end] = replace(blocks[end], text=f"{said}”\n{speaker}")
        else:
            blocks[end] = replace(blocks[end], text=f"{blocks[end].text}”")

    def _raise(self, element: _Element) -> None:
        """Write what is raised or lowered so that it can be read in a line."""
        begins = element.begins
        inside = self.pieces[begins:]
        if len(inside) > _MOST_RAISED:
            return
        before = "".join(self.pieces[max(begins - _MOST_RAISED, 0) : begins])
        linked = self.address is not None or len(self.links) > element.links
        text = raised(element.tag, before, "".join(inside), linked=linked)
        self.pieces[begins:] = [text]
        if not text:
            del self.links[element.links :]

    def _end_table(self) -> None:
        table = self.tables.pop()
        if not table.is_data:
            self._lay_out(table)
            return
        self._sink().extend(table.as_rows())

    def _lay_out(self, table: Table) -> None:
        """Give the blocks of a table that is there for the looks, one after the other."""
        self.blocks.extend(block for row in table.rows for cell in row for block in cell)
        table.rows.clear()
        table.is_layout = True
