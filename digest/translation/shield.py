"""What is not prose stays out of the model and comes back unchanged.

URLs, addresses, handles, codes, emoji and markup are replaced by placeholders that look
like names of products, which models copy; a translation in which one is lost or doubled is
recognised, so that the text can be translated around it.
"""

import re
from dataclasses import dataclass

_SPANS = re.compile(
    r"""
    \S{200,}                                        # what nobody writes
    | https?://[^\s<>"”]*[^\s<>"”.,;:!?)\]]           # web addresses, without the mark after them
    | www\.[^\s<>"”]*[^\s<>"”.,;:!?)\]]
    | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+      # mail addresses
    | (?<![\w@])[@\#][A-Za-z_]\w*                   # handles and hashtags
    | </?[A-Za-z][^<>\n]{0,200}>                    # markup
    | &(?:\w{2,8}|\#\d{1,6});
    | `[^`\n]+`
    | \b(?=[\w/-]{0,60}\d)(?=[\w/-]{0,60}[A-Z])     # codes: SARS-COV-2, A/HRC/51
      [A-Z\d]{1,30}(?:[-_/][A-Z\d]{1,30}){1,9}\b
    | \d+\^[-+\u2212]?\d+                              # powers
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
    spans: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        return spans.setdefault(found[0], _name(len(spans)))

    shielded = Shielded(text=_SPANS.sub(replace, text), spans=tuple(spans))
    # A text with placeholders of its own, or half of one beside a span, is left as it is.
    mistaken = _PLACEHOLDER.search(text) or unshield(shielded.text, shielded.spans) != text
    return Shielded(text=text, spans=()) if mistaken else shielded


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
    """The name of a placeholder: a number in letters, the units first."""
    index, units = divmod(index, len(_LETTERS))
    letters = _LETTERS[units]
    while index:
        index, rest = divmod(index - 1, len(_LETTERS))
        letters += _LETTERS[rest]
    return f"XQ{letters}X"
