"""What of a page nobody sees, by the attributes of an element."""

import re
from collections.abc import Mapping

_HIDDEN_CLASSES = frozenset(
    """
    hidden hide-visually preheader preheader-text preview-text previewtext screen-reader-text
    sr-only visually-hidden visuallyhidden
    """.split()
)
_HIDING = frozenset(
    """
    content-visibility:hidden display:none mso-hide:all visibility:collapse visibility:hidden
    """.split()
)
_FLATTENING = re.compile(r"(?:max-)?(?:height|width):0(?:\.0+)?(?:px|pt|em|rem|%)?")
_SHOWN_ELSEWHERE = re.compile(r"\b\w+:(?:block|flex|grid|inline|table|contents|not-sr-only)")
"""On wider screens, as in `hidden md:block`."""
_AWAY = re.compile(r"(?:left|top|text-indent):-\d{3,}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIZE = re.compile(r"(\d*\.?\d+)([a-z%]*)")
_ORDINARY = 16.0
_PIXELS = {"em": _ORDINARY, "rem": _ORDINARY, "%": _ORDINARY / 100}


def is_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether an element is not shown, as the preheaders of newsletters are.

    By HTML's `hidden`, by its style, or by a class that is known for it.
    """
    if "hidden" in attributes:
        return True
    classes = attributes.get("class", "").lower()
    if not _HIDDEN_CLASSES.isdisjoint(classes.split()) and not _SHOWN_ELSEWHERE.search(classes):
        return True
    style = _declarations(attributes)
    if not style.isdisjoint(_HIDING):
        return True
    # One of these alone is a style like others, as the beginning of an animation.
    flat = any(map(_FLATTENING.fullmatch, style)) and "overflow:hidden" in style
    flat = flat or ("position:absolute" in style and any(map(_AWAY.match, style)))
    return flat or ("opacity:0" in style and text_size(attributes) in (0.0, 1.0))


def text_size(attributes: Mapping[str, str]) -> float | None:
    """The font size that an element sets, about in pixels, or None where it sets none.

    Zero or one is how newsletters close the gaps between pictures; what stands inside sets its own.
    """
    for declaration in _declarations(attributes):
        if declaration.startswith("font-size:"):
            found = _SIZE.match(declaration.removeprefix("font-size:"))
            return float(found[1]) * _PIXELS.get(found[2], 1.0) if found else _ORDINARY
        if declaration.startswith("font:") and (found := _SHORTHAND.search(declaration)):
            return float(found[1])
    size = attributes.get("size", "")  # of the old element `font`: 3 is ordinary, 7 the largest
    return _OLD_SIZES.get(size)


_SHORTHAND = re.compile(r"(\d{1,3})px")
_OLD_SIZES = {"4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0, "+1": 18.0, "+2": 24.0, "+3": 32.0}


def is_bold(attributes: Mapping[str, str]) -> bool:
    """Whether an element sets its text in bold."""
    return any(_BOLD.match(declaration) for declaration in _declarations(attributes))


_BOLD = re.compile(r"font-weight:(?:bold(?:er)?|[6-9]00)$|font:(?:\w*)(?:bold|[67]00)")


def _declarations(attributes: Mapping[str, str]) -> frozenset[str]:
    style = attributes.get("style", "")
    if not style:
        return frozenset()
    plain = _COMMENT.sub("", style).lower().replace("!important", "")
    return frozenset("".join(part.split()) for part in plain.split(";"))
