"""`digest doctor`: check that an edition can be made and sent."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import click

from digest.cli.console import find_installed, folders, print_document, threads
from digest.config import ZONE_NAME, Folders, find_zone
from digest.errors import BusyError, ConfigurationError, DigestError, ModelError


@click.command()
@click.option("--json", "as_json_", is_flag=True, help="As JSON, for scripts.")
def doctor(*, as_json_: bool) -> None:
    """Check models, templates, memory, archive, lock, mail, locale and time zone.

    One line each. Exits with 0 when all is well, with 69 for a model, else with 78.
    """
    from digest.rendering.data import as_json

    rows = []
    code = 0
    for name, check in _checks(folders()):
        try:
            rows.append({"check": name, "ok": True, "says": check()})
        except DigestError as error:
            rows.append({"check": name, "ok": False, "says": f"{error} {error.hint}".rstrip()})
            code = code or (error.exit_code if isinstance(error, ModelError) else 78)
    if as_json_:
        print_document(as_json(rows))
    else:
        for row in rows:
            click.echo(f"{'ok  ' if row['ok'] else 'FAIL'}  {row['check']}: {row['says']}")
    raise click.exceptions.Exit(code)


def _checks(places: Folders) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "model", lambda: _check_model(places)
    yield "templates", lambda: _check_templates(places)
    yield "memory", lambda: _check_memory(places)
    yield "archive", lambda: _check_archive(places)
    yield "lock", lambda: _check_lock(places)
    yield "mail program", _check_mail
    yield "locale", _check_locale
    yield "time zone", _check_zone


def _check_model(places: Folders) -> str:
    """Load the model that an edition would use, and let it translate."""
    from digest.translation.golden import sick_sentence
    from digest.translation.packages import choose_model, load_engine

    chosen = choose_model(find_installed(places))
    engine = load_engine(chosen, threads=threads(0))
    if sick := sick_sentence(engine):
        raise ModelError(f"{engine.model} translates nonsense: {sick}.")
    how = chosen.measured or "not measured: `digest models measure` does it"
    return f"{engine.model} translates; {how}"


def _check_templates(places: Folders) -> str:
    from digest.rendering.environment import Templates, check_templates

    return f"{len(check_templates(Templates(places.templates)))} in {places.templates}"


def _check_memory(places: Folders) -> str:
    from digest.translation.memory import count_segments

    if not places.memory.exists():
        return "nothing is remembered yet"
    count = count_segments(places.memory)
    if count is None:
        raise ConfigurationError(
            f"{places.memory} is damaged.", hint="The next run sets it aside and begins a new one."
        )
    return f"{count} segments in {places.memory}"


def _check_archive(places: Folders) -> str:
    from digest.archive.store import Archive, State

    if not places.archive.exists():
        return "no edition was kept yet"
    with closing(Archive(places.archive)) as archive:
        waiting = len(archive.outbox(State.QUEUED))
        return f"{waiting} messages wait in {places.archive}"


def _check_lock(places: Folders) -> str:
    from digest.lock import hold_lock

    if not places.lock.exists():
        return "free"
    try:
        with hold_lock(places.lock):
            return "free"
    except BusyError:
        return f"held by a run ({places.lock})"


def _check_mail() -> str:
    from digest.cli.mail import find_sendmail

    found = find_sendmail() or shutil.which("msmtp")
    return found or "none; --send smtp needs none"


def _check_locale() -> str:
    return f"{sys.stdout.encoding} for the terminal, UTF-8 for editions"


def _check_zone() -> str:
    at = datetime.now(UTC).astimezone(find_zone())
    return f"{ZONE_NAME}, {at:%H:%M} now"
