"""Training, with a tiny random model of the starter's shape; `make test-training` has torch."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="no torch; `make test-training` has it")

import ctranslate2  # noqa: E402
import gguf  # noqa: E402
import sentencepiece  # noqa: E402
from click.testing import CliRunner  # noqa: E402

from digest.translation.starter_build import build_starter  # noqa: E402
from models.starter.training import average  # noqa: E402
from models.starter.training.base import RECIPE  # noqa: E402
from models.starter.training.examples import Example, Variety  # noqa: E402
from models.starter.training.network import (  # noqa: E402
    SCALE,
    read_adapter,
    write_adapter,
)
from models.starter.training.pairs import NEWS_DEV, read_tabs  # noqa: E402
from models.starter.training.trainer import Plan, Trainer, read_state  # noqa: E402

LAYERS, WIDTH, HEADS, HEAD_SIZE, INNER, RANK = 6, 64, 2, 32, 96, 4
PAIRS = [
    ("De rechter sprak met Haarsma.", "The judge talked to Haarsma."),
    ("De rechters bleven in Utrecht.", "The judges stayed in Utrecht."),
    ("Het schip kwam uit Rotterdam.", "The ship came from Rotterdam."),
    ("De prijs steeg met 12,5 procent.", "The price rose by 12.5 percent."),
    ("Zij kochten in 1998 een huis.", "They bought a house in 1998."),
    ("De kapitein zag het licht.", "The captain saw the light."),
]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file with random weights, of the starter's shape but small."""
    path = tmp_path_factory.mktemp("base") / "base.gguf"
    numbers = np.random.default_rng(1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(RECIPE / "sentencepiece.model"))
    writer = gguf.GGUFWriter(path, "gemma3")
    writer.add_token_list([pieces.id_to_piece(number) for number in range(len(pieces))])
    maps = {
        "attn_q": (HEADS * HEAD_SIZE, WIDTH),
        "attn_k": (HEAD_SIZE, WIDTH),
        "attn_v": (HEAD_SIZE, WIDTH),
        "attn_output": (WIDTH, HEADS * HEAD_SIZE),
        "ffn_gate": (INNER, WIDTH),
        "ffn_up": (INNER, WIDTH),
        "ffn_down": (WIDTH, INNER),
        "attn_norm": (WIDTH,),
        "post_attention_norm": (WIDTH,),
        "ffn_norm": (WIDTH,),
        "post_ffw_norm": (WIDTH,),
        "attn_q_norm": (HEAD_SIZE,),
        "attn_k_norm": (HEAD_SIZE,),
    }
    shapes = {f"blk.{n}.{name}": shape for n in range(LAYERS) for name, shape in maps.items()}
    shapes |= {"output_norm": (WIDTH,), "token_embd": (len(pieces), WIDTH)}
    for name, shape in shapes.items():
        drawn = numbers.standard_normal(shape) / WIDTH**0.5
        weights = 1 + drawn if len(shape) == 1 else drawn
        writer.add_tensor(f"{name}.weight", weights.astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def plan(base: Path, tmp_path: Path) -> Plan:
    own = tmp_path / "own.tsv"
    own.write_text("".join(f"{nl}\t{en}\n" for nl, en in PAIRS), encoding="utf-8")
    start = tmp_path / "start.npz"
    write_adapter(start, random_factors(2))
    return Plan(
        base=base,
        start=start,
        target=tmp_path / "adapter.npz",
        pairs=(own,),
        minutes=1,
        rate=2e-2,
        variety=Variety(plain=0, dropped=0),
    )


def random_factors(seed: int) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(seed)
    maps = {
        "q_proj": (WIDTH, HEADS * HEAD_SIZE),
        "k_proj": (WIDTH, HEAD_SIZE),
        "v_proj": (WIDTH, HEAD_SIZE),
        "o_proj": (HEADS * HEAD_SIZE, WIDTH),
        "gate_proj": (WIDTH, INNER),
        "up_proj": (WIDTH, INNER),
        "down_proj": (INNER, WIDTH),
    }
    shapes = {}
    for number in range(LAYERS):
        for name, (inputs, outputs) in maps.items():
            shapes[f"{number}.{name}.A"] = (RANK, inputs)
            shapes[f"{number}.{name}.B"] = (outputs, RANK)
    return {name: torch.randn(shape, generator=generator) * 0.15 for name, shape in shapes.items()}


def examples(trainer: Trainer) -> list[Example]:
    return [trainer.examples.as_asked(*pair) for pair in PAIRS]


class TestTrainer:
    def test_the_loss_falls(self, plan: Plan) -> None:
        trainer = Trainer(plan)
        rows = examples(trainer)
        trainer.take_step(rows, 0.0)
        before = trainer.loss
        for _ in range(40):
            trainer.take_step(rows, 0.2)
        trainer.step, trainer.loss = 0, 0.0  # so that the next loss is not smoothed
        trainer.take_step(rows, 0.2)
        assert trainer.loss < before - 1

    def test_only_the_factors_change(self, plan: Plan) -> None:
        trainer = Trainer(plan)
        before = {name: each.clone() for name, each in trainer.model.named_buffers()}
        factors = {name: each.detach().clone() for name, each in trainer.factors.items()}
        for _ in range(3):
            trainer.take_step(examples(trainer), 0.0)
        assert all(torch.equal(each, before[n]) for n, each in trainer.model.named_buffers())
        assert not any(torch.equal(each, factors[n]) for n, each in trainer.factors.items())

    def test_it_goes_on_where_it_was_saved(self, plan: Plan) -> None:
        one = Trainer(plan)
        for _ in range(3):
            one.take_step(examples(one), 0.0)
        one.save()
        other = Trainer(plan)
        assert other.step == 3
        assert other.spent >= 0
        for trainer in (one, other):
            trainer.take_step(examples(trainer), 0.5)
        assert all(torch.equal(each, other.factors[n]) for n, each in one.factors.items())
        assert all(torch.equal(each, other.means[n]) for n, each in one.means.items())

    def test_a_state_of_other_options_is_refused(self, plan: Plan) -> None:
        trainer = Trainer(plan)
        trainer.save()
        other = Plan(
            **{name: getattr(plan, name) for name in ("base", "start", "target")},
            pairs=plan.pairs,
            minutes=2,
            rate=plan.rate,
        )
        with pytest.raises(ValueError, match="other options"):
            read_state(other)

    def test_a_higher_rank_begins_as_the_same_model(self, plan: Plan) -> None:
        wide = Plan(
            base=plan.base,
            start=plan.start,
            target=plan.target,
            pairs=plan.pairs,
            minutes=1,
            rate=plan.rate,
            rank=2 * RANK,
        )
        one, other = Trainer(plan), Trainer(wide)
        assert other.factors["0.q_proj.A"].shape == (2 * RANK, WIDTH)
        losses = [each.held_out_loss(each.factors) for each in (one, other)]
        assert losses[0] == pytest.approx(losses[1], abs=0.02)


class TestAdapters:
    def test_what_was_written_is_read(self, tmp_path: Path) -> None:
        factors = {name: each.half().float() for name, each in random_factors(3).items()}
        write_adapter(tmp_path / "one.npz", factors)
        read = read_adapter(tmp_path / "one.npz")
        assert read.keys() == factors.keys()
        assert all(torch.equal(each, read[name]) for name, each in factors.items())

    def test_another_scale_is_taken_in(self, tmp_path: Path) -> None:
        factors = {"0.q_proj.A": np.ones((1, 2), "f2"), "0.q_proj.B": np.ones((2, 1), "f2")}
        np.savez(tmp_path / "one.npz", allow_pickle=False, scale=np.float32(2 * SCALE), **factors)
        read = read_adapter(tmp_path / "one.npz")
        assert read["0.q_proj.A"].tolist() == [[1, 1]]
        assert read["0.q_proj.B"].tolist() == [[2], [2]]

    def test_a_mean_lies_between_two(self, tmp_path: Path) -> None:
        one, other, mean = (tmp_path / f"{name}.npz" for name in ("one", "other", "mean"))
        write_adapter(one, random_factors(3))
        write_adapter(other, random_factors(4))
        command = [str(one), str(other), "--to", str(mean), "--share", "0.25"]
        assert CliRunner().invoke(average.main, command).exit_code == 0
        first, second, between = map(read_adapter, (one, other, mean))
        for name, each in between.items():
            wanted = 0.75 * first[name] + 0.25 * second[name]
            assert torch.allclose(each, wanted, atol=2e-3)

    def test_there_is_no_mean_of_other_shapes(self, tmp_path: Path) -> None:
        one, other = tmp_path / "one.npz", tmp_path / "other.npz"
        write_adapter(one, random_factors(3))
        write_adapter(other, {"0.q_proj.A": torch.zeros(1, 2)})
        done = CliRunner().invoke(average.main, [str(one), str(other), "--to", str(one)])
        assert done.exit_code == 1
        assert "have not the same shape" in done.output

    def test_the_built_model_says_what_the_trained_one_does(
        self, plan: Plan, tmp_path: Path
    ) -> None:
        trainer = Trainer(plan)
        for _ in range(10):
            trainer.take_step(examples(trainer), 0.0)
        recipe = tmp_path / "recipe"
        recipe.mkdir()
        for name in ("base.txt", "sentencepiece.model"):
            shutil.copyfile(RECIPE / name, recipe / name)
        write_adapter(recipe / "adapter.npz", trainer.factors)
        build_starter(recipe, tmp_path / "built", note=lambda _text: None, base=plan.base)
        pieces = sentencepiece.SentencePieceProcessor(
            model_file=str(RECIPE / "sentencepiece.model")
        )
        generator = ctranslate2.Generator(str(tmp_path / "built"), compute_type="float32")
        apart, start = [], Trainer(plan)
        for row in examples(trainer):
            told = [*row.prompt, *row.answer]
            (scored,) = generator.score_batch([[pieces.id_to_piece(each) for each in told]])
            built = np.array(scored.log_probs)
            ours, before = (scores(each, told) for each in (trainer, start))
            assert np.abs(built - ours).mean() < 0.1
            apart.append(np.abs(before - ours).mean())
        assert min(apart) > 0.5  # so that equality means something


class TestCommand:
    def command(self, plan: Plan, *options: str) -> list[str]:
        shutil.copyfile(plan.base, plan.target.with_name("base.gguf"))
        command = [sys.executable, "-m", "models.starter.training.train"]
        command += ["--from", str(plan.start), "--to", str(plan.target)]
        return [*command, "--pairs", str(plan.pairs[0]), "--rate", "0.02", *options]

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, check=False, capture_output=True, text=True)

    def test_it_writes_an_adapter_that_is_better_and_its_curve(self, plan: Plan) -> None:
        done = self.run(self.command(plan, "--minutes", "0.3"))
        assert done.returncode == 0, done.stderr
        assert "6 pairs" in done.stderr
        assert "min left" in done.stderr
        curve = [line.split("\t") for line in plan.curve.read_text().splitlines()]
        assert [row[0] for row in curve] == ["0.0", "0.3"]
        assert float(curve[1][2]) < float(curve[0][2])
        assert read_adapter(plan.target).keys() == read_adapter(plan.start).keys()
        assert not plan.state.exists()

    def test_a_held_out_sentence_is_refused_before_anything_is_trained(self, plan: Plan) -> None:
        dutch, english = next(iter(read_tabs(NEWS_DEV)))
        plan.pairs[0].write_text(f"{dutch}\t{english}\n", encoding="utf-8")
        done = self.run(self.command(plan))
        assert done.returncode == 1
        assert "models are measured with this sentence" in done.stderr
        assert "Traceback" not in done.stderr
        assert not plan.target.exists()

    @pytest.mark.parametrize("what", [b"", b"PK not an adapter"])
    def test_what_is_no_adapter_is_named(self, plan: Plan, what: bytes) -> None:
        plan.start.write_bytes(what)
        done = self.run(self.command(plan))
        assert done.returncode == 1
        assert str(plan.start) in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_killed_one_goes_on(self, plan: Plan) -> None:
        command = self.command(plan, "--minutes", "0.5", "--save-every", "0.1")
        with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as killed:
            deadline = time.monotonic() + 120
            while not plan.state.exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            os.killpg(killed.pid, signal.SIGKILL)
            killed.communicate()
        assert plan.state.exists()
        assert plan.target.exists()
        done = self.run(command)
        assert done.returncode == 0, done.stderr
        assert "Going on after 0." in done.stderr


def scores(trainer: Trainer, pieces: list[int]) -> Any:
    """The log probability of each piece but the first."""
    with torch.no_grad():
        logits = trainer.model.logits(torch.tensor([pieces]))[0, :-1]
    known = torch.tensor(pieces[1:])[:, None]
    return logits.log_softmax(-1).gather(1, known)[:, 0].numpy()
