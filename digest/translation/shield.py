"""What is not prose stays out of the model and comes back unchanged.

URLs, addresses, handles, codes, emoji and markup are replaced by placeholders that look
like names of products, which models copy; a translation in which one is lost or doubled is
recognised, so that the text can be translated around it.
"""

import re
from dataclasses import dataclass

_SPANS = re.compile(
    r"""
    https?://[^\s<>"”]*[^\s<>"”.,;:!?)\]]           # web addresses, without the mark after them
    | www\.[^\s<>"”]*[^\s<>"”.,;:!?)\]]
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                  # mail addresses
    | (?<![\w@])[@\#][A-Za-z_]\w*                   # handles and hashtags
    | </?[A-Za-z][^<>\n]{0,200}>                    # markup
    | &(?:\w{2,8}|\#\d{1,6});
    | `[^`\n]+`
    | \b(?=[\w/-]*\d)(?=[\w/-]*[A-Z])[A-Z\d]+(?:[-_/][A-Z\d]+)+\b   # codes: SARS-COV-2, A/HRC/51
    | \b\w+_\w+\b                                   # names_with_underscores: Argos drops the mark
    | [\U0001F000-\U0001FAFF\u2190-\u21FF\u2300-\u23FF\u2600-\u27BF\uFE0F\u200D♪]+   # emoji, signs
    """,
    re.VERBOSE,
)
_LETTERS = "ABCDEFGHJKLMNP"
_PLACEHOLDER = re.compile(rf"XQ[{_LETTERS}]+X")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shielded:
    """A text with placeholders, and the spans that they stand for, in order."""

    text: str
    spans: tuple[str, ...]


def shield(text: str) -> Shielded:
    """Replace what is not prose by placeholders; the same span has the same one."""
    spans: list[str] = []

    def replace(found: re.Match[str]) -> str:
        if found[0] not in spans:
            spans.append(found[0])
        return _name(spans.index(found[0]))

    if _PLACEHOLDER.search(text):
        return Shielded(text=text, spans=())
    return Shielded(text=_SPANS.sub(replace, text), spans=tuple(spans))


def unshield(text: str, spans: tuple[str, ...]) -> str:
    """Put the spans back in the place of their placeholders."""
    originals = {_name(index): span for index, span in enumerate(spans)}
    return _PLACEHOLDER.sub(lambda found: originals.get(found[0], found[0]), text)


def placeholders(text: str) -> list[str]:
    """The placeholders in a text, sorted."""
    return sorted(_PLACEHOLDER.findall(text))


def split_at_placeholders(text: str) -> tuple[str, ...]:
    """The text in pieces, each a placeholder or free of them; joined they are the text."""
    return tuple(piece for piece in re.split(rf"({_PLACEHOLDER.pattern})", text) if piece)


def _name(index: int) -> str:
    first, rest = index % len(_LETTERS), index // len(_LETTERS)
    return f"XQ{_LETTERS[first]}{_LETTERS[0] * rest}X"
