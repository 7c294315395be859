"""Documents with some of their items."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from digest.article import Article, Brief, Document
from digest.identity import identity


def select_items(
    documents: Iterable[Document], *, keep: Callable[[str], bool]
) -> tuple[Document, ...]:
    """The documents with those items whose identity is to be kept."""
    return tuple(
        replace(
            document,
            parts=tuple(
                part
                for part in document.parts
                if not isinstance(part, Article | Brief) or keep(identity(part))
            ),
        )
        for document in documents
    )
