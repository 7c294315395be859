"""The sources in the configuration file, changed with its comments and order as they are."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.delivery.output import write_file
from digest.errors import ConfigurationError
from digest.regular import read_regular
from digest.sources.hosts import public_address
from digest.sources.spec import SourceSpec

_MOST_BYTES = 1_000_000
_HEADER = re.compile(r"\s*\[\[\s*sources\s*\]\]\s*(?:#.*)?$")
_ANY_HEADER = re.compile(r"\s*\[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A source as it is listed: `more` are its other settings, as they are named there."""

    location: str
    name: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """All of it, as a table has it."""
        named = {"name": self.name} if self.name else {}
        return {"location": self.location, **named, **self.more}

    @property
    def place(self) -> str:
        """Where it is, however its address is written."""
        return SourceSpec(location=self.location).place

    def is_called(self, name: str) -> bool:
        """Whether somebody means it: by its name, or its location with or without a password."""
        return bool(name) and name in (self.location, self.name, public_address(self.location))


class SourceSettings:
    """The configuration file, of which only the sources are changed."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text
        self._places = {each.place for each in self.listed}
        self._added: list[Listed] = []

    @property
    def listed(self) -> tuple[Listed, ...]:
        """All sources that the file has, in their order."""
        return tuple(map(_listed, tomllib.loads(self._text).get("sources", [])))

    def add(self, source: Listed) -> bool:
        """Add a source at the end, unless it is there."""
        if source.place in self._places:
            return False
        self._places.add(source.place)
        self._added.append(source)
        return True

    def remove(self, name: str) -> bool:
        """Remove the sources that somebody calls so; whether there was one."""
        listed = self.listed
        left = [each for each in listed if not each.is_called(name)]
        for number in range(len(listed) - 1, -1, -1):
            if listed[number].is_called(name):
                self._text = _without(self._text, number)
        if self.listed != tuple(left):
            raise ConfigurationError(f"The configuration {self._file} has to be changed by hand.")
        return len(left) < len(listed)

    def save(self) -> None:
        """Write the file, whole or not at all. Raises `OutputError`."""
        text = _with(self._text, self._added)
        if "\r\n" in self._text:
            text = re.sub(r"(?<!\r)\n", "\r\n", text)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_file(self._file, text.encode())


def read_settings(file: Path) -> SourceSettings:
    """The configuration file, or an empty one. Raises `ConfigurationError`."""
    try:
        text = read_regular(file, _MOST_BYTES).decode()
        tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        text = ""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"The configuration {file} cannot be read: {reason}.") from error
    return SourceSettings(file, text)


def _listed(source: Any) -> Listed:
    if isinstance(source, str):
        return Listed(location=source)
    values = dict(source)
    location, name = values.pop("location", ""), values.pop("name", "")
    return Listed(location=str(location), name=str(name), more=values)


def _with(text: str, added: list[Listed]) -> str:
    """A configuration with more sources: in its list, if it has one, else as tables at its end."""
    import tomlkit  # noqa: PLC0415 - only changing them needs it

    if not added:
        return text
    document = tomlkit.parse(text)
    there = document.get("sources")
    if there is not None and not isinstance(there, tomlkit.items.AoT):
        for source in added:
            there.append(source.location if len(source.settings) == 1 else _inline(source))
        return tomlkit.dumps(document)
    tables = (f"[[sources]]\n{tomlkit.dumps(source.settings)}" for source in added)
    before = f"{text.rstrip()}\n\n" if text.strip() else ""
    return before + "\n".join(tables)


def _inline(source: Listed) -> Any:
    import tomlkit  # noqa: PLC0415

    table = tomlkit.inline_table()
    table.update(source.settings)
    return table


def _without(text: str, number: int) -> str:
    """A configuration without the source with this number.

    What stands right above a table is about it and goes with it; all other comments stay.
    """
    lines = text.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if _HEADER.match(line)]
    if not starts:
        return _without_item(text, number)
    start = end = starts[number]
    end += 1
    while end < len(lines) and not (_ANY_HEADER.match(lines[end]) and _is_whole(lines[:end])):
        end += 1
    while end > start + 1 and _is_aside(lines[end - 1]):
        end -= 1
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    before = "".join(lines[:start]).rstrip("\r\n")
    after = "".join(lines[end:]).lstrip("\r\n")
    gap = "\n\n" if before and after else "\n" if before else ""
    return f"{before}{gap}{after}"


def _without_item(text: str, number: int) -> str:
    """The same where the sources are a list."""
    import tomlkit  # noqa: PLC0415

    document = tomlkit.parse(text)
    del document["sources"][number]
    return tomlkit.dumps(document)


def _is_whole(lines: list[str]) -> bool:
    """Whether no text or list is open at the end of these lines."""
    try:
        tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _is_aside(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
