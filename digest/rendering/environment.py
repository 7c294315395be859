"""The one Jinja2 environment, and rendering an edition with it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.edition import Alignment, Edition, Layout
from digest.errors import TemplateError
from digest.rendering.filters import FILTERS


class Format(StrEnum):
    """What an edition is rendered as."""

    TEXT = "text"
    HTML = "html"


_TEMPLATES = {Format.TEXT: "edition.txt", Format.HTML: "edition.html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How an edition looks; `width` is in terminal cells, 0 leaves lines unwrapped."""

    layout: Layout = Layout.INTERLEAVED
    align: Alignment = Alignment.PARAGRAPH
    width: int = 72


def render(edition: Edition, form: Format, options: RenderOptions, templates: Path) -> str:
    """The edition as a document. Raises `TemplateError` with file, line and reason."""
    environment = make_environment(templates)
    name = _TEMPLATES[form]
    try:
        text = environment.get_template(name).render(
            edition=edition,
            layout=options.layout.value,
            by_sentence=options.align is Alignment.SENTENCE,
            dutch=options.layout is not Layout.TRANSLATION,
            translated=options.layout is not Layout.ORIGINAL,
            width=options.width,
        )
    except TemplateNotFound as error:
        raise TemplateError(f"The template {error.name} is missing in {templates}.") from error
    except TemplateSyntaxError as error:
        raise TemplateError(f"{error.filename}, line {error.lineno}: {error.message}") from error
    except JinjaError as error:
        raise TemplateError(f"{templates / name}: {error}") from error
    return inline_styles(text) if form is Format.HTML else text


def inline_styles(html: str) -> str:
    """The same page with its rules as style attributes, since mail programs drop sheets.

    Rules that cannot be inlined (dark mode, print) stay in the head. Nothing is fetched.
    """
    inliner = css_inline.CSSInliner(
        keep_at_rules=True, load_remote_stylesheets=False, minify_css=False
    )
    return inliner.inline(html)


def make_environment(templates: Path) -> ImmutableSandboxedEnvironment:
    """An environment that escapes in HTML, and in which an unknown name is an error."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment
