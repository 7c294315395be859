"""Where things are: folders, from the environment and the place of the program itself."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from dateutil import tz
from platformdirs import user_cache_path, user_config_path, user_data_path

from digest.errors import ConfigurationError

PACKAGE = Path(__file__).resolve().parent

SOURCE_SECONDS = 60.0
"""What a source on the web may take in all, unless it is told otherwise."""
MOST_SECONDS = 7 * 24 * 3600.0
"""A longer time is a mistake in a setting."""

ZONE_NAME = "Europe/Amsterdam"
"""The time zone of Dutch and Belgian news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The folders that the program reads; `installed` is where it puts models.

    `packages` are the folders in which installed Argos packages are looked for; `measured`
    notes how well models translate; `memory` is the file of the translation memory, `archive`
    that of past editions; `web` keeps what sources on the web gave last, `pages` the pages behind
    items.
    """

    templates: Path
    seeds: Path
    recipe: Path
    manifest: Path
    installed: Path
    packages: tuple[Path, ...]
    measured: Path
    memory: Path
    archive: Path
    config: Path
    web: Path
    pages: Path

    @property
    def lock(self) -> Path:
        """The lock of the archive, beside where it really is."""
        return Path(os.path.realpath(self.archive)).with_name("digest.lock")

    @property
    def starter(self) -> Path:
        """Where the built starter model is."""
        return self.installed / "starter"


def _check_home(environment: Mapping[str, str]) -> None:
    """Raise `ConfigurationError` where nobody knows which folders are the user's."""
    home = environment.get("HOME")
    if home is None:
        try:
            home = str(Path.home())
        except RuntimeError:  # this user is not in the list of users
            home = ""
    if not Path(home).is_absolute():
        raise ConfigurationError(
            f"There is no home folder: {home or 'nothing'} is not the path of one.",
            hint="Set HOME to the absolute path of a folder.",
        )


def find_zone() -> tzinfo:
    """The time zone of the news. Raises `ConfigurationError` where it is not known."""
    zone = tz.gettz(ZONE_NAME)
    if zone is None:
        raise ConfigurationError(
            f"The time zone {ZONE_NAME} is not known here.", hint="Install the package tzdata."
        )
    return zone


def find_folders(environment: Mapping[str, str]) -> Folders:
    """The folders of a checkout, or of an installed package with its data beside it.

    `DIGEST_MODELS` moves the models, `ARGOS_PACKAGES_DIR` adds the packages of an
    Argos Translate that is installed already.
    """
    _check_home(environment)
    shipped = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
    in_checkout = shipped != PACKAGE
    models = environment.get("DIGEST_MODELS")
    if models:
        installed = Path(models)
    elif in_checkout:
        installed = shipped / "models" / "installed"
    else:
        installed = user_data_path("digest") / "models"
    argos = environment.get("ARGOS_PACKAGES_DIR")
    return Folders(
        templates=shipped / "templates",
        seeds=shipped / "seeds",
        recipe=shipped / "models" / "starter",
        manifest=shipped / "models" / "manifest.toml",
        installed=installed,
        packages=(installed / "packages", *([Path(argos)] if argos else [])),
        measured=user_data_path("digest") / "models.json",
        memory=user_data_path("digest") / "memory.sqlite3",
        archive=user_data_path("digest") / "archive.sqlite3",
        config=user_config_path("digest") / "config.toml",
        web=user_cache_path("digest") / "web",
        pages=user_cache_path("digest") / "pages",
    )
