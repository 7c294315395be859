"""What a user runs, with the tiny package as the model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from digest.cli import main
from tests import CHECKOUT

pytestmark = pytest.mark.model


def digest(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "articles" / "a.txt"
    path.parent.mkdir()
    path.write_text(
        "De minister opent een brug\nKIEV (ANP) - De NAVO stelt morgen een rapport voor.\n"
    )
    return path


@pytest.mark.usefixtures("models")
class TestRun:
    def test_prints_the_edition_and_nothing_else(self, article: Path) -> None:
        result = digest("run", article, "--date", "2026-11-22", "--as-of", "2026-11-22T15:00")
        assert result.exit_code == 0
        assert result.stderr == ""
        assert "Sunday 22 November 2026 · zondag 22 november 2026" in result.stdout
        assert "NATO proposes a report tomorrow." in result.stdout
        assert "| De NAVO stelt morgen een rapport voor." in result.stdout
        assert "Translated by translate-nl_en 0.1." in result.stdout

    def test_the_date_is_that_of_as_of_when_none_is_given(self, article: Path) -> None:
        result = digest("run", article, "--as-of", "2026-01-02")
        assert "Friday 2 January 2026" in result.stdout

    def test_makes_several_formats_at_once(self, article: Path, tmp_path: Path) -> None:
        text, html = tmp_path / "a.txt", tmp_path / "a.html"
        formats: list[str | Path] = [
            "--format",
            "text",
            "--output",
            text,
            "--format",
            "html",
            "--output",
            html,
        ]
        result = digest("run", article, *formats)
        assert (result.exit_code, result.output) == (0, "")
        assert text.read_text().startswith("===")
        assert html.read_text().startswith("<!DOCTYPE html>")

    def test_each_format_may_have_a_layout_of_its_own(self, article: Path, tmp_path: Path) -> None:
        english, dutch = tmp_path / "en.txt", tmp_path / "nl.txt"
        targets: list[str | Path] = []
        for layout, output in (("translation", english), ("original", dutch)):
            targets += ["--format", "text", "--layout", layout, "--output", output]
        assert digest("run", article, *targets).exit_code == 0
        assert "De NAVO stelt" not in english.read_text()
        assert "NATO proposes" not in dutch.read_text()

    def test_a_large_mail_is_shortened_and_saved_whole(self, article: Path, tmp_path: Path) -> None:
        for number in range(30):
            text = f"Kop {number}\n" + f"De NAVO stelt morgen {number} rapporten voor. " * 30
            (article.parent / f"{number:02}.txt").write_text(text)
        out = tmp_path / "mail.html"
        large: list[str | Path] = ["run", article.parent, "--format", "html", "--output", out]
        warned = digest(*large)
        assert "Gmail clips at 102 KB" in warned.stderr
        whole = out.read_text()
        shortened = digest(*large, "--max-size", "40")
        assert out.stat().st_size <= 40_000
        assert (tmp_path / "mail.full.html").read_text() == whole
        assert "mail.full.html" in shortened.stderr

    def test_color_is_for_terminals_and_on_request(self, article: Path) -> None:
        assert "\x1b[" not in digest("run", article).stdout
        assert "\x1b[2m" in digest("run", article, "--color", "always").stdout

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--format", "text", "--format", "html"],
            ["--output", "a", "--output", "b"],
            ["--layout", "original", "--layout", "columns"],
        ],
    )
    def test_two_documents_cannot_share_an_output(
        self, article: Path, arguments: list[str]
    ) -> None:
        assert digest("run", article, *arguments).exit_code == 2

    def test_one_unreadable_article_among_ten_is_named_and_left_out(self, article: Path) -> None:
        for number in range(8):
            (article.parent / f"{number}.txt").write_text(f"De koning stopt {number + 2} treinen\n")
        (article.parent / "5x.txt").write_bytes(b"\0\1\2\3")
        result = digest("run", article.parent)
        assert result.exit_code == 3
        assert f"{article.parent / '5x.txt'}: is binary, not text" in result.stderr
        assert "Left out:" in result.stdout
        assert "  9. " in result.stdout

    def test_the_summary_is_said_on_request(self, article: Path) -> None:
        assert "1 item from 1 source" in digest("run", article, "-v").stderr

    def test_an_unwritable_output_leaves_nothing(self, article: Path, tmp_path: Path) -> None:
        result = digest("run", article, "--output", tmp_path / "none" / "a.txt")
        assert result.exit_code == 73
        assert "cannot be written" in result.stderr
        assert not (tmp_path / "none").exists()

    def test_writes_nothing_at_home_but_its_memory(self, article: Path, home: Path) -> None:
        assert digest("run", article, "--no-memory").exit_code == 0
        assert not list(home.iterdir())
        assert digest("run", article).exit_code == 0
        files = [path.name for path in home.rglob("*") if path.is_file()]
        assert files == ["memory.sqlite3"]

    def test_a_second_run_loads_no_model(self, article: Path, models: Path) -> None:
        first = digest("run", article, "--as-of", "2026-11-22")
        weights = models / "packages" / "translate-nl_en-0_1" / "model" / "config.json"
        weights.write_text("no model loads this")
        assert digest("run", article, "--as-of", "2026-11-22").stdout == first.stdout
        assert digest("run", article, "--no-memory").exit_code == 69

    def test_strict_fails_on_doubtful_sentences(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("Het weer\nKoel Tarwe Fiets 1234567 klompendans pannenkoek.\n")
        assert digest("run", path).exit_code == 0
        assert digest("run", path, "--strict").exit_code == 3

    def test_an_unknown_model_is_named(self, article: Path) -> None:
        result = digest("run", article, "--model", "gpt")
        assert result.exit_code == 69
        assert "translate-nl_en 0.1" in result.stderr


@pytest.mark.usefixtures("models")
class TestBadInput:
    @pytest.mark.parametrize(
        ("data", "code", "message"),
        [
            (None, 66, "does not exist"),
            (b"", 65, "is empty"),
            (b"\0\1\2\3\4", 65, "is binary, not text"),
            (b"Caf\x81 \x8d\x8f", 65, "is neither UTF-8, UTF-16 nor Windows-1252 text"),
        ],
    )
    def test_gets_one_sentence_and_a_code(
        self, tmp_path: Path, data: bytes | None, code: int, message: str
    ) -> None:
        path = tmp_path / "bad.txt"
        if data is not None:
            path.write_bytes(data)
        for command in ("run", "parse"):
            result = digest(command, path)
            assert result.exit_code == code
            assert result.stderr.splitlines()[0] == f"digest: {path}: {message}"
            assert result.stdout == ""

    def test_a_folder_without_articles_is_named(self, tmp_path: Path) -> None:
        result = digest("run", tmp_path)
        assert result.exit_code == 65
        assert "is a folder without articles" in result.stderr


def test_without_a_model_one_sentence_says_what_to_run(
    article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "none"))
    result = digest("run", article)
    assert result.exit_code == 69
    assert result.stdout == ""
    assert "`digest models install starter-nl_en`" in result.stderr


def test_a_damaged_model_is_named(article: Path, models: Path) -> None:
    weights = models / "packages" / "translate-nl_en-0_1" / "model" / "model.bin"
    weights.write_bytes(b"damaged")
    result = digest("run", article)
    assert result.exit_code == 69
    assert "is damaged" in result.stderr


def test_parse_shows_what_was_understood(seed: Path) -> None:
    result = digest("parse", seed, "--as-of", "2026-11-22T15:00")
    (document,) = json.loads(result.stdout)["documents"]
    assert document["complete"] is True
    assert [part["kind"] for part in document["parts"]] == ["article", "section"] + 7 * ["brief"]
    assert document["parts"][2]["published"] == {
        "raw": "20 minuten geleden",
        "english": "20 minutes ago",
        "at": "2026-11-22T14:40:00+01:00",
        "precision": "minute",
        "leads": False,
        "under_headline": False,
        "below": 0,
    }


@pytest.mark.usefixtures("models")
class TestTranslate:
    def test_an_argument(self) -> None:
        assert digest("translate", "Het vliegtuig sluit de grens").stdout == (
            "The plane closes the border\n"
        )

    def test_standard_input_line_by_line(self) -> None:
        text = "De NAVO stelt morgen een rapport voor.\n\nHet vliegtuig sluit de grens\n"
        assert digest("translate", stdin=text).stdout == (
            "NATO proposes a report tomorrow.\n\nThe plane closes the border\n"
        )

    def test_nothing_is_an_error(self) -> None:
        assert digest("translate", stdin="").exit_code == 65
        assert digest("translate", "").exit_code == 65


class TestModels:
    def test_lists_what_is_installed(self, models: Path) -> None:
        assert digest("models", "list").stdout.startswith("translate-nl_en 0.1  nl → en")
        (listed,) = json.loads(digest("models", "list", "--json").stdout)
        assert (listed["name"], listed["version"], listed["problem"]) == (
            "translate-nl_en",
            "0.1",
            None,
        )
        assert listed["path"].startswith(str(models))

    def test_an_unknown_name_cannot_be_installed(self) -> None:
        result = digest("models", "install", "nothing")
        assert result.exit_code == 2


class TestTemplates:
    def test_are_listed_with_where_they_come_from(self, tmp_path: Path) -> None:
        (tmp_path / "edition.txt").write_text("mine")
        listed = digest("templates", "list", "--template-dir", tmp_path).stdout.splitlines()
        lines = [line.split(maxsplit=1) for line in listed]
        assert ["edition.txt", str(tmp_path)] in lines
        assert ["edition.html", str(CHECKOUT / "templates")] in lines
        assert len({line.index("/") for line in listed}) == 1

    @pytest.mark.usefixtures("models")
    def test_an_exported_one_can_be_changed_and_used(self, article: Path, tmp_path: Path) -> None:
        own = tmp_path / "own"
        assert digest("templates", "export", own, "edition.txt").exit_code == 0
        assert [path.name for path in own.iterdir()] == ["edition.txt"]
        (own / "edition.txt").write_text("{{ edition.title }}\n")
        assert digest("templates", "export", own).exit_code == 0
        assert (own / "mail.css").exists()
        result = digest("run", article, "--template-dir", own, "--title", "Mine")
        assert result.stdout == "Mine\n"

    def test_an_unknown_name_is_refused(self, tmp_path: Path) -> None:
        assert digest("templates", "export", tmp_path, "none.txt").exit_code == 2

    @pytest.mark.usefixtures("models")
    def test_a_broken_one_writes_nothing(self, article: Path, tmp_path: Path) -> None:
        (tmp_path / "edition.txt").write_text("{% for %}")
        out = tmp_path / "out.txt"
        result = digest("run", article, "--template-dir", tmp_path, "--output", out)
        assert result.exit_code == 78
        assert "edition.txt, line 1" in result.stderr
        assert not out.exists()


class TestDoctor:
    def test_is_well_with_a_model(self, models: Path) -> None:
        assert models.is_dir()
        result = digest("doctor")
        assert result.exit_code == 0
        assert all(line.startswith("ok ") for line in result.stdout.splitlines())

    def test_names_what_is_wrong(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DIGEST_MODELS", str(tmp_path))
        result = digest("doctor")
        assert result.exit_code == 69
        assert "FAIL  model: No model" in result.stdout


class TestWord:
    def test_shows_meanings_expressions_and_parts(self) -> None:
        result = digest("word", "Slagaders", "erfgoedorganisatie")
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert "slagader: artery" in lines
        assert lines[lines.index("erfgoedorganisatie, a compound:") + 1].startswith(
            "  erfgoed: heritage; "
        )
        expression = digest("word", "arm").stdout
        assert "  iemand in de arm nemen: " in expression

    def test_guesses_nothing(self) -> None:
        result = digest("word", "xyzzy\x1b[31m")
        assert result.exit_code == 3
        assert result.stdout == "xyzzy[31m: not in the word list\n"

    @pytest.mark.usefixtures("models")
    def test_shows_sentences_of_past_editions(self, article: Path) -> None:
        digest("run", article, "--new", "--date", "2026-11-22")
        lines = digest("word", "rapport").stdout.splitlines()
        assert "  2026-11-22, item 1" in lines
        assert "    De NAVO stelt morgen een rapport voor." in lines
        assert "    NATO proposes a report tomorrow." in lines
        assert "2026-11-22" not in digest("word", "rapport", "--sentences", "0").stdout


class TestProcess:
    """The program as cron starts it: no locale, a short path, no terminal."""

    def run(self, *arguments: str, stdout: int = subprocess.PIPE) -> tuple[int, bytes, bytes]:
        environment = {"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "LC_ALL": "POSIX"}
        done = subprocess.run(
            [sys.executable, "-m", "digest", *arguments],
            env=environment
            | {name: value for name, value in os.environ.items() if name.startswith("DIGEST_")},
            cwd=CHECKOUT,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    @pytest.mark.usefixtures("models")
    def test_prints_utf8_without_a_locale(self, article: Path) -> None:
        code, out, err = self.run("run", str(article))
        assert (code, err) == (0, b"")
        assert "| De NAVO stelt morgen een rapport voor." in out.decode()

    @pytest.mark.usefixtures("models")
    def test_a_full_standard_output_is_an_error(self, article: Path) -> None:
        with Path("/dev/full").open("wb") as full:
            code, _, err = self.run("run", str(article), stdout=full.fileno())
        assert code == 73
        assert err == b"digest: Standard output cannot be written: No space left on device.\n"
