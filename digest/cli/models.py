"""`digest models`: list, measure, verify and remove translation models."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.console import find_installed, folders, measure_installed, threads
from digest.cli.install import index_option, install, open_library, open_market, setup
from digest.cli.streams import note, print_document, print_line
from digest.errors import ModelError, UsageError

if TYPE_CHECKING:
    from digest.config import Folders
    from digest.translation.packages import Installed

_MODEL = 69

json_option = click.option("--json", "as_json_", is_flag=True, help="As JSON, for scripts.")


@click.group()
def models() -> None:
    """List, install, measure, verify and remove translation models."""


models.add_command(setup)
models.add_command(install)


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
            print_line(f"{Path(row['path']).name}  unusable: {row['problem']}")
        else:
            size = f"{row['size'] / 1e6:.0f} MB" if row["size"] else "size not known"
            about = row["link"] if available else _about(row)
            print_line(
                f"{row['name']} {row['version']}  {row['from']} → {row['to']}  {size}  {about}"
            )
    if not rows:
        note("No model is installed. `digest models install starter-nl_en` builds the starter.")


def _installed_rows(places: Folders) -> list[dict[str, Any]]:
    from digest.rendering.data import as_data
    from digest.translation.install import read_record

    rows = []
    for installed in find_installed(places):
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
                "measured": as_data(installed.measured),
                "path": str(installed.path),
                "problem": installed.problem or None,
            }
        )
    return rows


def _about(row: dict[str, Any]) -> str:
    measured = row["measured"]
    quality = (
        f"chrF {measured['chrf']:.0f}, {measured['meanings']:.0%} of meanings, "
        f"{measured['words_per_second']:.0f} words/s"
        if measured
        else "not measured"
    )
    return f"{quality}  {row['verified']}  {row['origin']}"


def _verified(installed: Installed, record: dict[str, Any] | None) -> str:
    if installed.kind == "starter":
        return "built here"
    return f"verified {record['installed'][:10]}" if record else "not installed by digest"


def _available_rows(places: Folders, index: str) -> list[dict[str, Any]]:
    from digest.translation.obtain import list_available

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
        for package in list_available(open_market(places, index))
        if (package.source, package.target) == ("nl", "en")
    ]


@models.command("measure")
@click.argument("name", default="")
@json_option
def measure_models(*, name: str, as_json_: bool) -> None:
    """Measure NAME, or every installed model, on sixty news sentences.

    Notes chrF (0 to 100) against human translations, the share of meanings that arrived and
    words a second, for `digest models list`, `digest doctor` and the foot of the edition.
    Among packages the best one is used. The figures of the starter do not compare with those
    of packages: its training sentences and these come from the same hands.
    """
    from digest.rendering.data import as_data, as_json
    from digest.translation.packages import choose_model

    found = find_installed(folders())
    wanted = [choose_model(found, name)] if name else [each for each in found if each.model]
    rows = []
    for installed in wanted:
        measured = measure_installed(installed)
        rows.append({"name": _name(installed), **as_data(measured)})
        if not as_json_:
            print_line(
                f"{_name(installed)}  {measured}; {measured.meanings:.0%} of meanings kept; "
                f"{measured.words_per_second:.0f} words/s"
            )
    if as_json_:
        print_document(as_json(rows))
    if not rows:
        note("No model is installed.")
        raise click.exceptions.Exit(_MODEL)


@models.command()
@json_option
def verify(*, as_json_: bool) -> None:
    """Check every installed model: its files, that it loads, that it translates."""
    from digest.rendering.data import as_json

    rows = [
        {"path": str(installed.path), "name": _name(installed), "problem": _problem(installed)}
        for installed in find_installed(folders())
    ]
    if as_json_:
        print_document(as_json([row | {"problem": row["problem"] or None} for row in rows]))
    else:
        for row in rows:
            print_line(
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
    remove_package(only.path, open_library(places))
