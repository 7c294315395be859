"""The public package comes first, where it can be had at once; else the starter, and why."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.errors import ModelError
from digest.translation import obtain
from digest.translation.download import Patience, give_up_on_silence
from tests import CHECKOUT, DATA
from tests.cli.test_commands import digest
from tests.translation.servers import Site, http_server

TINY = DATA / "tiny-nl_en.argosmodel"

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def built(tmp_path: Path, starter: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder in which the starter is built already: building needs the index."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "starter").symlink_to(starter)
    monkeypatch.setenv("DIGEST_MODELS", str(models))
    return models


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with http_server() as running:
        entry = {
            "package_version": "0.1",
            "from_code": "nl",
            "to_code": "en",
            "links": ["tiny.argosmodel"],
        }
        running.files["/index.json"] = json.dumps([entry]).encode()
        running.files["/tiny.argosmodel"] = TINY.read_bytes()
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", running.address)
        monkeypatch.setattr(obtain, "_SILENCE", 0.4)
        yield running


def first_model() -> str:
    return digest("models", "list").stdout.split()[0]


def test_a_public_package_that_can_translate_is_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.translation.measure.LEAST_CHRF", 10.0)
    result = digest("models", "setup")
    assert result.exit_code == 0
    assert result.stderr.startswith("translate-nl_en 0.1 is installed: chrF ")
    assert first_model() == "translate-nl_en"
    asked = len(site.requests)
    assert digest("models", "setup").stderr == ""
    assert len(site.requests) == asked, "what is there is not asked for again"


def test_a_toy_is_refused_and_the_starter_used(site: Site) -> None:
    result = digest("models", "setup")
    assert result.exit_code == 0
    assert "The starter is used" in result.stderr
    assert "cannot translate news: chrF" in result.stderr
    assert first_model() == "starter-nl_en"
    assert [path for path, _ in site.requests] == ["/index.json", "/tiny.argosmodel"]


@pytest.mark.parametrize(
    ("path", "fault", "reason"),
    [
        ("/index.json", "404", "answered 404"),
        ("/index.json", "500", "answered 500"),
        ("/index.json", "silent", "othing was heard|not answer in time"),
        ("/tiny.argosmodel", "404", "answered 404"),
        ("/tiny.argosmodel", "silent", "othing was heard|not answer in time"),
        ("/tiny.argosmodel", "cut", "was cut"),
        ("/tiny.argosmodel", "other", "is not a whole Argos package"),
    ],
)
def test_every_failure_is_told_once_and_not_tried_again(
    site: Site, path: str, fault: str, reason: str
) -> None:
    site.faults[path] = [fault]
    result = digest("models", "setup")
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("The starter is used, since there is no public package: ")
    assert any(part in line for part in reason.split("|"))
    assert [asked for asked, _ in site.requests].count(path) == 1
    assert first_model() == "starter-nl_en"


def test_an_index_without_the_pair_is_told(site: Site) -> None:
    site.files["/index.json"] = b"[]"
    assert "has no package for nl to en" in digest("models", "setup").stderr


def test_a_refused_connection_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", f"http://127.0.0.1:{port}/")
    assert "the connection was refused" in digest("models", "setup").stderr


def unknown(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("command", [["setup"], ["install", "nl-en"]])
def test_an_unknown_name_fails_at_once_everywhere(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[object] = []

    def ask(host: object, *_: object, **__: object) -> None:
        tries.append(host)  # others may be asked for by what an earlier test left to itself
        unknown()

    monkeypatch.setattr("socket.getaddrinfo", ask)
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "http://index.invalid/")
    result = digest("models", *command)
    assert "the name of the server is not known" in result.stderr
    assert tries.count("index.invalid") == 1
    assert result.exit_code == (0 if command == ["setup"] else 69)


def test_a_name_server_that_is_silent_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    awake = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: awake.wait(10))
    monkeypatch.setattr(obtain, "_SILENCE", 0.3)
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "http://index.invalid/")
    assert "othing was heard" in digest("models", "setup").stderr
    awake.set()


def test_silence_is_what_is_not_waited_for_not_slowness() -> None:
    def slow(sign: object) -> str:
        for _ in range(6):
            time.sleep(0.1)
            sign()  # type: ignore[operator]
        return "done"

    assert give_up_on_silence(slow, seconds=0.3) == "done"
    with pytest.raises(ModelError, match="othing was heard"):
        give_up_on_silence(lambda _sign: time.sleep(1), seconds=0.1)
    with pytest.raises(ZeroDivisionError):
        give_up_on_silence(lambda _sign: 1 / 0, seconds=1)


def test_a_run_never_goes_to_the_network_for_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "none"))
    monkeypatch.setattr("socket.getaddrinfo", unknown)
    result = digest("run", CHECKOUT / "seeds")
    assert result.exit_code == 69
    assert "digest models install`" in result.stderr
    assert "digest models install starter-nl_en`" in result.stderr


def test_patience_is_for_what_may_pass() -> None:
    assert Patience().tries == 5
