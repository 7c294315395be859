"""The index of Argos packages, and the manifest of those that we know more about."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from digest.errors import ModelError

DEFAULT_INDEX = "https://raw.githubusercontent.com/argosopentech/argospm-index/main/"
"""As Argos Translate has it; `index.json` is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """A package that can be downloaded; `sha256` and `size` are empty and 0 where not known."""

    code: str
    version: str
    source: str
    target: str
    links: tuple[str, ...]
    sha256: str = ""
    size: int = 0

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


def index_address(base: str) -> str:
    """The address of `index.json`, whether the folder or the file is given."""
    return base if base.endswith(".json") else urljoin(base.rstrip("/") + "/", "index.json")


def read_index(data: bytes, *, address: str) -> tuple[Available, ...]:
    """The translation packages of an index. Raises `ModelError` for what is not one.

    Links may be relative to the address of the index, so that a copy of it can be moved.
    """
    try:
        entries = json.loads(data)
        found = tuple(
            Available(
                code=entry.get("code") or f"translate-{entry['from_code']}_{entry['to_code']}",
                version=str(entry["package_version"]),
                source=entry["from_code"],
                target=entry["to_code"],
                links=tuple(urljoin(address, link) for link in entry["links"]),
            )
            for entry in entries
            if entry.get("type", "translate") == "translate"
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{address} is not an index of Argos packages.") from error
    return tuple(package for package in found if _is_sound(package, address))


def _is_sound(package: Available, address: str) -> bool:
    """Whether names are names, and no index on the web names files of this machine."""
    names = (package.code, package.version, package.source, package.target)
    schemes = ("http://", "https://", *(("file:",) if address.startswith("file:") else ()))
    return all(isinstance(name, str) and _NAME.fullmatch(name) for name in names) and all(
        link.startswith(schemes) for link in package.links
    )


_NAME = re.compile(r"[A-Za-z0-9_.+-]{1,80}")


def read_manifest(path: Path) -> tuple[Available, ...]:
    """The packages of `models/manifest.toml`."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["package"]
    return tuple(
        Available(
            code=table["code"],
            version=table["version"],
            source=table["from"],
            target=table["to"],
            links=(table["link"],),
            sha256=table.get("sha256", ""),
            size=table.get("size", 0),
        )
        for table in tables
    )


def find_pair(packages: tuple[Available, ...], pair: str, *, address: str) -> Available:
    """The newest package for a pair like `nl-en`. Raises `ModelError` when there is none."""
    source, _, target = pair.partition("-")
    found = [each for each in packages if (each.source, each.target) == (source, target)]
    if not found:
        raise ModelError(f"{address} has no package for {source} to {target}.")
    return max(found, key=lambda each: version_key(each.version))


def version_key(version: str) -> list[int]:
    """Versions in their order: 1.10 is newer than 1.9."""
    return [int(part) for part in version.split(".") if re.fullmatch(r"[0-9]{1,18}", part)]
