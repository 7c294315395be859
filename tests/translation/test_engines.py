"""Real models: the tiny Argos package, and the starter that `make setup` builds."""

import sys
import types
from pathlib import Path

import pytest

from digest.errors import ModelError
from digest.translation.argos import ArgosEngine, describe_package
from digest.translation.batches import plan_batches
from digest.translation.chrf import chrf
from digest.translation.engine import Decoding, Engine, batch_limit
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
            assert "is damaged" in found.problem or "is not complete" in found.problem
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

    def test_says_what_the_reference_build_says(self, starter: Path) -> None:
        outputs = SHARED / "models" / "starter" / "outputs.tsv"
        if not outputs.exists():
            pytest.skip("the answers of the reference build lie beside the checkout only")
        rows = [line.split("\t") for line in outputs.read_text(encoding="utf-8").splitlines()]
        ours = translate(StarterEngine(starter, threads=2), [row[0] for row in rows], beam_size=1)
        # Sums are rounded differently on other machines: a quarter of the answers differs a
        # little, none much.
        assert chrf(ours, [row[1] for row in rows]) >= 88

    def test_is_used_only_without_an_argos_package(self, starter: Path, models: Path) -> None:
        both = find_models([models / "packages"], starter)
        assert [str(found.model) for found in both] == ["translate-nl_en 0.1", "starter-nl_en 2"]
        assert choose_model(both, "starter-nl_en").path == starter

    def test_a_damaged_one_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "starter").mkdir()
        with pytest.raises(ModelError, match="is damaged"):
            choose_model(find_models([], tmp_path / "starter"))


def test_without_a_model_the_hint_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No model") as caught:
        choose_model(find_models([], tmp_path / "starter"))
    assert "digest models install starter-nl_en" in caught.value.hint


def test_batches_hold_every_prompt_once_and_keep_the_limit() -> None:
    lengths = [5, 1, 9, 3, 3, 12, 7, 40]
    batches = plan_batches(lengths, most_tokens=24, workers=1, beam=2)
    assert sorted(index for batch in batches for index in batch) == list(range(8))
    assert all(
        len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) * 2 <= 24
        for batch in batches
    )
    assert batches[0] == [7], "the longest goes first, by itself where it is over the limit"


def test_prompts_of_one_length_go_together_and_others_apart() -> None:
    lengths = [20] * 10 + [90] * 10
    batches = plan_batches(lengths, most_tokens=4096, workers=1, beam=1)
    assert [sorted({lengths[i] for i in batch}) for batch in batches] == [[90], [20]]


def test_no_worker_is_without_work() -> None:
    assert len(plan_batches([20] * 8, most_tokens=4096, workers=4, beam=1)) == 4
    assert len(plan_batches([20], most_tokens=4096, workers=4, beam=1)) == 1
    assert plan_batches([], most_tokens=4096, workers=4, beam=1) == []


def test_a_small_edition_is_shared_among_all_threads() -> None:
    assert batch_limit([10] * 8, threads=4, most=1024) == 20
    assert batch_limit([10] * 8, threads=64, most=1024) == 10
    assert batch_limit([10] * 8000, threads=2, most=1024) == 1024
