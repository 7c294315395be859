"""Every test runs without a network, in a home of its own, at a fixed moment."""

import os
import shutil
import socket
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from digest.config import find_zone
from digest.sources.spec import Reading
from digest.sources.web import Fetched
from tests import CHECKOUT, DATA, GOLDEN

ZONE = find_zone()
AS_OF = datetime(2026, 11, 22, 15, 0, tzinfo=ZONE)
settings.register_profile(
    "digest", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # how long something takes says nothing on a busy machine
settings.load_profile("digest")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to anywhere but loopback fail."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test connects to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for name in [name for name in os.environ if name.startswith(("XDG_", "ARGOS_", "DIGEST_"))]:
        monkeypatch.delenv(name)
    return folder


def reading(
    stdin: bytes = b"", web: Mapping[str, Fetched] | None = None, as_of: datetime | None = AS_OF
) -> Reading:
    """What sources are read with: a web that gives these answers and keeps nothing."""
    answers = web or {}
    return Reading(
        as_of=as_of,
        now=AS_OF,
        zone=ZONE,
        stdin=lambda _most: stdin,
        fetch=lambda locations: {location: answers[location] for location in locations},
        accept=lambda _location, _fetched, _kind: None,
        reject=lambda _location, _fetched: None,
    )


@pytest.fixture
def as_of() -> datetime:
    return AS_OF


@pytest.fixture
def seed() -> Path:
    (path,) = (CHECKOUT / "seeds").glob("*.txt")
    return path


@pytest.fixture(scope="session")
def tiny_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny Argos package, unpacked; tests must not change it."""
    folder = tmp_path_factory.mktemp("packages")
    with zipfile.ZipFile(DATA / "tiny-nl_en.argosmodel") as archive:
        archive.extractall(folder)
    return folder / "translate-nl_en-0_1"


@pytest.fixture
def models(tmp_path: Path, tiny_package: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with the tiny package, which the program uses.

    It is named, since it cannot translate news: on the probe its chrF is far below the least.
    """
    folder = tmp_path / "models"
    shutil.copytree(tiny_package, folder / "packages" / tiny_package.name)
    monkeypatch.setenv("DIGEST_MODELS", str(folder))
    monkeypatch.setenv("DIGEST_RUN_MODEL", "translate-nl_en")
    monkeypatch.setenv("DIGEST_TRANSLATE_MODEL", "translate-nl_en")
    return folder


@pytest.fixture
def starter() -> Path:
    """The starter that `make setup` builds."""
    folder = CHECKOUT / "models" / "installed" / "starter"
    if not (folder / "starter.json").exists():
        pytest.skip("the starter model is not built; `make setup` builds it")
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file in tests/golden, byte for byte."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            if os.environ.get("CI"):
                pytest.fail("golden files are not updated in CI")
            path.write_text(text, encoding="utf-8")
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        assert text == expected, f"{name} differs; `pytest --update-golden` rewrites it"

    return check


@pytest.fixture(params=["few", "many"])
def lengths(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All sequences are as short as they are, or lie on shelves as if they were long."""
    if request.param == "many":
        monkeypatch.setattr("digest.shelf.HELD", 0)
        monkeypatch.setattr("digest.article._DOCUMENTS", 0)
        monkeypatch.setattr("digest.delivery.output._PIECES", 0)
