"""Real models: the tiny Argos package, and the starter that `make setup` builds."""

import sys
import types
from pathlib import Path

import pytest

from digest.errors import ModelError
from digest.translation.argos import ArgosEngine, describe_package
from digest.translation.engine import Decoding, Engine, batch_limit, token_batches
from digest.translation.packages import choose_model, find_models
from digest.translation.starter import StarterEngine
from tests import DATA, SHARED

ROWS = [
    line.split("\t")
    for line in (DATA / "tiny-sentences.tsv").read_text(encoding="utf-8").splitlines()
]
DUTCH = [row[0] for row in ROWS]
ENGLISH = [row[1] for row in ROWS]

pytestmark = pytest.mark.model


def translate(engine: Engine, segments: list[str], beam_size: int = 0) -> list[str]:
    results = list(engine.translate_segments(segments, Decoding(beam_size=beam_size)))
    assert sorted(index for index, _ in results) == list(range(len(segments)))
    assert all(hypotheses[0].score <= 0 for _, hypotheses in results)
    return [hypotheses[0].text for _, hypotheses in sorted(results, key=lambda result: result[0])]


class TestArgos:
    def test_gives_the_sentences_that_argos_translate_gives(
        self, tiny_package: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours = translate(ArgosEngine(tiny_package, threads=2), DUTCH[:60])
        # Argos' own splitter is not installed; each sentence is a text of its own here.
        splitter = types.ModuleType("minisbd")
        splitter.SBDetect = object  # type: ignore[attr-defined]
        splitter.models = types.SimpleNamespace(cache_dir="")  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "minisbd", splitter)
        import ctranslate2
        from argostranslate.package import Package
        from argostranslate.translate import apply_packaged_translation

        whole = types.SimpleNamespace(split_sentences=lambda text: [text])
        translator = ctranslate2.Translator(str(tiny_package / "model"))
        theirs = [
            apply_packaged_translation(Package(tiny_package), text, translator, whole)[0].value
            for text in DUTCH[:60]
        ]
        assert ours == theirs

    def test_gets_most_of_its_own_grammar_right(self, tiny_package: Path) -> None:
        ours = translate(ArgosEngine(tiny_package, threads=2), DUTCH)
        right = sum(found == expected for found, expected in zip(ours, ENGLISH, strict=True))
        assert right >= 175  # 182 on the machine it was trained on

    def test_reading_a_package_writes_nothing_at_home(self, tiny_package: Path, home: Path) -> None:
        assert describe_package(tiny_package).version == "0.1"
        assert not list(home.iterdir())

    def test_a_damaged_package_is_named(self, models: Path) -> None:
        package = models / "packages" / "translate-nl_en-0_1"
        weights = package / "model" / "model.bin"
        weights.write_bytes(weights.read_bytes()[:1000])
        with pytest.raises(ModelError, match="is damaged"):
            ArgosEngine(package, threads=1)

    def test_a_package_without_its_parts_is_listed_as_unusable(self, models: Path) -> None:
        package = models / "packages" / "translate-nl_en-0_1"
        for broken in ("sentencepiece.model", "model/model.bin", "metadata.json"):
            (package / broken).rename(package / "gone")
            if broken == "metadata.json":
                (package / broken).write_text("{")
            (found,) = find_models([models / "packages"], models / "starter")
            assert found.model is None
            assert "is damaged" in found.problem
            (package / "gone").rename(package / broken)

    def test_another_language_is_refused(self, models: Path) -> None:
        metadata = models / "packages" / "translate-nl_en-0_1" / "metadata.json"
        metadata.write_text(metadata.read_text().replace('"nl"', '"de"'))
        with pytest.raises(ModelError, match="translates de to en"):
            choose_model(find_models([models / "packages"], models / "starter"))


class TestStarter:
    def test_translates(self, starter: Path) -> None:
        engine = StarterEngine(starter, threads=2)
        segments = ["De minister opent dinsdag een brug in Utrecht.", "Het regent."]
        first, second = translate(engine, segments, beam_size=1)
        assert "minister" in first.lower()
        assert "Utrecht" in first
        assert "rain" in second.lower()

    def test_says_what_the_reference_build_says(self, starter: Path, tmp_path: Path) -> None:
        reference, lines = SHARED / "models" / "starter-built", SHARED / "eval" / "flores200-dev.nl"
        if not reference.exists() or not lines.exists():
            pytest.skip("the reference build lies beside the checkout only where it was made")
        copy = tmp_path / "reference"
        copy.mkdir()
        for file in [*reference.iterdir(), starter / "starter.json"]:
            (copy / file.name).symlink_to(file)
        dutch = lines.read_text(encoding="utf-8").splitlines()[:40]
        ours = translate(StarterEngine(starter, threads=2), dutch, beam_size=1)
        theirs = translate(StarterEngine(copy, threads=2), dutch, beam_size=1)
        same = sum(one == other for one, other in zip(ours, theirs, strict=True))
        assert same >= 36  # 90%: the sums of the merge are rounded differently on other machines

    def test_is_used_only_without_an_argos_package(self, starter: Path, models: Path) -> None:
        both = find_models([models / "packages"], starter)
        assert [str(found.model) for found in both] == ["translate-nl_en 0.1", "starter-nl_en 1"]
        assert choose_model(both, "starter-nl_en").path == starter

    def test_a_damaged_one_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "starter").mkdir()
        with pytest.raises(ModelError, match="is damaged"):
            choose_model(find_models([], tmp_path / "starter"))


def test_without_a_model_the_hint_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No model") as caught:
        choose_model(find_models([], tmp_path / "starter"))
    assert "digest models install starter-nl_en" in caught.value.hint


def test_batches_hold_every_segment_once_and_keep_the_limit() -> None:
    lengths = [5, 1, 9, 3, 3, 12, 7]
    batches = list(token_batches(lengths, 12))
    assert sorted(index for batch in batches for index in batch) == list(range(7))
    assert all(max(lengths[i] for i in batch) * len(batch) <= 12 for batch in batches)


def test_a_small_edition_is_shared_among_all_threads() -> None:
    assert batch_limit([10] * 8, threads=4, most=1024) == 20
    assert batch_limit([10] * 8, threads=64, most=1024) == 10
    assert batch_limit([10] * 8000, threads=2, most=1024) == 1024
