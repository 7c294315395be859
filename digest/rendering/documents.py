"""Whole documents: HTML that is not too large, and mail messages made of text and HTML."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.edition import Edition
from digest.rendering.environment import Format, Templates, render
from digest.rendering.message import Envelope, make_message
from digest.rendering.size import WARN_ABOVE, fit_size
from digest.rendering.view import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How documents are made; `max_size` is in kilobytes, 0 only warns of large ones."""

    look: Look
    templates: Templates
    max_size: int
    warn: Callable[[str], object]


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
