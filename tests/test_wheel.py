"""The wheel, installed into a folder of its own that nothing may write to."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests import CHECKOUT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site-packages with the wheel alone, without write permission."""
    folder = tmp_path_factory.mktemp("site-packages")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile"]
    subprocess.run([*command, "--target", folder, wheel], check=True, capture_output=True)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def run(installed: Path, home: Path, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """As a person with nothing but the wheel and its dependencies, in an empty folder."""
    work = home / "work"
    work.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "digest", *arguments],
        cwd=work,
        env={
            "HOME": str(home),
            "PATH": os.defpath,
            "PYTHONPATH": f"{installed}:{sysconfig.get_path('purelib')}",
            "PYTHONDONTWRITEBYTECODE": "1",
            **variables,
        },
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


def test_it_has_what_an_edition_needs_and_a_man_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        said = packed.read(next(name for name in names if name.endswith("METADATA"))).decode()
    for path in (CHECKOUT / "templates").iterdir():
        assert f"digest/templates/{path.name}" in names
    assert "digest/models/starter/adapter.npz" in names
    assert any(name.endswith(".data/data/share/man/man1/digest.1") for name in names)
    assert "Requires-Dist: pip" in said  # which fetches the starter, also where uv installed us


def test_first_use_explains_itself(installed: Path, tmp_path: Path) -> None:
    code, out, err = run(installed, tmp_path, "run")
    assert (code, out, len(err.splitlines())) == (69, "", 4)
    assert "models setup" in err


def test_it_runs_where_nothing_can_be_written(
    installed: Path, tmp_path: Path, tiny_package: Path
) -> None:
    models = tmp_path / ".local" / "share" / "digest" / "models"
    shutil.copytree(tiny_package, models / "packages" / tiny_package.name)
    before = files(installed)
    code, out, err = run(installed, tmp_path, "run", "--model", "translate-nl_en", "--new")
    assert (code, err) == (0, "")
    assert "Ukraine" in out or "Oekraïne" in out
    site = str(tmp_path / "site")
    assert run(installed, tmp_path, "history", "site", site)[0] == 0
    assert run(installed, tmp_path, "doctor")[2] == ""
    assert files(installed) == before
    assert files(tmp_path / "work") == set()
