"""`digest config`, and how the configuration file becomes the defaults of the options."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from digest.cli.console import folders, print_document
from digest.errors import ConfigurationError

_NOT_IN_A_FILE = frozenset({"help", "version", "config", "catch-up", "force", "dry-run", "verbose"})


def load_defaults(path: Path | None, root: click.Group) -> dict[str, dict[str, Any]]:
    """The configuration as click's `default_map`; without a file there is none.

    Every option of `digest run` and `digest translate` may stand in it under its name.
    Raises `ConfigurationError` with file and line for a wrong key or value.
    """
    file = path or folders().config
    if not file.exists():
        if path:
            raise ConfigurationError(f"The configuration {path} does not exist.")
        return {}
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"The configuration {file} cannot be read: {error}.") from error
    defaults: dict[str, dict[str, Any]] = {}
    known = _known(root)
    for key, value in values.items():
        place = f"{file}, line {_line(text, key)}"
        if key not in known:
            close = [f"Perhaps {name}? " for name in get_close_matches(key, known, n=1)]
            raise ConfigurationError(
                f"{place}: there is no setting {key}.",
                hint="".join(close) + "`digest config example` has all.",
            )
        for command, parameter in known[key]:
            _check(command, parameter, value, f"{place}: {key}")
            defaults.setdefault(command.name or "", {})[parameter.name or ""] = value
    return defaults


def _known(root: click.Group) -> dict[str, list[tuple[click.Command, click.Parameter]]]:
    known: dict[str, list[tuple[click.Command, click.Parameter]]] = {}
    for name in ("run", "translate"):
        command = root.commands[name]
        for parameter in command.params:
            for key in _keys(parameter):
                known.setdefault(key, []).append((command, parameter))
    return known


def _keys(parameter: click.Parameter) -> list[str]:
    if isinstance(parameter, click.Argument):
        return ["sources"] if parameter.name == "sources" else []
    longest = max(parameter.opts, key=len).removeprefix("--")
    return [] if longest in _NOT_IN_A_FILE else [longest]


def _check(command: click.Command, parameter: click.Parameter, value: Any, place: str) -> None:
    wants_list = parameter.multiple if isinstance(parameter, click.Option) else True
    if isinstance(value, list) != wants_list:
        raise ConfigurationError(f"{place} is to be {'a list' if wants_list else 'one value'}.")
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    for part in value if wants_list else [value]:
        if isinstance(part, dict | list) or isinstance(part, bool) != flag:
            wanted = "true or false" if flag else parameter.type.name
            raise ConfigurationError(f"{place} is to be {wanted}, not {part!r}.")
        try:
            parameter.type.convert(part if flag else str(part), parameter, click.Context(command))
        except click.BadParameter as error:
            raise ConfigurationError(f"{place}: {error.message}") from error


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
            click.echo(
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


@config.command()
@click.pass_context
def example(context: click.Context) -> None:
    """Print an annotated example with all settings, at their defaults."""
    root = context.find_root()
    assert isinstance(root.command, click.Group)
    lines = [f"# Settings of digest, to be saved as {folders().config}.", ""]
    command = root.command.commands["run"]
    bare = click.Context(command)
    for parameter in command.params:
        for key in _keys(parameter):
            text = getattr(parameter, "help", None) or "Files and folders to read."
            value = _toml(parameter, parameter.get_default(bare))
            lines += [f"# {' '.join(text.split())}", f"# {key} = {value}", ""]
    print_document("\n".join(lines))
