"""Installing Argos packages: a package is a stranger's archive until it is proven.

It is unpacked into a staging folder, with limits, checked file by file, loaded, made to
translate, and only then renamed into place. A process that is killed at any moment leaves
the installed packages as they were; what it leaves in staging is removed by the next one.
"""

import hashlib
import json
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from digest.errors import ModelError, named_trouble
from digest.lock import hold_lock
from digest.regular import open_regular
from digest.translation.argos import ArgosEngine, read_metadata, read_package
from digest.translation.download import MOST_BYTES
from digest.translation.golden import sick_sentence
from digest.translation.measure import LEAST_CHRF, Measurement, measure

RECORD = "digest-install.json"
"""In a package that we installed: where it came from, and the hash of every file."""

_MOST_ENTRIES = 1000
_MOST_UNPACKED = 8 << 30
_MOST_RATIO = 20
_RATIO_FROM = 1 << 20
_CHUNK = 1 << 20
_STAGING = ".staging-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The folder with installed packages, and the file with the hashes seen so far."""

    packages: Path
    known: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an installation did: the folder of the package, and whether it was there already.

    If not, also the digest of its weights and how well it translates.
    """

    path: Path
    name: str
    already: bool
    digest: str = ""
    measured: Measurement | None = None


def install_package(
    archive: Path,
    library: Library,
    *,
    origin: str,
    sha256: str = "",
    threads: int = 1,
    anyway: bool = False,
) -> Outcome:
    """Install the package in a file.

    `sha256` is what the file must have, if that is known; else it must be what was recorded
    when this version was first installed. A package that cannot translate news is installed
    only `anyway`. Raises `ModelError` with one sentence a fault.
    """
    digest = _file_digest(archive)
    if sha256 and digest != sha256.lower():
        raise ModelError(
            f"{archive.name} is not the package it should be: its SHA-256 is {digest}, "
            f"not {sha256.lower()}."
        )
    with _staging(library.packages) as staging:
        folder = _unpack(archive, staging)
        metadata = read_metadata(folder, archive.name)
        name = f"{metadata['code']} {metadata['package_version']}"
        _check_known(library, name, digest)
        if installed := _find(library, digest):
            return Outcome(path=installed, name=name, already=True)
        try:
            package = read_package(folder)
            engine = ArgosEngine(folder, threads=threads)
            sick = sick_sentence(engine)
            measured = measure(engine) if not sick else None
        except ModelError as error:
            raise ModelError(
                f"The model in {archive.name} is damaged.", hint="Download it again."
            ) from error
        if sick:
            raise ModelError(f"{archive.name} translates nonsense: {sick}.")
        if measured and not measured.is_enough and not anyway:
            raise ModelError(
                f"{archive.name} cannot translate news: {measured}, where {LEAST_CHRF:.0f} is the "
                "least.",
                hint="--anyway installs it all the same; it is used only when --model names it.",
            )
        _write_record(folder, archive=digest, origin=origin)
        target = library.packages / _folder_name(package, digest)
        _remember(library, name, digest)
        folder.rename(target)
        return Outcome(
            path=target, name=name, already=False, digest=engine.model.digest, measured=measured
        )


def remove_package(path: Path, library: Library) -> None:
    """Remove an installed package, in one rename."""
    with _staging(library.packages) as staging:
        path.rename(staging / "removed")


def changed_files(path: Path) -> tuple[str, ...] | None:
    """The files that are not as they were installed; None for a package we did not install."""
    record = read_record(path)
    if record is None:
        return None
    now = _hash_files(path)
    names = record["files"].keys() | now.keys()
    return tuple(sorted(name for name in names if record["files"].get(name) != now.get(name)))


def read_record(path: Path) -> dict[str, Any] | None:
    """What was written down at the installation, or None."""
    try:
        record = json.loads((path / RECORD).read_text(encoding="utf-8"))
        sound = isinstance(record, dict) and isinstance(record.get("files"), dict)
    except (OSError, ValueError, RecursionError):
        return None
    return record if sound else None


def _unpack(archive: Path, staging: Path) -> Path:
    """Unpack into staging, within limits; the folder that has the metadata."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            _check_entries(entries, archive.name)
            for entry in entries:
                if not entry.is_dir():
                    _unpack_entry(opened, entry, staging / entry.filename)
    except ModelError:
        raise
    except OSError as error:
        raise ModelError(f"{archive.name} cannot be unpacked: {error.strerror}.") from error
    except Exception as error:  # what zipfile and its decompressors make of a stranger's archive
        raise ModelError(
            f"{archive.name} is not a whole Argos package: {error}.",
            hint="Download it again.",
        ) from error
    found = list(staging.glob("*/metadata.json"))
    if len(found) != 1:
        have = "more than one" if found else "no"
        raise ModelError(f"{archive.name} is not an Argos package: it has {have} metadata.json.")
    return found[0].parent


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > _MOST_ENTRIES:
        raise ModelError(f"{name} has {len(entries)} files; no package has so many.")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if (
            path.is_absolute()
            or ".." in path.parts
            or "\\" in entry.filename
            or ":" in entry.filename
        ):
            raise ModelError(f"{name} would write outside its folder: {entry.filename}.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise ModelError(f"{name} has a link in it: {entry.filename}.")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > _MOST_UNPACKED or (total > _RATIO_FROM and total > packed * _MOST_RATIO):
        raise ModelError(f"{name} would unpack to {total >> 20} MB; that is no package.")


def _unpack_entry(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one file; never more than it says it has."""
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with opened.open(entry) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise zipfile.BadZipFile(f"{entry.filename} is larger than it says")
            file.write(chunk)


def _folder_name(package: Any, digest: str) -> str:
    version = "".join(char if char.isalnum() else "_" for char in package.package_version)
    return f"translate-{package.from_code}_{package.to_code}-{version}-{digest[:8]}"


def _check_known(library: Library, name: str, digest: str) -> None:
    known = _read_known(library).get(name)
    if known and known != digest:
        raise ModelError(
            f"{name} has changed: its SHA-256 was {known} when it was first installed, "
            f"and is {digest} now.",
            hint=f"If that is right, remove its line from {library.known}.",
        )


def _read_known(library: Library) -> dict[str, str]:
    try:
        known = json.loads(library.known.read_text(encoding="utf-8"))
        return known if isinstance(known, dict) else {}
    except (OSError, ValueError):
        return {}


def _remember(library: Library, name: str, digest: str) -> None:
    known = _read_known(library) | {name: digest}
    beside = library.known.with_suffix(".new")
    beside.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    beside.replace(library.known)


def _find(library: Library, digest: str) -> Path | None:
    """An installed package that came from the same archive and is as it was."""
    for path in library.packages.glob("*/metadata.json"):
        record = read_record(path.parent)
        if record and record.get("archive") == digest and changed_files(path.parent) == ():
            return path.parent
    return None


def _write_record(folder: Path, *, archive: str, origin: str) -> None:
    record = {
        "archive": archive,
        "origin": origin,
        "installed": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": _hash_files(folder),
    }
    (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _hash_files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): _file_digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RECORD
    }


def _file_digest(path: Path) -> str:
    try:
        with open_regular(path) as data:
            if os.fstat(data.fileno()).st_size > MOST_BYTES:
                raise ModelError(f"{path} is larger than any package.")
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def _staging(packages: Path) -> Iterator[Path]:
    """A folder beside the packages, gone afterwards; what dead processes left goes first."""
    with named_trouble(packages), hold_lock(packages / ".lock"):
        for stale in packages.glob(f"{_STAGING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=packages) as scratch:
            yield Path(scratch)
