"""`digest config`, and how the configuration file becomes the defaults of the options."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.console import folders
from digest.cli.streams import print_document, print_line
from digest.cli.types import Day, Moment
from digest.config import MOST_SECONDS
from digest.errors import ConfigurationError, UsageError
from digest.plaintext import plain_line
from digest.regular import read_regular

if TYPE_CHECKING:
    from digest.choosing import Choice
    from digest.sources.spec import SourceSpec

_MOST_BYTES = 1_000_000
_NOT_IN_A_FILE = frozenset({"help", "version", "config", "catch-up", "force", "dry-run", "verbose"})


def load_defaults(path: Path | None, root: click.Group) -> dict[str, dict[str, Any]]:
    """The configuration as click's `default_map`; without a file there is none.

    Every option of `digest run`, `collect` and `translate` may stand in it under its name.
    Raises `ConfigurationError` with file and line for a wrong key or value.
    """
    file = path or folders().config
    text, values = _read(file)
    if path and not path.exists():
        raise ConfigurationError(f"The configuration {path} does not exist.")
    defaults: dict[str, dict[str, Any]] = {}
    known = _known(root)
    for key, value in values.items():
        place = f"{file}, line {_line(text, key)}"
        if key == "sources":
            continue
        if key not in known:
            close = [f"Perhaps {name}? " for name in get_close_matches(key, known, n=1)]
            raise ConfigurationError(
                f"{place}: there is no setting {key}.",
                hint="".join(close) + "`digest config example` has all.",
            )
        for command, parameter in known[key]:
            _check(command, parameter, value, f"{place}: {key}")
            kept = value.isoformat() if isinstance(value, date) else value
            defaults.setdefault(command.name or "", {})[parameter.name or ""] = kept
    return defaults


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    """The configuration and its values; nothing where there is no file."""
    if str(file) == os.devnull:  # the usual way to say: none
        return "", {}
    try:
        text = read_regular(file, _MOST_BYTES).decode()
        return text, tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return "", {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"The configuration {file} cannot be read: {reason}.") from error


def load_sources(path: Path | None) -> tuple[SourceSpec, ...]:
    """The configured sources: strings, or tables `[[sources]]`. Raises `ConfigurationError`."""
    from digest.sources.spec import SourceSpec

    file = path or folders().config
    text, values = _read(file)
    listed = values.get("sources", [])
    specs = []
    for number, source in enumerate(listed if isinstance(listed, list) else [None]):
        try:
            if isinstance(source, str) and source:
                specs.append(SourceSpec(location=source))
            elif isinstance(source, dict):
                specs += spec_of(source)
            else:
                raise _SourceError(" is to be a list of texts, or tables [[sources]].")  # noqa: TRY301 - its place is said below
        except _SourceError as error:
            place = f"{file}, line {_source_line(text, number, error.key)}: sources"
            raise ConfigurationError(f"{place}{error}", hint=error.hint) from error
    return tuple(specs)


class _SourceError(ConfigurationError):
    """What is wrong with a source, without its place; `key` is the setting that is."""

    def __init__(self, message: str, *, hint: str = "", key: str = "") -> None:
        super().__init__(message, hint=hint)
        self.key = key


_SOURCE_KEYS: dict[str, type | tuple[type, ...]] = {
    "location": str,
    "name": str,
    "kind": str,
    "section": str,
    "limit": int,
    "timeout": (int, float),
    "full-text": bool,
    "match": (str, list),
    "exclude": (str, list),
    "match-en": (str, list),
    "exclude-en": (str, list),
    "max-age": str,
}
_CHOICES = ("match", "exclude", "match-en", "exclude-en")


def spec_of(table: dict[str, Any]) -> list[SourceSpec]:
    """The source of a table, or none when it is not enabled. Raises `ConfigurationError`."""
    from digest.sources.kinds import Kind
    from digest.sources.spec import SourceSpec

    values = dict(table)
    enabled = values.pop("enabled", True)
    for key, value in values.items():
        wanted = _SOURCE_KEYS.get(key)
        if wanted is None:
            raise _SourceError(
                f": there is no setting {key}.",
                hint=f"A source has enabled, {', '.join(_SOURCE_KEYS)}.",
            )
        if not isinstance(value, wanted) or isinstance(value, bool) is not (wanted is bool):
            raise _SourceError(f": {key} is not to be {value!r}.", key=key)
        if isinstance(value, int | float) and not 0 <= value <= MOST_SECONDS:
            raise _SourceError(f": {key} is not to be {value}.", key=key)
        if isinstance(value, str) and plain_line(value) != value.strip(" "):
            raise _SourceError(f": {key} has characters that cannot be printed.", key=key)
    if not isinstance(enabled, bool) or not values.get("location"):
        raise _SourceError(": a source needs a location; enabled is true or false.")
    kinds = [kind.value for kind in Kind]
    if values.setdefault("kind", "auto") not in kinds:
        raise _SourceError(f": kind is one of {', '.join(kinds)}.", key="kind")
    choice = _choice_of(values)
    full_text = values.pop("full-text", False)
    more = {"kind": Kind(values["kind"]), "full_text": full_text, "choice": choice}
    return [SourceSpec(**values | more)] if enabled else []


def _choice_of(values: dict[str, Any]) -> Choice:
    """What is wanted of a source; its settings are taken from `values`."""
    from digest.choosing import read_choice

    asked: dict[str, Any] = {}
    for key in (*_CHOICES, "max-age"):
        value = values.pop(key, "")
        texts = value if isinstance(value, list) else [value] if value else []
        if not all(isinstance(text, str) for text in texts):
            raise _SourceError(f": {key} is to be a text, or a list of texts.", key=key)
        name = key.replace("-", "_")
        asked[name] = value if key == "max-age" else texts
        try:
            read_choice(**{name: asked[name]})
        except UsageError as error:
            raise _SourceError(f": {key}: {error}", key=key) from error
    return read_choice(**asked)


def _source_line(text: str, number: int, key: str) -> int:
    """The line of a setting of the table [[sources]] with this number, else of the table."""
    lines = text.splitlines()
    tables = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*sources\s*\]\]", line)]
    if number >= len(tables):
        return _line(text, "sources")
    start = tables[number]
    end = tables[number + 1] - 1 if number + 1 < len(tables) else len(lines)
    setting = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    inside = (n for n in range(start + 1, end + 1) if key and setting.match(lines[n - 1]))
    return next(inside, start)


def _known(root: click.Group) -> dict[str, list[tuple[click.Command, click.Parameter]]]:
    known: dict[str, list[tuple[click.Command, click.Parameter]]] = {}
    for name in ("run", "collect", "translate"):
        command = root.commands[name]
        for parameter in command.params:
            for key in _keys(parameter):
                known.setdefault(key, []).append((command, parameter))
    return known


def _keys(parameter: click.Parameter) -> list[str]:
    if isinstance(parameter, click.Argument):
        return []
    longest = max(parameter.opts, key=len).removeprefix("--")
    return [] if longest in _NOT_IN_A_FILE else [longest]


def _check(command: click.Command, parameter: click.Parameter, value: Any, place: str) -> None:
    wants_list = parameter.multiple if isinstance(parameter, click.Option) else True
    if isinstance(value, list) != wants_list:
        raise ConfigurationError(f"{place} is to be {'a list' if wants_list else 'one value'}.")
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    for part in value if wants_list else [value]:
        if not _has_type(part, parameter.type, flag=flag):
            wanted = "true or false" if flag else parameter.type.name
            raise ConfigurationError(f"{place} is to be {wanted}, not {part!r}.")
        try:
            parameter.type.convert(part if flag else str(part), parameter, click.Context(command))
        except click.BadParameter as error:
            raise ConfigurationError(f"{place}: {error.message}") from error


def _has_type(value: Any, wanted: click.ParamType[Any], *, flag: bool) -> bool:
    """Whether a value of TOML is of the kind that an option takes; a text may be of any."""
    if flag or isinstance(value, bool):
        return flag and isinstance(value, bool)
    kinds = [kinds for option, kinds in _ALSO_TAKEN if isinstance(wanted, option)]
    return isinstance(value, (str, *(kind for found in kinds for kind in found)))


_ALSO_TAKEN: tuple[tuple[type, tuple[type, ...]], ...] = (
    (click.types.IntParamType, (int,)),
    (click.types.FloatParamType, (int, float)),
    (Day, (date,)),
    (Moment, (date,)),
)


def _line(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]|\s*\[+\s*{re.escape(key)}")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if pattern.match(line)), 1)


@click.group()
def config() -> None:
    """Show the configuration, or an example of one."""


@config.command()
@click.pass_context
def show(context: click.Context) -> None:
    """Show each setting of `digest run` with where its value comes from."""
    root = context.find_root()
    assert isinstance(root.command, click.Group)
    command = root.command.commands["run"]
    root.default_map = load_defaults(root.params["config"], root.command)
    run = command.make_context("run", [], parent=root)
    file = root.params["config"] or folders().config
    sources = {"DEFAULT": "default", "DEFAULT_MAP": str(file), "ENVIRONMENT": "environment"}
    for parameter in command.params:
        for key in _keys(parameter):
            source = run.get_parameter_source(parameter.name or "")
            value = _toml(parameter, run.params.get(parameter.name or ""))
            print_line(
                f"{key} = {value}  # {sources.get(source.name if source else '', 'default')}"
            )


def _toml(parameter: click.Parameter, value: Any) -> str:
    """A value as TOML; one that is not set is empty."""
    if isinstance(parameter, click.Argument) or getattr(parameter, "multiple", False):
        parts = value if isinstance(value, tuple | list) else ()
        return "[" + ", ".join(json.dumps(str(part), ensure_ascii=False) for part in parts) + "]"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    is_set = isinstance(value, str | Path | date)
    return json.dumps(str(value) if is_set else "", ensure_ascii=False)


_SOURCES_EXAMPLE = """\
# What to read: files, folders, patterns and addresses.
# sources = []

# Or, instead of that list and at the very end of this file, a table for each:
#
#     [[sources]]
#     location = "https://example.org/nieuws/rss"
#     name = "Voorbeeld"
#     kind = "auto"          # auto, wire, feed, page, mail or agency
#     section = "Binnenland"
#     limit = 10
#     timeout = 60           # seconds in all, on the web
#     full-text = false      # fetch the page behind each new item
#     match = ["brug", '/minister\\w*/']   # only items with one of these; exclude, match-en,
#                                         # exclude-en
#     max-age = "3d"
#     enabled = true
""".splitlines()


@config.command()
@click.pass_context
def example(context: click.Context) -> None:
    """Print an annotated example with all settings, at their defaults."""
    root = context.find_root()
    assert isinstance(root.command, click.Group)
    lines = [f"# Settings of digest, to be saved as {folders().config}.", "", *_SOURCES_EXAMPLE]
    command = root.command.commands["run"]
    bare = click.Context(command)
    for parameter in command.params:
        for key in _keys(parameter):
            text = getattr(parameter, "help", None) or "Files and folders to read."
            value = _toml(parameter, parameter.get_default(bare))
            lines += [f"# {' '.join(text.split())}", f"# {key} = {value}", ""]
    print_document("\n".join(lines))
