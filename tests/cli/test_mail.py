"""`digest run --send`, the archive and what schedules it, as a user runs them."""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import time
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from digest.delivery.smtp import Security
from tests import CHECKOUT
from tests.cli.test_commands import digest
from tests.delivery.servers import smtp_server

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("models")]

MORNING = ["--date", "2026-11-22", "--as-of", "2026-11-22T07:00"]


class Post:
    """A folder of articles, and a `sendmail` that keeps what it is given."""

    def __init__(self, folder: Path) -> None:
        self.articles = folder / "articles"
        self.articles.mkdir()
        self.mails = folder / "mails"
        self.mails.mkdir()
        self.script = folder / "sendmail"
        self.answer("exit 0")
        self.add("De minister opent een brug", "De NAVO stelt morgen een rapport voor.")

    def answer(self, script: str) -> None:
        self.script.write_text(
            f"#!/bin/sh\n({script}) || exit $?\ncat > {self.mails}/$(ls {self.mails} | wc -l)\n"
        )
        self.script.chmod(self.script.stat().st_mode | stat.S_IXUSR)

    def add(self, headline: str, body: str) -> None:
        number = len(list(self.articles.iterdir()))
        (self.articles / f"{number}.txt").write_text(f"{headline}\n{body}\n")

    @property
    def sent(self) -> list[str]:
        return [path.read_text() for path in sorted(self.mails.iterdir())]

    @property
    def arguments(self) -> list[str | Path]:
        return [
            "run", self.articles, "--send", "sendmail", "--sendmail", self.script,
            "--from", "News <news@example.org>", "--to", "reader@example.com", "--retry-for", "0",
        ]  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str]:
        result = digest(*self.arguments, *MORNING, *arguments)
        assert result.stdout == ""
        return result.exit_code, result.stderr


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)


class TestSend:
    def test_mails_the_edition_and_says_nothing(self, post: Post) -> None:
        assert post.run() == (0, "")
        (mail,) = post.sent
        message = message_from_string(mail, policy=default)
        assert message["To"] == "reader@example.com"
        assert message["Subject"].startswith("Dutch news digest: Sunday 22 November 2026")
        body = message.get_body(("plain",))
        assert body
        assert "NATO proposes a report tomorrow." in body.get_content()

    def test_sends_once_for_a_date(self, post: Post) -> None:
        for _ in range(3):
            assert post.run()[0] == 0
        assert post.run("--force")[0] == 0  # nothing was refused, nothing is unknown
        assert len(post.sent) == 1
        assert digest(*post.arguments, "--date", "2026-11-23").exit_code == 0
        assert len(post.sent) == 2

    def test_a_second_recipient_gets_a_mail_of_his_own(self, post: Post) -> None:
        post.run()
        post.run("--to", "second@example.com")
        assert [re.findall(r"^To: (.*)$", mail, re.MULTILINE) for mail in post.sent] == [
            ["reader@example.com"],
            ["second@example.com"],
        ]

    def test_a_deferred_mail_is_sent_by_the_next_run(self, post: Post) -> None:
        post.answer("exit 75")
        code, said = post.run()
        assert code == 75
        assert "reader@example.com: not now, the next run tries again" in said
        post.answer("exit 0")
        assert post.run() == (0, "")
        assert len(post.sent) == 1

    def test_a_refused_mail_is_named_and_not_tried_again(self, post: Post) -> None:
        post.answer("echo no such user >&2; exit 67")
        code, said = post.run()
        assert code == 3
        assert "reader@example.com: refused" in said
        assert "no such user" in said
        post.answer("exit 0")
        assert post.run() == (0, "")
        assert post.sent == []
        assert post.run("--force") == (0, "")
        assert len(post.sent) == 1

    def test_needs_sender_and_recipient(self, post: Post) -> None:
        assert digest("run", post.articles, "--send", "sendmail").exit_code == 2

    def test_a_missing_program_is_named(self, post: Post) -> None:
        code, said = post.run("--sendmail", "/nowhere/sendmail")
        assert code == 78
        assert "/nowhere/sendmail" in said

    def test_goes_to_a_mail_server(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DIGEST_SMTP_PASSWORD", "right")
        with smtp_server(Security.STARTTLS, password="right") as (mailbox, fields):
            arguments = [
                "--send", "smtp", "--smtp-host", "localhost", "--smtp-port", str(fields["port"]),
                "--smtp-user", "me", "--smtp-ca-file", str(fields["authorities"]),
            ]  # fmt: skip
            assert post.run(*arguments) == (0, "")
        assert [recipient for recipient, _ in mailbox.messages] == ["reader@example.com"]

    def test_does_not_speak_in_clear_to_another_machine(self, post: Post) -> None:
        arguments = ["--smtp-host", "example.org", "--smtp-security", "none"]
        code, said = post.run("--send", "smtp", *arguments)
        assert code == 2
        assert "this machine only" in said


class TestNew:
    def test_takes_only_what_was_not_delivered(self, post: Post) -> None:
        post.run("--new")
        post.add("Het vliegtuig sluit de grens", "De koning stopt 9 treinen.")
        assert digest(*post.arguments, "--new", "--date", "2026-11-23").exit_code == 0
        assert "vliegtuig" not in post.sent[0]
        assert "vliegtuig" in post.sent[1]
        assert "opent een brug" not in post.sent[1]

    def test_without_news_there_is_no_mail(self, post: Post) -> None:
        post.run("--new")
        again = [*post.arguments, "--new", "--date", "2026-11-23"]
        assert digest(*again).exit_code == 0
        assert len(post.sent) == 1
        assert digest(*again, "--even-if-empty").exit_code == 0
        assert "No news today." in post.sent[1]

    def test_what_was_not_delivered_stays_new(self, post: Post) -> None:
        post.answer("exit 67")
        post.run("--new")
        post.answer("exit 0")
        assert digest(*post.arguments, "--new", "--date", "2026-11-23").exit_code == 0
        assert len(post.sent) == 1

    def test_what_waits_to_be_sent_is_not_put_into_the_next_edition_too(self, post: Post) -> None:
        post.answer("exit 75")
        assert post.run("--new")[0] == 75
        tomorrow = [*post.arguments, "--new", "--date", "2026-11-23"]
        assert digest(*tomorrow).exit_code == 75
        post.answer("exit 0")
        assert digest(*tomorrow).exit_code == 0
        assert len(post.sent) == 1
        assert "22 November 2026" in post.sent[0]

    def test_a_printed_edition_counts_as_delivered(self, post: Post) -> None:
        assert "NATO" in digest("run", post.articles, "--new").stdout
        second = digest("run", post.articles, "--new")
        assert (second.exit_code, second.stdout) == (0, "")

    def test_the_same_article_in_another_file_is_not_new(self, post: Post) -> None:
        digest("run", post.articles, "--new")
        (post.articles / "copy.txt").write_text(
            (post.articles / "0.txt").read_text().replace(" ", "  ")
        )
        assert digest("run", post.articles, "--new").stdout == ""

    def test_catching_up_sends_nothing(self, post: Post) -> None:
        assert post.run("--catch-up") == (0, "")
        assert post.run("--new") == (0, "")
        assert post.sent == []

    def test_a_limit_leaves_the_rest_for_later(self, post: Post) -> None:
        post.add("Het vliegtuig sluit de grens", "De koning stopt 9 treinen.")
        first = digest("run", post.articles, "--new", "--limit", "1").stdout
        second = digest("run", post.articles, "--new", "--limit", "1").stdout
        assert "vliegtuig" not in first
        assert "vliegtuig" in second

    def test_a_dry_run_changes_nothing_at_all(self, post: Post, home: Path) -> None:
        code, said = post.run("--new", "--dry-run")
        assert code == 0
        assert "An edition of 1 item, dated 2026-11-22" in said
        assert "To be sent with sendmail to reader@example.com" in said
        assert post.sent == []
        assert not list(home.iterdir())
        post.run("--new")
        before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        assert "nothing is new" in post.run("--new", "--dry-run")[1]
        assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before

    def test_an_unwritable_output_leaves_items_new(self, post: Post, tmp_path: Path) -> None:
        nowhere = digest("run", post.articles, "--new", "--output", tmp_path / "none" / "a")
        assert nowhere.exit_code == 73
        assert "NATO" in digest("run", post.articles, "--new").stdout


class TestHistory:
    def test_lists_shows_and_searches(self, post: Post) -> None:
        assert "No edition was kept yet" in digest("history", "list").stderr
        post.run("--new")
        listed = digest("history", "list").stdout
        assert "2026-11-22    1 item   sent to reader@example.com" in listed
        shown = digest("history", "show", "1").stdout
        assert "NATO proposes a report tomorrow." in shown
        assert "Sunday 22 November 2026" in shown
        assert json.loads(digest("history", "show", "1", "--format", "json").stdout)["version"] == 3
        for word in ("rapport", "REPORT"):
            assert "item 1" in digest("history", "search", word).stdout
        assert "Nothing was found." in digest("history", "search", "fiets").stderr

    def test_what_is_shown_is_what_was_printed(self, post: Post) -> None:
        printed = digest("run", post.articles, "--new", *MORNING).stdout
        assert digest("history", "show", "1").stdout == printed

    def test_an_unknown_number_is_refused(self, post: Post) -> None:
        assert post.sent == []
        assert digest("history", "show", "7").exit_code == 2


def test_two_runs_at_once_are_told_apart(post: Post, home: Path) -> None:
    post.answer(f"touch {home}/sending; while [ ! -e {home}/told ]; do sleep 0.1; done")
    environment = os.environ | {"HOME": str(home)}
    command = [sys.executable, "-m", "digest", *map(str, post.arguments), *MORNING]
    first = subprocess.Popen(command, cwd=CHECKOUT, env=environment)
    deadline = time.monotonic() + 60
    while not (home / "sending").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    second = digest(*post.arguments, *MORNING)
    assert second.exit_code == 75
    assert "Another digest holds the lock" in second.stderr
    (home / "told").touch()
    assert first.wait() == 0
    assert len(post.sent) == 1


class TestEml:
    def test_is_a_whole_message_on_standard_output(self, post: Post) -> None:
        people = ["--from", "a@example.org", "--to", "b@example.com", "--to", "c@example.com"]
        out = digest("run", post.articles, "--format", "eml", *people).stdout
        message = message_from_string(out, policy=default)
        assert message["To"] == "b@example.com, c@example.com"
        assert message.get_content_type() == "multipart/alternative"

    def test_needs_sender_and_recipient(self, post: Post) -> None:
        result = digest("run", post.articles, "--format", "eml")
        assert result.exit_code == 2
        assert "--from and --to" in result.stderr


class TestSchedule:
    def test_prints_a_line_for_cron(self, post: Post) -> None:
        out = digest(
            "schedule", "cron", "--at", "7:05", "--weekdays", "--mailto", "me@example.org",
            "--", str(post.articles), "--title", "100% nieuws", "--send", "sendmail",
        ).stdout  # fmt: skip
        comment, mailto, line = out.splitlines()
        assert comment.startswith("#")
        assert mailto == "MAILTO=me@example.org"
        assert line.startswith("5 7 * * 1-5 PYTHONUTF8=1 /")
        assert r"'100\% nieuws'" in line
        assert str(post.articles) in line

    @pytest.mark.parametrize("program", ["script", "module"])
    def test_the_line_runs_in_the_environment_of_cron(
        self, post: Post, home: Path, program: str
    ) -> None:
        script = Path(sys.executable).with_name("digest")
        start = [str(script)] if program == "script" else [sys.executable, "-m", "digest"]
        printed = subprocess.run(
            [*start, "schedule", "cron", "--", *map(str, post.arguments[1:])],
            cwd=CHECKOUT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        command = printed.splitlines()[-1].split(" ", 5)[5].replace(r"\%", "%")
        bare = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "me"}
        bare |= {name: value for name, value in os.environ.items() if name.startswith("DIGEST_")}
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=bare, cwd=home, capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert len(post.sent) == 1

    def test_prints_units_for_systemd(self) -> None:
        out = digest("schedule", "systemd", "--at", "06:30", "--", "--title", '50% "x"').stdout
        assert "OnCalendar=*-*-* 06:30:00" in out
        assert r'"50%% \"x\""' in out
        if shutil.which("systemd-analyze"):
            subprocess.run(["systemd-analyze", "calendar", "*-*-* 06:30:00"], check=True)

    def test_a_wrong_time_is_refused(self) -> None:
        assert digest("schedule", "cron", "--at", "25:00").exit_code == 2

    @pytest.mark.parametrize("forged", ["a\n* * * * * x", "a\r", "a\x1b]0;x", "a\u2028b"])
    @pytest.mark.parametrize("option", ["--mailto", "--log", "title"])
    def test_no_line_is_forged(self, forged: str, option: str) -> None:
        rest = ["--", "--title", forged] if option == "title" else [option, forged, "--"]
        assert digest("schedule", "cron", *rest).exit_code == 2
        if option == "title":
            assert digest("schedule", "systemd", *rest).exit_code == 2

    def test_only_paths_become_absolute(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("sendmail", "html", "a@x.org", "artikelen"):
            (tmp_path / name).mkdir()
        (tmp_path / "namen.csv").write_text("")
        monkeypatch.chdir(tmp_path)
        line = digest(
            "schedule", "cron", "--", "artikelen", "--new", "--send", "sendmail", "--format",
            "html", "--to=a@x.org", "--glossary", "namen.csv", "--template-dir=html",
        ).stdout.splitlines()[-1]  # fmt: skip
        words = shlex.split(line)
        assert words[words.index("--send") + 1] == "sendmail"
        assert words[words.index("--format") + 1] == "html"
        assert "--to=a@x.org" in words
        assert words[words.index("--glossary") + 1] == f"{tmp_path}/namen.csv"
        assert f"--template-dir={tmp_path}/html" in words
        assert f"{tmp_path}/artikelen" in words

    def test_quotes_what_a_shell_would_read(self, tmp_path: Path) -> None:
        line = digest("schedule", "cron", "--", "--title", "a'b $HOME `x`").stdout.splitlines()[-1]
        assert shlex.split(line)[-1] == "a'b $HOME `x`"
        assert tmp_path.is_dir()


class TestConfig:
    def write(self, home: Path, text: str) -> Path:
        path = home / ".config" / "digest" / "config.toml"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return path

    def test_settings_are_the_defaults_of_options(self, post: Post, home: Path) -> None:
        self.write(home, f'sources = ["{post.articles}"]\ntitle = "Mijn krant"\nwidth = 60\n')
        out = digest("run").stdout
        assert out.splitlines()[:2] == ["=" * 60, "Mijn krant"]
        assert digest("run", "--title", "Andere").stdout.splitlines()[1] == "Andere"

    def test_a_list_is_an_option_given_several_times(self, post: Post, home: Path) -> None:
        self.write(home, 'from = "a@b.nl"\nto = ["b@b.nl", "c@b.nl"]\n')
        out = digest("run", post.articles, "--format", "eml").stdout
        assert "To: b@b.nl, c@b.nl" in out

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('title = "x"\ntitel = "y"\n', "line 2: there is no setting titel."),
            ('\nwidth = "wide"\n', "line 2: width: 'wide' is not a valid integer range."),
            ("width = 5000\n", "line 1: width: 5000 is not in the range 0<=x<=1000."),
            ('layout = "columns"\n', "line 1: layout is to be a list."),
            ("[smtp]\nhost = 1\n", "there is no setting smtp."),
            ("title = 1979-05-27\n", "line 1: title is to be text, not"),
            ("title = 5\n", "line 1: title is to be text, not 5."),
            ("output = [5]\n", "line 1: output is to be file, not 5."),
            ("glossary = 5\n", "line 1: glossary is to be file, not 5."),
            ("smtp-password-file = true\n", "line 1: smtp-password-file is to be file, not True."),
            ("width = 60.5\n", "line 1: width is to be integer range, not 60.5."),
            ("mail-timeout = nan\n", "line 1: mail-timeout: nan is not"),
            ("mail-timeout = inf\n", "line 1: mail-timeout: inf is not"),
            ("source-timeout = -1\n", "line 1: source-timeout: -1"),
            ("source-timeout = 1e12\n", "line 1: source-timeout: 1"),
            ("retry-for = [1]\n", "line 1: retry-for is to be one value."),
            ("[[sources]]\nlocation = 'a'\nlimit = -1\n", "line 3: sources: limit is not to be -1"),
            ("[[sources]]\nlocation = 'a'\ntimeout = nan\n", "timeout is not to be nan"),
            ("[[sources]]\nlocation = 'a'\nlimit = true\n", "limit is not to be True"),
            ("sources = [5]\n", "is to be a list of texts"),
            ('memory = "yes"\n', "line 1: memory is to be true or false, not 'yes'."),
            ("title = \n", "cannot be read: "),
        ],
    )
    def test_mistakes_are_named_with_file_and_line(
        self, home: Path, text: str, message: str
    ) -> None:
        path = self.write(home, text)
        result = digest("run")
        assert result.exit_code == 78
        assert str(path) in result.stderr
        assert message in result.stderr

    @pytest.mark.parametrize("day", ["2026-11-22", '"2026-11-22"'])
    def test_dates_of_toml_are_taken(self, post: Post, home: Path, day: str) -> None:
        self.write(home, f"date = {day}\nas-of = 2026-11-22T15:00:00\n")
        assert "Sunday 22 November 2026" in digest("run", post.articles).stdout

    @pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e12", "-1"])
    @pytest.mark.parametrize("option", ["--mail-timeout", "--retry-for", "--source-timeout"])
    def test_numbers_that_make_no_sense_are_refused(
        self, post: Post, option: str, value: str
    ) -> None:
        assert post.run(option, value)[0] == 2
        assert post.sent == []

    @pytest.mark.parametrize(
        "subject", ["{title[x]}", "{title:>3000000000}", "{title!r}", "{x}", "{", "{}", "{0}"]
    )
    def test_a_subject_that_cannot_be_filled_in_is_refused_first(
        self, post: Post, subject: str
    ) -> None:
        code, said = post.run("--subject", subject, "--model", "none")
        assert code == 2
        assert "cannot be filled in" in said

    def test_another_file_can_be_named_and_must_exist(self, tmp_path: Path) -> None:
        result = digest("--config", tmp_path / "none.toml", "run")
        assert result.exit_code == 78

    def test_shows_each_value_with_where_it_comes_from(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = self.write(home, "width = 60\n")
        monkeypatch.setenv("DIGEST_RUN_TITLE", "Krant")
        lines = digest("config", "show").stdout.splitlines()
        assert f"width = 60  # {path}" in lines
        assert 'title = "Krant"  # environment' in lines
        assert "words = 0  # default" in lines

    def test_the_example_can_be_used_as_it_is(self, post: Post, home: Path) -> None:
        example = digest("config", "example").stdout
        uncommented = re.sub(r"^# ([a-z-]+ = )", r"\1", example, flags=re.MULTILINE)
        kept = [line for line in uncommented.splitlines() if not line.endswith('= ""')]
        self.write(home, "\n".join(kept))
        assert digest("run", post.articles, *MORNING).exit_code == 0
