"""A backfill that is killed anywhere, with a cluster that answers at once; and one with Dask."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import pytest

from digest.backfill import (
    BackfillDesk,
    BackfillOrder,
    Report,
    backfill,
    write_failures,
)
from digest.cluster import Cluster, Died
from digest.edition import Edition, Format
from digest.pipeline import EditionOptions, make_edition
from digest.progress import unseen
from digest.rendering.data import edition_as_lines
from digest.sources.files import stream_sources
from digest.sources.spec import SourceSpec
from digest.spool import Spool
from digest.translation.engine import Decoding
from digest.translation.memory import MemorySettings, TranslationMemory
from digest.translation.tasks import Recipe, translate_task
from digest.translation.translate import Translator, memory_options
from digest.translation.words import Words
from tests import CHECKOUT, DATA
from tests.conftest import ZONE, reading
from tests.fakes import FakeEngine

pytestmark = pytest.mark.usefixtures("lengths")

POISON = "Dit is vergif."
KRANT = "https://krant.example"
pytestmark = pytest.mark.filterwarnings("default")


class FakeCluster(Cluster):
    """Answers at once, and dies of poison; `killed_at` is the task at which everything ends."""

    def __init__(self, recipe: Recipe, killed_at: int = 0) -> None:
        self._recipe = recipe
        self.killed_at = killed_at
        self.tasks: list[list[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def workers(self) -> int:
        return 2

    def submit(self, texts: Sequence[str]) -> Any:
        self.tasks.append(list(texts))
        return list(texts)

    def answer(self, future: Any) -> Any:
        if self.killed_at and len(self.tasks) >= self.killed_at:
            raise KeyboardInterrupt
        if POISON in future:
            raise Died("a worker died")
        engine = FakeEngine()
        return translate_task(future, self._recipe, engine, Words({}, meaning=False))


class Fixture:
    def __init__(self, folder: Path) -> None:
        self.source = folder / "a.jsonl"
        self.folder = folder / "out"
        self.folder.mkdir()
        self.memory_file = folder / "memory.sqlite3"
        self.cluster: FakeCluster | None = None
        self.recipe = Recipe(
            model=FakeEngine().model,
            decoding=Decoding(),
            compute_type="default",
            terms=(),
            meaning=False,
            words="none",
        )
        self.loads = 0

    def write(self, *articles: dict[str, Any]) -> None:
        self.source.write_text("".join(json.dumps(each) + "\n" for each in articles))

    def memory(self) -> TranslationMemory:
        return TranslationMemory(
            MemorySettings(path=self.memory_file, today=1, days=0),
            model=self.recipe.model,
            options=memory_options(Decoding(), "default", meaning=False),
            warn=pytest.fail,
        )

    def run(self, *, killed_at: int = 0, **order: Any) -> Report:
        from digest.translation.glossary import Glossary

        self.cluster = FakeCluster(self.recipe, killed_at)
        chosen: dict[str, Any] = {"folder": self.folder, "formats": (Format.JSONL,)}

        def load() -> FakeEngine:
            self.loads += 1
            return FakeEngine()

        with closing(Spool(self.folder / "spool")) as spool, closing(self.memory()) as memory:
            translator = Translator(
                self.recipe.model,
                load,
                decoding=Decoding(),
                glossary=Glossary(()),
                words=Words({}, meaning=False),
                memory=memory,
                progress=unseen,
            )
            specs = [SourceSpec(location=str(self.source))]
            cluster = self.cluster
            return backfill(
                BackfillOrder(style="", zone=ZONE, **(chosen | order)),
                BackfillDesk(
                    streams=lambda failures: stream_sources(specs, reading(), failures),
                    cluster=lambda: cluster,
                    recipe=self.recipe,
                    memory=memory,
                    translate=translator,
                    make=lambda day, documents, translate: make_edition(
                        documents,
                        options=EditionOptions(title="T", day=day),
                        translate=translate,
                        model=None,
                    ),
                    render=_render,
                    reading=unseen,
                    translating=unseen,
                    publishing=unseen,
                ),
                spool,
            )

    def entries(self) -> dict[str, list[dict[str, Any]]]:
        return {
            path.stem: [json.loads(line) for line in path.read_text().splitlines()]
            for path in sorted(self.folder.glob("*.jsonl"))
        }


def _render(edition: Edition, form: Format) -> Iterable[bytes]:
    return map(str.encode, edition_as_lines(edition)) if form is Format.JSONL else [b"x"]


def article(number: int, day: int = 1, text: str = "") -> dict[str, Any]:
    return {
        "headline": f"Kop {number}",
        "text": text or f"De minister opent brug {number}. Het regent.",
        "published": f"2016-05-{day:02d}T12:00:00+02:00",
        "url": f"https://krant.example/{number}",
    }


@pytest.fixture
def corpus(tmp_path: Path) -> Fixture:
    made = Fixture(tmp_path)
    made.write(*(article(number, number % 3 + 1) for number in range(30)))
    return made


class TestBackfill:
    def test_makes_an_edition_a_day_of_what_was_published(self, corpus: Fixture) -> None:
        report = corpus.run()
        assert (report.items, report.days, report.failures) == (30, 3, [])
        found = corpus.entries()
        assert list(found) == ["2016-05-01", "2016-05-02", "2016-05-03"]
        assert [len(entries) for entries in found.values()] == [10, 10, 10]
        first = found["2016-05-01"][0]
        assert first["number"] == 1
        assert first["headline"]["sentences"][0]["english"]

    def test_each_sentence_is_translated_once_over_the_whole_corpus(self, corpus: Fixture) -> None:
        report = corpus.run()
        assert corpus.cluster
        sent = [text for task in corpus.cluster.tasks for text in task]
        assert len(sent) == len(set(sent)) == report.sentences == 61
        assert corpus.loads == 0  # what is published is remembered

    def test_what_is_finished_is_not_done_again(self, corpus: Fixture) -> None:
        corpus.run()
        before = {path: path.stat().st_mtime_ns for path in corpus.folder.glob("*.jsonl")}
        report = corpus.run()
        assert (report.items, report.sentences, report.days) == (0, 0, 0)
        assert {path: path.stat().st_mtime_ns for path in before} == before

    def test_only_days_with_something_new_are_made_again(self, corpus: Fixture) -> None:
        corpus.run()
        articles = [article(number, number % 3 + 1) for number in range(31)]
        corpus.write(*articles)
        report = corpus.run()
        assert (report.items, report.sentences, report.days) == (1, 2, 1)

    def test_a_day_whose_file_is_gone_is_made_again(self, corpus: Fixture) -> None:
        corpus.run()
        (corpus.folder / "2016-05-02.jsonl").unlink()
        assert corpus.run().days == 1

    @pytest.mark.parametrize("killed_at", range(1, 6))
    def test_whatever_is_killed_goes_on_where_it_was(
        self, corpus: Fixture, monkeypatch: pytest.MonkeyPatch, killed_at: int
    ) -> None:
        monkeypatch.setattr("digest.backfill._FIRST_WORDS", 20)
        monkeypatch.setattr("digest.backfill.TASK_SECONDS", 0.0)
        with pytest.raises(KeyboardInterrupt):
            corpus.run(killed_at=killed_at)
        assert corpus.entries() == {}
        corpus.run()
        found = [entry["origin"]["address"] for day in corpus.entries().values() for entry in day]
        assert sorted(found) == sorted(f"https://krant.example/{n}" for n in range(30))
        assert corpus.loads == 0

    def test_a_poisoned_sentence_is_found_by_halving_and_marked(self, corpus: Fixture) -> None:
        corpus.write(*(article(n) for n in range(20)), article(99, text=f"{POISON} Het regent."))
        report = corpus.run()
        assert report.failed == 1
        (entries,) = corpus.entries().values()
        sentences = [
            sentence
            for entry in entries
            for part in entry["paragraphs"]
            for sentence in part["sentences"]
        ]
        marked = [sentence["dutch"] for sentence in sentences if sentence["flags"]]
        assert marked == [POISON]
        assert corpus.cluster
        assert sum(POISON in task for task in corpus.cluster.tasks) < 10
        assert corpus.run().sentences == 0  # and is not tried for ever

    def test_copies_stand_once_and_sections_together(self, corpus: Fixture) -> None:
        sections = ("Sport", "Binnenland", "Sport")
        corpus.write(
            *(article(n) | {"section": section} for n, section in enumerate(sections)), article(0)
        )
        corpus.run()
        (entries,) = corpus.entries().values()
        assert [entry["section"]["name"] for entry in entries] == ["Sport", "Sport", "Binnenland"]
        assert [entry["number"] for entry in entries] == [1, 2, 3]

    def test_days_can_be_chosen(self, corpus: Fixture) -> None:
        corpus.run(first=date(2016, 5, 2), last=date(2016, 5, 2))
        assert list(corpus.entries()) == ["2016-05-02"]

    def test_other_formats_stand_beside(self, corpus: Fixture) -> None:
        corpus.run(formats=(Format.JSONL, Format.MD, Format.WEB))
        assert {path.name for path in corpus.folder.glob("2016-05-01*")} == {
            "2016-05-01.jsonl",
            "2016-05-01.md",
            "2016-05-01.web.html",
        }

    def test_what_fails_is_reported_by_item(self, corpus: Fixture) -> None:
        with corpus.source.open("a") as file:
            file.write("{broken\n")
        report = corpus.run()
        path = corpus.folder / "failures.jsonl"
        write_failures(path, report)
        (failure,) = map(json.loads, path.read_text().splitlines())
        assert failure["reason"] == "has no article in line 31"
        write_failures(path, replace(report, failures=[]))
        assert not path.exists()


def test_the_spool_of_another_version_is_refused(tmp_path: Path) -> None:
    import sqlite3

    from digest.errors import OutputError

    with closing(sqlite3.connect(tmp_path / "spool")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(OutputError, match="another version"):
        Spool(tmp_path / "spool")


ENVIRONMENT = {"DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms"}


def start(*arguments: str, home: Path, **variables: str) -> "subprocess.Popen[str]":
    home.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=os.environ
        | ENVIRONMENT
        | {"HOME": str(home), "PYTHONPATH": str(CHECKOUT), "PYTHONWARNINGS": "ignore"}
        | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    lines = DATA.joinpath("tiny-sentences.tsv").read_text("utf-8").splitlines()
    path.write_text(
        "".join(
            json.dumps(article(n, n % 3 + 1, text=line.split("\t")[0])) + "\n"
            for n, line in enumerate(lines[:60])
        )
    )
    return path


def addresses(folder: Path) -> list[str]:
    return sorted(
        json.loads(line)["origin"]["address"]
        for path in folder.glob("2016*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    )


@pytest.mark.model
class TestDask:
    def test_a_cluster_on_this_machine(self, articles: Path, models: Path, tmp_path: Path) -> None:
        run = start(
            *("digest", "backfill", str(articles), "--output", str(tmp_path / "out"), "-v"),
            *("--model", "translate-nl_en", "--workers", "2"),
            home=tmp_path / "home",
            DIGEST_MODELS=str(models),
        )
        out, said = run.communicate(timeout=120)
        assert (run.returncode, out) == (0, "")
        assert said.startswith("60 new items; ")
        assert said.endswith("; 3 days published.\n")
        assert addresses(tmp_path / "out") == sorted(
            f"https://krant.example/{n}" for n in range(60)
        )

    def test_workers_of_others_get_the_model_sent_over_tls(
        self, articles: Path, models: Path, tmp_path: Path
    ) -> None:
        """One that has no model, as another user on another machine has none."""
        tls = ("localhost.pem", "localhost.pem", "localhost.key")
        files = [str(DATA / "tls" / name) for name in tls]
        names = ("--tls-ca-file", "--tls-cert", "--tls-key")
        security = [part for pair in zip(names, files, strict=True) for part in pair]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"tls://127.0.0.1:{free.getsockname()[1]}"
        port = address.rpartition(":")[2]
        scheduler = start(
            *("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port),
            *("--protocol", "tls", "--no-dashboard", *security),
            home=tmp_path / "scheduler",
        )
        worker = start(
            *("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"),
            *security,
            home=tmp_path / "worker",
            DIGEST_MODELS=str(tmp_path / "none"),
        )
        try:
            ours = [part.replace("--tls-ca-file", "--tls-ca") for part in security]
            run = start(
                *("digest", "backfill", str(articles), "--output", str(tmp_path / "out")),
                *("--model", "translate-nl_en", "--scheduler", address, *ours),
                home=tmp_path / "home",
                DIGEST_MODELS=str(models),
            )
            _, said = run.communicate(timeout=120)
            assert (run.returncode, said) == (0, "")
        finally:
            for process in (worker, scheduler):
                process.terminate()
                process.communicate(timeout=60)
        assert len(addresses(tmp_path / "out")) == 60
        shipped = tmp_path / "worker" / ".cache" / "digest" / "shipped"
        assert [path.name for path in shipped.glob("*/*/metadata.json")] == ["metadata.json"]

    def test_where_there_is_no_cluster_it_says_so(
        self, articles: Path, models: Path, tmp_path: Path
    ) -> None:
        run = start(
            *("digest", "backfill", str(articles), "--output", str(tmp_path / "out")),
            *("--model", "translate-nl_en", "--scheduler", "tcp://127.0.0.1:9"),
            home=tmp_path / "home",
            DIGEST_MODELS=str(models),
            DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s",
        )
        _, said = run.communicate(timeout=120)
        assert run.returncode == 75
        assert said.startswith("digest: There is no cluster at tcp://127.0.0.1:9: ")
        assert len(said.splitlines()) == 1
