"""Blocks of text, and tables of them: some have data, others are there for the looks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.article import Role

_LONGEST_CELL = 160
_FEWEST_CELLS = 3
_FEWEST_SPACES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link in a block: its words, its absolute address, and what stands `before` it there."""

    text: str
    address: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, an item of a list or a row of a table.

    `text` has a line feed where a line was broken by hand; `role` is `TABLE` for a row, else
    `BODY`. A link whose address cannot be told has none. `is_heading` says that it is marked as
    one, or is bold or large as a whole; `level` is that of a mark, 0 for none.
    """

    text: str
    role: Role = Role.BODY
    links: tuple[Anchor, ...] = ()
    is_heading: bool = False
    level: int = 0


@dataclass(slots=True)
class Table:
    """A table that is being read; one for layout keeps nothing."""

    is_layout: bool
    is_inner: bool
    is_headed: bool = False
    rows: list[list[list[Block]]] = field(default_factory=list)

    @property
    def is_data(self) -> bool:
        """Whether people read it as rows: short cells side by side."""
        cells = [cell for row in self.rows for cell in row]
        widest = max((sum(map(bool, row)) for row in self.rows), default=0)
        if self.is_layout or widest <= 1:
            return False
        if self.is_headed:
            return True
        longest = _LONGEST_CELL // 2 if self.is_inner else _LONGEST_CELL
        if any(len(cell) > 1 or sum(len(b.text) for b in cell) > longest for cell in cells):
            return False
        if any(sum(_is_sentence(cell) for cell in row) > 1 for row in self.rows):
            return False
        return len(self.rows) > 1 or widest >= _FEWEST_CELLS

    def as_rows(self) -> Iterator[Block]:
        """A block for each row, its cells side by side."""
        for row in self.rows:
            cells = [" ".join(block.text for block in cell) for cell in row]
            links = tuple(link for cell in row for block in cell for link in block.links)
            if text := " | ".join(" ".join(cell.split()) for cell in cells).strip(" |"):
                role = Role.TABLE if " | " in text else Role.BODY
                yield Block(text=text, role=role, links=links)


def _is_sentence(cell: list[Block]) -> bool:
    """Whether a cell has a sentence, and not a name, a number or a time."""
    text = " ".join(block.text for block in cell)
    return text.endswith((".", "!", "?")) and text.count(" ") >= _FEWEST_SPACES
