"""Whole documents: HTML that is not too large, mail made of text and HTML, feeds and books."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.edition import Dated, Edition, Format
from digest.rendering.book import make_book
from digest.rendering.environment import Templates, render, render_pieces
from digest.rendering.feeds import NOWHERE, Place, make_feed
from digest.rendering.message import Envelope, make_message
from digest.rendering.size import WARN_ABOVE, fit_size
from digest.rendering.view import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How documents are made; `max_size` is in kilobytes, 0 only warns of large ones.

    `made` is the aware moment when the edition was made, `place` where a document will be found.
    """

    look: Look
    templates: Templates
    made: datetime
    warn: Callable[[str], object]
    max_size: int = 0
    place: Place = NOWHERE


def make_document(edition: Edition, form: Format, making: Making) -> Iterator[bytes]:
    """The edition in any format but those that need more: html with its size, eml an envelope.

    It comes in pieces. Raises `TemplateError`.
    """
    if form is Format.EPUB:
        return iter([make_book(edition, making.look, making.templates, making.made)])
    if form in (Format.ATOM, Format.JSONFEED):
        pieces = make_feed(
            edition.full_title,
            [Dated(edition=edition, made=making.made)],
            form,
            look=making.look,
            templates=making.templates,
            place=making.place,
        )
    elif form is Format.HTML:
        pieces = iter([render(edition, form, making.look, making.templates)])
    else:
        pieces = render_pieces(edition, form, making.look, making.templates)
    return map(str.encode, pieces)


def make_html(edition: Edition, making: Making) -> tuple[str, str]:
    """The HTML for mail, and the whole of it where that had to be shortened, else nothing."""

    def make(version: Edition) -> str:
        return render(version, Format.HTML, making.look, making.templates)

    whole = make(edition)
    size = len(whole.encode("utf-8"))
    most = making.max_size * 1000 or WARN_ABOVE
    if size <= most:
        return whole, ""
    if not making.max_size:
        making.warn(
            f"The html is {size // 1000} KB; Gmail clips at 102 KB. --max-size 90 shortens it."
        )
        return whole, ""
    short = make(fit_size(edition, lambda version: len(make(version).encode("utf-8")), most))
    if (size := len(short.encode("utf-8"))) > most:
        making.warn(f"The html cannot be shortened below {size // 1000} KB.")
    return short, whole


def make_mails(
    edition: Edition, making: Making, envelopes: Sequence[Envelope]
) -> tuple[bytes, ...]:
    """A complete message for each envelope; HTML that had to be shortened is attached whole."""
    html, whole = make_html(edition, making)
    text = render(edition, Format.TEXT, making.look, making.templates)
    return tuple(
        make_message(edition, text=text, html=html, envelope=envelope, whole=whole).as_bytes()
        for envelope in envelopes
    )


def make_mail(edition: Edition, making: Making, envelope: Envelope) -> bytes:
    """The message for one envelope."""
    (message,) = make_mails(edition, making, [envelope])
    return message
