"""Argos packages from the index, a file or an address: whole and proven, or not at all."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.errors import ModelError
from digest.progress import unseen
from digest.translation.download import Patience, fetch
from digest.translation.index import find_pair, index_address, read_index, read_manifest
from digest.translation.install import Library, changed_files, install_package, read_record
from digest.translation.packages import choose_model, find_models
from tests import CHECKOUT, DATA
from tests.cli.test_commands import digest
from tests.translation.servers import Site, http_server

TINY = DATA / "tiny-nl_en.argosmodel"
TINY_SHA256 = hashlib.sha256(TINY.read_bytes()).hexdigest()
TOP = "translate-nl_en-0_1"
QUICK = Patience(connect=0.5, read=0.3, pause=0.0, sleep=lambda _seconds: None)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(
        packages=tmp_path / "models" / "packages", known=tmp_path / "models" / "known.json"
    )


@pytest.fixture
def site() -> Iterator[Site]:
    with http_server() as running:
        running.files["/tiny.argosmodel"] = TINY.read_bytes()
        yield running


def remade(folder: Path, change: Callable[[dict[str, bytes]], object], **options: int) -> Path:
    """The tiny package with some of its files changed."""
    with zipfile.ZipFile(TINY) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    path = folder / "changed.argosmodel"
    with zipfile.ZipFile(path, "w", options.get("compression", zipfile.ZIP_STORED)) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def with_metadata(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        metadata = json.loads(files[f"{TOP}/metadata.json"]) | values
        kept = {key: value for key, value in metadata.items() if value is not None}
        files[f"{TOP}/metadata.json"] = json.dumps(kept).encode()

    return change


def install(archive: Path, library: Library, sha256: str = "") -> None:
    install_package(archive, library, origin="test", sha256=sha256, anyway=True)


def installed(library: Library) -> list[Path]:
    return sorted(path.parent for path in library.packages.glob("*/metadata.json"))


@pytest.mark.model
class TestInstall:
    def test_a_whole_package_is_put_in_place_with_a_record(self, library: Library) -> None:
        outcome = install_package(TINY, library, origin="a friend", anyway=True)
        assert installed(library) == [outcome.path]
        assert outcome.name == "translate-nl_en 0.1"
        record = read_record(outcome.path)
        assert record
        assert (record["archive"], record["origin"]) == (TINY_SHA256, "a friend")
        assert changed_files(outcome.path) == ()
        assert {path.name for path in library.packages.iterdir()} == {outcome.path.name, ".lock"}

    def test_the_same_again_is_left_as_it_is(self, library: Library) -> None:
        first = install_package(TINY, library, origin="x", anyway=True)
        again = install_package(TINY, library, origin="y", anyway=True)
        assert (again.already, again.path) == (True, first.path)

    def test_a_changed_file_is_seen_and_repaired_by_a_new_install(self, library: Library) -> None:
        path = install_package(TINY, library, origin="x", anyway=True).path
        (path / "README.md").write_text("changed")
        assert changed_files(path) == ("README.md",)
        (path / "README.md").unlink()
        assert changed_files(path) == ("README.md",)

    def test_a_hash_that_is_known_must_match(self, library: Library) -> None:
        install(TINY, library, sha256=TINY_SHA256.upper())
        with pytest.raises(ModelError, match="is not the package it should be"):
            install(TINY, library, sha256="0" * 64)

    def test_a_hash_that_was_recorded_must_match_ever_after(
        self, library: Library, tmp_path: Path
    ) -> None:
        install(TINY, library)
        other = remade(tmp_path, lambda files: files.update({f"{TOP}/README.md": b"other"}))
        with pytest.raises(ModelError, match=r"translate-nl_en 0\.1 has changed"):
            install(other, library)
        assert len(installed(library)) == 1

    FAULTS = (
        ("is not a whole Argos package", lambda _files: None, "truncated"),
        ("is not a whole Argos package", lambda _files: None, "noise"),
        ("it has no metadata.json", lambda files: files.pop(f"{TOP}/metadata.json"), ""),
        ("metadata of changed.argosmodel is not complete", with_metadata(package_version=None), ""),
        ("translates de to en, not nl to en", with_metadata(from_code="de"), ""),
        ("made for Argos Translate 2.0", with_metadata(argos_version="2.0"), ""),
        ("is damaged", lambda files: files.pop(f"{TOP}/model/model.bin"), ""),
        ("is damaged", lambda files: files.update({f"{TOP}/model/model.bin": b"x" * 99}), ""),
        ("is damaged", lambda files: files.update({f"{TOP}/sentencepiece.model": b"x"}), ""),
        ("write outside its folder", lambda files: files.update({"../evil": b"x"}), ""),
        ("write outside its folder", lambda files: files.update({"/evil": b"x"}), ""),
        ("has 1", lambda files: files.update({f"{TOP}/{n}": b"" for n in range(1200)}), ""),
        ("that is no package", lambda files: files.update({"zeros": bytes(300 << 20)}), "bomb"),
    )

    @pytest.mark.parametrize(("message", "change", "how"), FAULTS, ids=range(len(FAULTS)))
    def test_a_bad_one_gets_a_sentence_and_changes_nothing(
        self,
        library: Library,
        tmp_path: Path,
        message: str,
        change: Callable[[dict[str, bytes]], None],
        how: str,
    ) -> None:
        older = remade(tmp_path, with_metadata(package_version="0.0"))
        good = install_package(older, library, origin="x", anyway=True).path
        compression = zipfile.ZIP_DEFLATED if how == "bomb" else zipfile.ZIP_STORED
        bad = remade(tmp_path, change, compression=compression)
        if how == "truncated":
            bad.write_bytes(bad.read_bytes()[:-1000])
        if how == "noise":
            bad.write_bytes(b"PK\3\4" + os.urandom(5000))
        known = library.known.read_text()
        with pytest.raises(ModelError, match=message) as caught:
            install(bad, library)
        assert "\n" not in str(caught.value)
        assert installed(library) == [good]
        assert changed_files(good) == ()
        assert library.known.read_text() == known
        assert {path.name for path in library.packages.iterdir()} == {good.name, ".lock"}

    def test_a_link_is_refused(self, library: Library, tmp_path: Path) -> None:
        bad = remade(tmp_path, lambda _files: None)
        with zipfile.ZipFile(bad, "a") as archive:
            link = zipfile.ZipInfo(f"{TOP}/link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        with pytest.raises(ModelError, match="has a link in it"):
            install(bad, library)

    def test_an_entry_that_lies_about_its_size_is_refused(
        self, library: Library, tmp_path: Path
    ) -> None:
        bad = remade(tmp_path, lambda _files: None, compression=zipfile.ZIP_DEFLATED)
        data = bytearray(bad.read_bytes())
        end = data.rfind(b"PK\1\2")
        data[end + 24 : end + 28] = (10).to_bytes(4, "little")
        bad.write_bytes(data)
        with pytest.raises(ModelError, match="is not a whole Argos package"):
            install(bad, library)

    def test_one_that_translates_nonsense_is_refused(
        self, library: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sentences = [("De minister opent dinsdag een brug.", ("elephant",))] * 4
        monkeypatch.setattr("digest.translation.golden.SENTENCES", sentences)
        with pytest.raises(ModelError, match="translates nonsense: 'De minister"):
            install(TINY, library)

    def test_killed_at_any_moment_it_leaves_whole_packages_only(self, library: Library) -> None:
        old = install_package(TINY, library, origin="x", anyway=True).path
        renamed = old.rename(old.with_name("translate-nl_en-0_0-old"))
        code = (
            "import sys; from pathlib import Path; from tests.translation.test_install import *\n"
            "p = Path(sys.argv[1])\n"
            "print('go', flush=True)\n"
            "install(TINY, Library(packages=p / 'packages', known=p / 'known.json'))"
        )
        finished = 0
        for moment in range(20):
            process = subprocess.Popen(
                [sys.executable, "-c", code, str(library.packages.parent)],
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert process.stdout
            process.stdout.readline()
            time.sleep(moment * 0.03)
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
            paths = installed(library)
            assert renamed in paths
            assert all(changed_files(path) == () for path in paths)
            for path in set(paths) - {renamed}:
                finished += 1
                path.rename(library.packages.parent / f"done-{moment}")
            (renamed / "digest-install.json").touch()
        install(TINY, library)
        assert not list(library.packages.glob(".staging-*"))


class TestDownload:
    def fetch(
        self, site: Site, folder: Path, path: str = "/tiny.argosmodel", size: int = 0
    ) -> bytes:
        target = folder / "got"
        fetch(f"{site.address}{path}", target, patience=QUICK, progress=unseen, size=size)
        return target.read_bytes()

    @pytest.mark.parametrize(
        "faults",
        [
            [],
            ["slow"],
            ["500", "503"],
            ["429"],
            ["cut"],
            ["cut", "cut", "500", "cut"],
            ["silent"],
            ["long"],
            ["redirect:/tiny.argosmodel"],
            ["cut", "noranges"],
        ],
        ids=",".join,
    )
    def test_faults_that_pass_are_waited_out(
        self, site: Site, tmp_path: Path, faults: list[str]
    ) -> None:
        path = "/moved" if faults[:1] == ["redirect:/tiny.argosmodel"] else "/tiny.argosmodel"
        site.files["/moved"] = b""
        site.faults[path] = list(faults)
        assert self.fetch(site, tmp_path, path) == TINY.read_bytes()
        assert [file.name for file in tmp_path.iterdir()] == ["got"]

    @pytest.mark.parametrize(
        ("faults", "message"),
        [
            (["404"], "the server answered 404 Not Found"),
            (["500"] * 9, "the server answered 500"),
            (["cut"] * 9, "the connection was cut"),
            (["silent"] * 9, "does not answer in time"),
        ],
    )
    def test_faults_that_stay_are_told(
        self, site: Site, tmp_path: Path, faults: list[str], message: str
    ) -> None:
        site.faults["/tiny.argosmodel"] = faults
        with pytest.raises(ModelError, match=message):
            self.fetch(site, tmp_path)
        assert not (tmp_path / "got").exists()

    def test_a_cut_download_goes_on_where_it_stopped(self, site: Site, tmp_path: Path) -> None:
        site.faults["/tiny.argosmodel"] = ["cut"]
        self.fetch(site, tmp_path)
        half = len(TINY.read_bytes()) // 2
        (_, first), (_, second) = site.requests
        assert first == ""
        assert half - (1 << 16) <= int(second.removeprefix("bytes=").rstrip("-")) <= half

    def test_another_file_is_never_appended_to_the_first(self, site: Site, tmp_path: Path) -> None:
        site.faults["/tiny.argosmodel"] = ["cut"] + ["500"] * 4
        with pytest.raises(ModelError):
            self.fetch(site, tmp_path)
        site.files["/tiny.argosmodel"] = b"another file"
        assert self.fetch(site, tmp_path) == b"another file"

    def test_a_wrong_size_is_told(self, site: Site, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="bytes instead of 17"):
            self.fetch(site, tmp_path, size=17)

    def test_too_little_space_is_told_before_anything_is_written(
        self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        free = type("Usage", (), {"free": 1 << 20})
        monkeypatch.setattr("shutil.disk_usage", lambda _path: free)
        with pytest.raises(ModelError, match="only 1 MB are free"):
            self.fetch(site, tmp_path)

    def test_a_closed_port_is_told(self, tmp_path: Path) -> None:
        with http_server() as gone:
            address = gone.address
        with pytest.raises(ModelError, match="the connection was refused"):
            fetch(f"{address}/x", tmp_path / "x", patience=QUICK, progress=unseen)

    def test_files_are_copied(self, tmp_path: Path) -> None:
        fetch(TINY.as_uri(), tmp_path / "x", patience=QUICK, progress=unseen)
        assert (tmp_path / "x").read_bytes() == TINY.read_bytes()
        with pytest.raises(ModelError, match="No such file"):
            fetch("file:///none", tmp_path / "y", patience=QUICK, progress=unseen)
        with pytest.raises(ModelError, match="neither http, https nor file"):
            fetch("ftp://x/y", tmp_path / "y", patience=QUICK, progress=unseen)


class TestIndex:
    def test_the_newest_of_a_pair_is_found_and_links_may_be_relative(self) -> None:
        data = json.dumps(
            [
                {
                    "package_version": v,
                    "from_code": "nl",
                    "to_code": "en",
                    "links": [f"{v}.argosmodel"],
                }
                for v in ("1.9", "1.10", "1.2")
            ]
            + [{"package_version": "1", "from_code": "de", "to_code": "en", "links": []}]
        ).encode()
        packages = read_index(data, address="https://example.org/v1/index.json")
        best = find_pair(packages, "nl-en", address="x")
        assert (best.version, best.links) == ("1.10", ("https://example.org/v1/1.10.argosmodel",))
        with pytest.raises(ModelError, match="no package for fr to en"):
            find_pair(packages, "fr-en", address="x")

    @pytest.mark.parametrize("data", [b"", b"<html>", b"{}x", b'[{"links": 1}]', b"[1]"])
    def test_what_is_no_index_is_named(self, data: bytes) -> None:
        with pytest.raises(ModelError, match="is not an index"):
            read_index(data, address="x")

    def test_addresses_of_folders_and_files_are_taken(self) -> None:
        assert (
            index_address("https://a/b")
            == index_address("https://a/b/")
            == "https://a/b/index.json"
        )
        assert index_address("file:///a/x.json") == "file:///a/x.json"

    def test_the_manifest_knows_the_public_package(self) -> None:
        (package,) = read_manifest(CHECKOUT / "models" / "manifest.toml")
        assert str(package) == "translate-nl_en 1.8"


@pytest.mark.model
class TestCommands:
    @pytest.fixture(autouse=True)
    def empty(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "models"))

    def index(self, site: Site) -> None:
        entry = {
            "package_version": "0.1",
            "from_code": "nl",
            "to_code": "en",
            "code": "translate-nl_en",
            "links": [f"{site.address}/gone.argosmodel", "tiny.argosmodel"],
        }
        site.files["/index.json"] = json.dumps([entry]).encode()

    def test_a_pair_is_installed_from_an_index(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.index(site)
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", f"{site.address}/")
        listed = json.loads(digest("models", "list", "--available", "--json").stdout)
        assert [(row["name"], row["version"]) for row in listed] == [("translate-nl_en", "0.1")]
        result = digest("models", "install", "--anyway")
        assert result.exit_code == 0
        assert result.stderr.startswith("translate-nl_en 0.1 is installed: chrF ")
        (row,) = json.loads(digest("models", "list", "--json").stdout)
        assert row["origin"] == f"{site.address}/tiny.argosmodel"
        assert row["verified"].startswith("verified 20")
        assert digest("models", "verify").stdout == "ok    translate-nl_en 0.1\n"

    def test_a_copy_of_the_index_works_without_a_network(self, tmp_path: Path) -> None:
        (tmp_path / "index.json").write_text(
            json.dumps(
                [
                    {
                        "package_version": "0.1",
                        "from_code": "nl",
                        "to_code": "en",
                        "links": [TINY.as_uri()],
                    }
                ]
            )
        )
        index = ["--index", tmp_path.as_uri()]
        assert digest("models", "install", "nl-en", "--anyway", *index, "-q").exit_code == 0
        named = ["--model", "translate-nl_en"]
        done = digest("translate", *named, "Het vliegtuig sluit de grens")
        assert done.stdout.startswith("The plane")

    def test_a_file_or_an_address_is_installed_and_pinned_by_hand(self, site: Site) -> None:
        wrong = digest("models", "install", "--anyway", TINY, "--sha256", "0" * 64)
        assert wrong.exit_code == 69
        assert "is not the package it should be" in wrong.stderr
        assert digest("models", "install", "--anyway", TINY, "--sha256", TINY_SHA256).exit_code == 0
        again = digest("models", "install", "--anyway", f"{site.address}/tiny.argosmodel")
        assert again.stderr == "translate-nl_en 0.1 is installed already.\n"

    def test_a_package_that_changed_on_the_server_is_refused(self, site: Site) -> None:
        assert digest("models", "install", "--anyway", TINY).exit_code == 0
        changed = io.BytesIO(TINY.read_bytes())
        with zipfile.ZipFile(changed, "a") as archive:
            archive.writestr(f"{TOP}/new", "x")
        site.files["/tiny.argosmodel"] = changed.getvalue()
        result = digest("models", "install", "--anyway", f"{site.address}/tiny.argosmodel")
        assert result.exit_code == 69
        assert "translate-nl_en 0.1 has changed" in result.stderr

    def test_a_changed_model_fails_verification(self, tmp_path: Path) -> None:
        digest("models", "install", "--anyway", TINY)
        (path,) = (tmp_path / "models" / "packages").glob("*/README.md")
        path.write_text("changed")
        result = digest("models", "verify")
        assert result.exit_code == 69
        assert "changed since it was installed: README.md" in result.stdout

    def test_removing_takes_it_away(self, tmp_path: Path) -> None:
        digest("models", "install", "--anyway", TINY)
        assert digest("models", "remove", "translate-nl_en").exit_code == 0
        assert "No model is installed" in digest("models", "list").stderr
        assert digest("models", "remove", "translate-nl_en").exit_code == 2
        assert [path.name for path in (tmp_path / "models" / "packages").iterdir()] == [".lock"]

    @pytest.mark.parametrize("what", ["nothing at all", "nl_en", "x-1"])
    def test_what_is_nothing_is_named(self, what: str) -> None:
        assert digest("models", "install", what).exit_code == 2

    def test_one_that_cannot_translate_news_is_refused_and_only_used_by_name(
        self, tmp_path: Path
    ) -> None:
        refused = digest("models", "install", TINY)
        assert refused.exit_code == 69
        assert "cannot translate news: chrF 1" in refused.stderr
        assert "--anyway" in refused.stderr
        assert digest("models", "install", "--anyway", TINY).exit_code == 0
        article = tmp_path / "a.txt"
        article.write_text("De minister opent een brug\n")
        unnamed = digest("run", article)
        assert unnamed.exit_code == 69
        assert "cannot translate news" in unnamed.stderr
        named = digest("run", article, "--model", "translate-nl_en")
        assert named.exit_code == 0
        assert "chrF 1" in named.stdout, "the foot of the edition has the figure"

    def test_versions_of_the_same_figures_go_by_age(self, tmp_path: Path) -> None:
        digest("models", "install", "--anyway", TINY)
        for version in ("0.10", "0.9"):
            changed = remade(tmp_path, with_metadata(package_version=version))
            digest("models", "install", "--anyway", changed)
        lines = digest("models", "list").stdout.splitlines()
        assert [line.split()[1] for line in lines] == ["0.10", "0.9", "0.1"]
        article = tmp_path / "a.txt"
        article.write_text("De minister opent een brug\n")
        named = digest("run", article, "--model", "translate-nl_en 0.9")
        assert "translate-nl_en 0.9" in named.stdout

    def test_what_came_by_other_ways_is_measured_when_it_is_first_needed(
        self, tmp_path: Path, tiny_package: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tiny_package.parent))
        assert "not measured" in digest("models", "list").stdout
        article = tmp_path / "a.txt"
        article.write_text("De minister opent een brug\n")
        first = digest("run", article)
        assert first.exit_code == 69
        assert "Measuring translate-nl_en 0.1" in first.stderr
        again = digest("run", article)
        assert "Measuring" not in again.stderr
        assert "cannot translate news" in again.stderr
        (row,) = json.loads(digest("models", "measure", "--json").stdout)
        assert (row["name"], row["sentences"]) == ("translate-nl_en 0.1", 60)


@pytest.mark.model
@pytest.mark.usefixtures("models")
def test_an_edition_never_touches_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an edition opens a socket")

    monkeypatch.setattr("socket.socket", refuse)
    monkeypatch.setattr("socket.create_connection", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    (tmp_path / "a.txt").write_text("De minister opent een brug\nKIEV (ANP) - Het regent.\n")
    for form in ("text", "html", "web", "md", "json"):
        assert digest("run", tmp_path / "a.txt", "--format", form, "--words", "3").exit_code == 0


@pytest.mark.model
class TestStrangers:
    """Whatever a package or an index says, one sentence, and the others stay usable."""

    @pytest.mark.parametrize(
        "metadata",
        [
            {"package_version": "1.²"},
            {"package_version": ["a"]},
            {"package_version": "1" * 5000},
            {"package_version": "1.\x1b]0;x"},
            {"code": ["a"]},
            {"code": "a b"},
            {"argos_version": "²"},
            {"argos_version": "9" * 5000},
            {"from_code": None},
        ],
    )
    def test_nothing_installs_that_breaks_the_others(
        self, library: Library, tmp_path: Path, metadata: dict[str, Any]
    ) -> None:
        install(TINY, library)
        with pytest.raises(ModelError) as caught:
            install(remade(tmp_path, with_metadata(**metadata)), library)
        assert "\n" not in str(caught.value)
        assert all(each.model for each in find_models([library.packages], tmp_path / "none"))

    @pytest.mark.parametrize(
        "text",
        ["[" * 100_000, '{"package_version": "1.²"}', "[]", "null", "\x00", '{"from_code": 5}'],
    )
    def test_a_broken_one_beside_a_good_one_is_named_and_passed_over(
        self, library: Library, tmp_path: Path, text: str
    ) -> None:
        install(TINY, library)
        broken = library.packages / "broken"
        broken.mkdir()
        (broken / "metadata.json").write_text(text)
        found = find_models([library.packages], tmp_path / "none")
        assert [bool(each.model) for each in found] == [True, False]
        assert found[1].problem
        assert choose_model(found, "translate-nl_en").model

    def test_a_pipe_in_the_place_of_a_file_does_not_hang(
        self, library: Library, tmp_path: Path
    ) -> None:
        broken = library.packages / "broken"
        broken.mkdir(parents=True)
        os.mkfifo(broken / "metadata.json")
        (found,) = find_models([library.packages], tmp_path / "none")
        assert "not complete" in found.problem

    @pytest.mark.parametrize("what", ["/dev/zero", "pipe", "http://[", "http://a\x00b/", "~x"])
    def test_what_is_no_package_is_refused_at_once(
        self, library: Library, tmp_path: Path, what: str
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        target = tmp_path / "target"
        path = tmp_path / "pipe" if what == "pipe" else Path(what)
        if not what.startswith("http"):
            with pytest.raises(ModelError):
                install(path, library)
            with pytest.raises(ModelError):
                fetch(f"file://{path}", target, patience=QUICK, progress=unseen)
        else:
            with pytest.raises(ModelError):
                fetch(what, target, patience=QUICK, progress=unseen)
        assert not target.exists()

    def test_a_file_that_is_too_large_is_refused_before_it_is_read(
        self, library: Library, tmp_path: Path
    ) -> None:
        large = tmp_path / "large.argosmodel"
        with large.open("wb") as file:
            file.truncate(5 << 30)
        with pytest.raises(ModelError, match="larger than any package"):
            install(large, library)
        with pytest.raises(ModelError, match="larger than any package"):
            fetch(f"file://{large}", tmp_path / "t", patience=QUICK, progress=unseen)

    def test_an_index_on_the_web_names_no_files_and_only_sound_names(self) -> None:
        entry = {"from_code": "nl", "to_code": "en", "package_version": "1", "links": ["x.zip"]}
        hostile = [
            entry | {"links": ["file:///etc/passwd"]},
            entry | {"package_version": "²"},
            entry | {"code": "\x1b]52;c;x\x07"},
            entry | {"code": "a" * 300},
            entry | {"from_code": 5},
        ]
        found = read_index(json.dumps([entry, *hostile]).encode(), address="http://x/index.json")
        assert [package.links for package in found] == [("http://x/x.zip",)]
        local = [entry | {"links": ["file:///packages/x"]}]
        assert read_index(json.dumps(local).encode(), address="file:///index.json")
        for text in (b"[" * 100_000, b"5", b'[{"links": 5}]'):
            with pytest.raises(ModelError, match="is not an index"):
                read_index(text, address="http://x/index.json")

    @pytest.mark.parametrize(
        "command", [["install", str(TINY), "--anyway"], ["setup", "--index", "file:///none"]]
    )
    def test_a_folder_that_cannot_be_written_is_named(
        self, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "file" / "models"))
        result = digest("models", *command)
        assert result.exit_code in {69, 73}
        assert "Traceback" not in result.stderr
