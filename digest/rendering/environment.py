"""The one Jinja2 environment, and rendering an edition with it."""

import contextlib
import hashlib
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import StrictUndefined, TemplateNotFound, TemplateSyntaxError

from digest.edition import Edition, Format
from digest.errors import DigestError, OutputError, TemplateError
from digest.plaintext import plain, plain_emphasised
from digest.regular import read_regular
from digest.rendering.data import edition_as_json, edition_as_lines
from digest.rendering.filters import FILTERS
from digest.rendering.sandbox import MOST_TEMPLATE, FolderLoader, Sandbox, budget_for
from digest.rendering.view import Look, view_edition


@dataclass(frozen=True, slots=True)
class Templates:
    """Where templates are looked for: the user's folder first, if there is one."""

    shipped: Path
    own: Path | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders, in the order in which they are searched."""
        return (self.own, self.shipped) if self.own else (self.shipped,)

    def __str__(self) -> str:
        return " and ".join(map(str, self.folders))


_TEMPLATES = {
    Format.TEXT: "edition.txt",
    Format.HTML: "edition.html",
    Format.WEB: "web.html",
    Format.MD: "edition.md",
}


_BUFFER = 1000
"""So many pieces of a template's output are joined at once: there may be a million."""


class Press:
    """Fills templates with what is made of editions, within what those can need in all.

    Whatever a template says is without what steers a terminal or no XML document may have.
    """

    def __init__(self, templates: Templates, editions: Iterable[Edition]) -> None:
        self._templates = templates
        self._budget = budget_for(editions)
        self._environment = make_environment(templates)

    def fill(self, name: str, *, emphasis: bool = False, **values: Any) -> str:
        """The template of this name with these values, as `pieces` has it."""
        return "".join(self.pieces(name, emphasis=emphasis, **values))

    def pieces(self, name: str, *, emphasis: bool = False, **values: Any) -> Iterator[str]:
        """The same one piece after the other; with `emphasis` a template may set it in text.

        Then it is one piece, since a sequence that sets it may be in two. Raises `TemplateError`
        with file, line and reason.
        """
        with self._budget.timed(), _named_errors(self._templates):
            stream = self._environment.get_template(name).stream(**values)
            stream.enable_buffering(_BUFFER)
            pieces = self._budget.spend(stream)
            if emphasis:
                yield plain_emphasised("".join(pieces))
            else:
                yield from map(plain, pieces)


def render(edition: Edition, form: Format, look: Look, templates: Templates) -> str:
    """The edition as a document of one template, or JSON. Raises `TemplateError`."""
    text = "".join(render_pieces(edition, form, look, templates))
    return inline_styles(text) if form is Format.HTML else text


def render_pieces(
    edition: Edition, form: Format, look: Look, templates: Templates
) -> Iterator[str]:
    """The same one piece after the other, but html without its styles in their places."""
    if form is Format.JSON:
        return edition_as_json(edition)
    if form is Format.JSONL:
        return edition_as_lines(edition)
    return Press(templates, [edition]).pieces(
        _TEMPLATES[form],
        emphasis=form is Format.TEXT and (look.color or look.hyperlinks),
        edition=view_edition(edition, look),
        width=look.width,
        color=look.color,
        hyperlinks=look.hyperlinks,
        around=None,
    )


def templates_digest(templates: Templates) -> str:
    """A digest of all templates: what was made with others is to be made anew."""
    digest = hashlib.sha256()
    for folder in templates.folders:
        for name in sorted(make_environment(templates).list_templates()):
            if not any(part.startswith(".") for part in name.split("/")):
                with contextlib.suppress(OSError):  # what cannot be read is no template
                    digest.update(read_regular(folder / name, MOST_TEMPLATE))
    return digest.hexdigest()


def check_templates(templates: Templates) -> tuple[str, ...]:
    """The names of all templates, each of which can be read.

    Raises `TemplateError` with file, line and reason for one that cannot.
    """
    environment = make_environment(templates)
    names = tuple(environment.list_templates())
    with _named_errors(templates):
        for name in names:
            environment.get_template(name)
    return names


@contextmanager
def _named_errors(templates: Templates) -> Iterator[None]:
    """A template is a program: whatever it raises is told with its file and line."""
    try:
        yield
    except TemplateNotFound as error:
        raise TemplateError(f"The template {error.name} is missing in {templates}.") from error
    except TemplateSyntaxError as error:
        raise TemplateError(f"{error.filename}, line {error.lineno}: {error.message}") from error
    except Exception as error:
        place = _place(error, templates)
        if isinstance(error, OutputError) or (isinstance(error, DigestError) and not place):
            raise
        what = str(error).rstrip(".") or type(error).__name__
        raise TemplateError(f"{place or templates}: {what}.") from error


def _place(error: Exception, templates: Templates) -> str:
    """The file and line of a template in which it happened, if it was in one."""
    folders = {str(folder) for folder in templates.folders}
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if str(Path(frame.filename).parent) in folders]
    return f"{inside[-1].filename}, line {inside[-1].lineno}" if inside else ""


def inline_styles(html: str) -> str:
    """The same page with its rules as style attributes, since mail programs drop sheets.

    Rules that cannot be inlined (dark mode, print) stay in the head. Nothing is fetched.
    """
    inliner = css_inline.CSSInliner(
        keep_at_rules=True, load_remote_stylesheets=False, minify_css=False
    )
    return inliner.inline(html)


_MARKUP = (".html", ".xhtml", ".xml", ".svg")


@lru_cache(maxsize=2)
def make_environment(templates: Templates) -> Sandbox:
    """An environment that escapes in HTML and XML, and in which an unknown name is an error.

    It is kept, with the templates that it has read: a site has thousands of pages.
    """
    environment = Sandbox(
        loader=FolderLoader(templates.folders),
        autoescape=lambda name: bool(name and name.endswith(_MARKUP)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    environment.bound_filters()
    return environment
