"""Documents with some of their items."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from digest.article import Article, Brief, Document, shelve_documents
from digest.identity import identity
from digest.shelf import pick_where


def select_items(
    documents: Iterable[Document], *, keep: Callable[[str], bool]
) -> Sequence[Document]:
    """The documents with those items whose identity is to be kept."""

    def is_kept(part: object) -> bool:
        return not isinstance(part, Article | Brief) or keep(identity(part))

    return shelve_documents(
        replace(document, parts=pick_where(document.parts, is_kept)) for document in documents
    )
