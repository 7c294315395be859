"""The sources in the configuration file, changed with its comments and order as they are."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.delivery.output import write_file
from digest.errors import ConfigurationError
from digest.regular import read_regular

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A source as it is listed: `more` are its other settings, as they are named there."""

    location: str
    name: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """All of it, as a table has it."""
        return {
            "location": self.location,
            **({"name": self.name} if self.name else {}),
            **self.more,
        }


class SourceSettings:
    """The configuration file, of which only the sources are changed."""

    def __init__(self, file: Path, document: Any) -> None:
        self._file = file
        self._document = document

    @property
    def listed(self) -> tuple[Listed, ...]:
        """All sources, in their order."""
        return tuple(map(_listed, self._document.get("sources", [])))

    def add(self, source: Listed) -> bool:
        """Add a source at the end, unless its location is there."""
        import tomlkit  # noqa: PLC0415 - only changing them needs it

        if any(each.location == source.location for each in self.listed):
            return False
        there = self._document.get("sources")
        if there and not isinstance(there, tomlkit.items.AoT):  # a list of texts
            there.append(source.location if len(source.settings) == 1 else _inline(source))
            return True
        if there is None or not isinstance(there, tomlkit.items.AoT):
            self._document.pop("sources", None)
            self._document["sources"] = there = tomlkit.aot()
        table = tomlkit.table()
        table.update(source.settings)
        if there and not there[-1].as_string().endswith("\n\n"):
            there[-1].add(tomlkit.nl())
        there.append(table)
        return True

    def remove(self, name: str) -> bool:
        """Remove the sources with this name or location; whether there was one."""
        there = self._document.get("sources", [])
        numbers = [
            number for number, each in enumerate(self.listed) if name in (each.location, each.name)
        ]
        for number in reversed(numbers):
            del there[number]
        if numbers and not there:
            del self._document["sources"]
        return bool(numbers)

    def save(self) -> None:
        """Write the file, whole or not at all. Raises `OutputError`."""
        import tomlkit  # noqa: PLC0415

        text = tomlkit.dumps(self._document)
        tomllib.loads(text)  # what cannot be read again is not written
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_file(self._file, text.encode())


def read_settings(file: Path) -> SourceSettings:
    """The configuration file, or an empty one. Raises `ConfigurationError`."""
    import tomlkit  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        text = read_regular(file, _MOST_BYTES).decode()
    except (FileNotFoundError, NotADirectoryError):
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The configuration {file} cannot be read: {error}.") from error
    try:
        return SourceSettings(file, tomlkit.parse(text))
    except TOMLKitError as error:
        raise ConfigurationError(f"The configuration {file} cannot be read: {error}.") from error


def _listed(source: Any) -> Listed:
    if isinstance(source, str):
        return Listed(location=str(source))
    values = dict(source)
    location, name = values.pop("location", ""), values.pop("name", "")
    return Listed(location=str(location), name=str(name), more=values)


def _inline(source: Listed) -> Any:
    import tomlkit  # noqa: PLC0415

    table = tomlkit.inline_table()
    table.update(source.settings)
    return table
