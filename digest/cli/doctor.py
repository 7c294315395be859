"""`digest doctor`: check that an edition can be made and sent."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from digest.archive.values import Collection
from digest.cli.console import find_installed, folders, open_archive, threads
from digest.cli.streams import print_document, print_line
from digest.config import ZONE_NAME, Folders, find_zone
from digest.counting import counted
from digest.errors import BusyError, ConfigurationError, DigestError, ModelError


@contextmanager
def _named_trouble() -> Iterator[None]:
    """What the system says of a folder, as a sentence."""
    try:
        yield
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        raise ConfigurationError(f"{name}{error.strerror or error}.") from error


@click.command()
@click.option("--json", "as_json_", is_flag=True, help="As JSON, for scripts.")
def doctor(*, as_json_: bool) -> None:
    """Check models, templates, folders, memory, archive, lock, mail, locale and time zone.

    One line each. Exits with 0 when all is well, with 69 for a model, else with 78.
    """
    from digest.rendering.data import as_json

    rows = []
    code = 0
    for name, check in _checks(folders()):
        try:
            with _named_trouble():
                rows.append({"check": name, "ok": True, "says": check()})
        except DigestError as error:
            rows.append({"check": name, "ok": False, "says": f"{error} {error.hint}".rstrip()})
            code = max(code, error.exit_code if isinstance(error, ModelError) else 78)
    if as_json_:
        print_document(as_json(rows))
    else:
        for row in rows:
            print_line(f"{'ok  ' if row['ok'] else 'FAIL'}  {row['check']}: {row['says']}")
    raise click.exceptions.Exit(code)


def _checks(places: Folders) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "model", lambda: _check_model(places)
    yield "templates", lambda: _check_templates(places)
    yield "folders", lambda: _check_folders(places)
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


def _check_folders(places: Folders) -> str:
    """Make, write, lock and remove a file where a run does, and look who can read there."""
    from digest.lock import hold_lock
    from digest.private import is_open, private_folder

    data = places.archive.parent
    for folder in (data, places.web):
        existed = folder.exists()
        open_before = [path for path in _inside(folder) if is_open(path)]
        private_folder(folder)
        try:
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
                file.write(b"x")
                file.flush()
                with hold_lock(Path(file.name)):
                    pass
        except OSError as error:
            raise ConfigurationError(
                f"{folder} cannot be written: {error.strerror}.",
                hint="Set HOME, or XDG_DATA_HOME and XDG_CACHE_HOME, to a folder of yours.",
            ) from error
        if not existed:
            folder.rmdir()
        if open_before:
            raise ConfigurationError(
                f"Others can read {open_before[0]}.", hint="The next run makes it private."
            )
    try:
        with tempfile.TemporaryFile():
            pass
    except OSError as error:
        raise ConfigurationError(
            f"There is no folder for temporary files: {error.strerror}.", hint="Set TMPDIR."
        ) from error
    return f"{data} can be written, and nobody else reads it"


def _inside(folder: Path) -> list[Path]:
    """A folder, and what is private in it: databases and what sources gave."""
    kept = [*folder.glob("*.sqlite3*"), *folder.glob("*.body"), *folder.glob("*.json")]
    return [folder, *(path for path in kept if path.name != "models.json")]


def _check_memory(places: Folders) -> str:
    from digest.translation.memory import count_segments

    if not places.memory.exists():
        return "nothing is remembered yet"
    count = count_segments(places.memory)
    if count is None:
        raise ConfigurationError(
            f"{places.memory} is damaged.", hint="The next run sets it aside and begins a new one."
        )
    return f"{counted(count, 'segment')} in {places.memory}"


def _check_archive(places: Folders) -> str:
    from digest.archive.values import State

    if not _is_kept(places.archive):
        return "no edition was kept yet"
    with open_archive() as archive:
        queued = archive.messages(State.QUEUED)
        for message in queued:
            archive.data(message)
        others = archive.messages(State.REFUSED, State.UNKNOWN)
        collection = archive.collection()
    refused = counted(len(others), "was refused", "were refused")
    more = f", {refused} or may have arrived" if others else ""
    size = sum(
        file.stat().st_size for file in places.archive.parent.glob(f"{places.archive.name}*")
    )
    return (
        f"{counted(len(queued), 'message waits', 'messages wait')} in {places.archive}{more}; "
        f"{size / 1e6:.1f} MB; {_collected(collection)}"
    )


def _collected(collection: Collection) -> str:
    if not collection.last:
        return "nothing was collected yet"
    at = datetime.fromisoformat(collection.last).astimezone(find_zone())
    waiting = counted(collection.waiting, "item waits", "items wait")
    return f"collected last on {at:%Y-%m-%d at %H:%M}, {waiting} for an edition"


def _is_kept(archive: Path) -> bool:
    """Whether there is an archive, or what is left of one."""
    return any(archive.parent.glob(f"{archive.name}*"))


def _check_lock(places: Folders) -> str:
    from digest.lock import hold_lock

    if not places.lock.exists() and not places.lock.is_symlink():
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
    return f"{getattr(sys.stdout, 'encoding', 'nothing')} for the terminal, UTF-8 for editions"


def _check_zone() -> str:
    at = datetime.now(UTC).astimezone(find_zone())
    return f"{ZONE_NAME}, {at:%H:%M} now"
