"""What an item is known by, and documents with some of their items."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from digest.article import Article, Document, Item, Section


def identity(item: Item) -> str:
    """A name for an item that stays the same wherever and whenever it is read.

    It is made of the letters and digits of headline and body, in lower case, so that other
    spaces, quotes or times do not make it another item; without any, of all there is.
    """
    headline = item.headline.text if isinstance(item, Article) else ""
    texts = [headline, *(paragraph.text for paragraph in item.paragraphs)]
    text = "".join(texts)
    letters = "".join(char for char in text.lower() if char.isalnum())
    return hashlib.sha256((letters or text).encode(errors="surrogatepass")).hexdigest()[:32]


def select_items(
    documents: Iterable[Document], *, keep: Callable[[str], bool]
) -> tuple[Document, ...]:
    """The documents with those items whose identity is to be kept."""
    return tuple(
        replace(
            document,
            parts=tuple(
                part for part in document.parts if isinstance(part, Section) or keep(identity(part))
            ),
        )
        for document in documents
    )
