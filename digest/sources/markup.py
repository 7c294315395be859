"""HTML of feeds as paragraphs of plain text; nothing active survives."""

import re
from collections import Counter
from html.parser import HTMLParser

_BLOCKS = frozenset(
    """
    address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header hr li main nav ol p pre section table td th tr ul
    """.split()
)
_HIDDEN = frozenset(
    "script style template noscript iframe object embed svg math head title".split()
)
_VOID = frozenset("br hr img input link meta embed source track wbr area base col".split())


def html_paragraphs(html: str) -> tuple[str, ...]:
    """The text of HTML, a string for each block, without tags, scripts, styles and comments."""
    parser = _Text()
    parser.feed(_without_loose_ends(html))
    parser.close()
    blocks = "".join(parser.pieces).split("\n")
    return tuple(text for block in blocks if (text := " ".join(block.split())))


def _without_loose_ends(html: str) -> str:
    """HTML in which what begins a tag or comment and is never ended is text.

    The parser looks for the end of each of them as far as the text goes, and stumbles over
    sections that SGML does not know.
    """
    html = re.sub(r"<!\[(?!CDATA\[)", "&lt;![", html)
    for begin, end in (("<![CDATA[", "]]>"), ("<!--", "-->"), ("<", ">")):
        ended = html.rfind(end) + len(end) if end in html else 0
        html = html[:ended] + html[ended:].replace(begin, f"&lt;{begin[1:]}")
    return html


def looks_like_html(text: str) -> bool:
    """Whether a text has tags or character references."""
    return bool(re.search(r"<[a-zA-Z/!][^<>]*>|&(?:#\d+|#x[\da-fA-F]+|\w+);", text))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []
        self._count: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _HIDDEN and tag not in _VOID:
            self._hidden.append(tag)
            self._count[tag] += 1
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        while self._count[tag]:
            self._count[self._hidden.pop()] -= 1
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))
