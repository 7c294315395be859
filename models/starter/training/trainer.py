"""One process of a training; all of them have the same weights at any moment."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import torch.distributed as dist
from torch import nn

from .base import RECIPE, read_base
from .examples import Example, Examples, Variety, as_tensors
from .network import UNTOLD, Factors, Starter, read_adapter, write_adapter
from .pairs import NEWS_DEV, draw_batches, read_pairs, read_tabs, usable

_TOKENS = {"cpu": 900, "cuda": 24_000}
_SMOOTHING = 0.03
_WARM, _HOLD, _LEAST = 20, 0.3, 0.03
_MEAN, _SMOOTH = 0.997, 0.98
_PART, _AT_ONCE = 4, 16
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a training is asked for; `rank` None is that of the adapter it starts from.

    `base` is the GGUF file of the base weights, `start` the adapter to go on from, `target` the
    one to write; `pairs` are files of sentence pairs. Times are in minutes.
    """

    base: Path
    start: Path
    target: Path
    pairs: tuple[Path, ...]
    minutes: float
    rate: float
    rank: int | None = None
    save_every: float = 5
    variety: Variety = field(default_factory=Variety)

    @property
    def state(self) -> Path:
        """Where is what it takes to go on."""
        return self.target.with_suffix(".state.pt")

    @property
    def curve(self) -> Path:
        """Where the held-out losses are noted: minutes, pieces seen, last weights, mean weights."""
        return self.target.with_suffix(".curve.tsv")

    @property
    def text(self) -> str:
        """All of it, to see whether a state is of this plan."""
        return str({name: str(value) for name, value in asdict(self).items()})


class Trainer:
    """Process `number` of `processes`; goes on from the state of the plan, where there is one."""

    def __init__(self, plan: Plan, number: int = 0, processes: int = 1) -> None:
        self._plan, self._number, self._processes = plan, number, processes
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(_SEED)
        vocabulary: Any = sentencepiece.SentencePieceProcessor(
            model_file=str(RECIPE / "sentencepiece.model")
        )
        pieces = [vocabulary.id_to_piece(piece) for piece in range(len(vocabulary))]
        weights, shape = read_base(plan.base, pieces)
        adapter = read_adapter(plan.start)
        rank = plan.rank or len(adapter["0.q_proj.A"])
        self.model = Starter(weights, shape, rank=rank, adapter=adapter).to(self._device)
        self.factors = self.model.factors
        self.means = {name: each.detach().clone() for name, each in self.factors.items()}
        self._optimizer = torch.optim.AdamW(
            self.factors.values(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        self._pool = [pair for path in plan.pairs for pair in usable(read_pairs(path), vocabulary)]
        self._same = random.Random(_SEED)
        self._visits = [self._same.random() for _ in self._pool]
        self.step, self.seen, self.loss, spent = 0, 0, 0.0, 0.0
        if state := read_state(plan):
            spent = self._restore(state)
        own = random.Random(f"{number} {self.step}")
        self.examples = Examples(self._pool, vocabulary, plan.variety, own)
        self._started = time.monotonic() - spent

    def learn(self) -> Iterator[float]:
        """Take steps until the time of the plan has passed; yields the minutes after each."""
        while True:
            for places in self._draw():
                done = self._done()
                if done >= 1:
                    return
                self.take_step([self.examples.of(self._pool[place]) for place in places], done)
                yield done * self._plan.minutes

    def take_step(self, examples: Sequence[Example], done: float) -> None:
        """Learn from examples, each process from its own, when `done` of the time has passed."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._plan.rate * self._share_of_rate(done)
        pieces, wanted = (each.to(self._device) for each in as_tensors(examples))
        count = int((wanted != UNTOLD).sum())
        loss = self.model.loss(pieces, wanted, _SMOOTHING)
        (loss * count).backward()
        total, seen = self._share_gradients(count, loss.item() * count, int((pieces != 0).sum()))
        nn.utils.clip_grad_norm_(self.factors.values(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.seen += seen
        self.loss = total if self.step == 1 else _SMOOTH * self.loss + (1 - _SMOOTH) * total
        kept = min(_MEAN, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, mean in self.means.items():
                mean.lerp_(self.factors[name], 1 - kept)

    @property
    def spent(self) -> float:
        """Seconds since the training began, without those between two processes."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """That of the last step."""
        return float(self._optimizer.param_groups[0]["lr"])

    def held_out_loss(self, factors: Factors) -> float:
        """The loss with these factors on a part of news-dev, in nats a piece, without smoothing."""
        rows = [self.examples.as_asked(*pair) for pair in list(read_tabs(NEWS_DEV))[::_PART]]
        rows = sorted(rows, key=len)[self._number :: self._processes]
        known = {name: each.detach().clone() for name, each in self.factors.items()}
        sums = torch.zeros(2, dtype=torch.float64)
        with torch.no_grad():
            self._put(factors)
            for first in range(0, len(rows), _AT_ONCE):
                pieces, wanted = as_tensors(rows[first : first + _AT_ONCE])
                count = int((wanted != UNTOLD).sum())
                loss = self.model.loss(pieces.to(self._device), wanted.to(self._device))
                sums += torch.tensor([loss.item() * count, count])
            self._put(known)
        if self._processes > 1:
            dist.all_reduce(sums)
        return float(sums[0] / sums[1])

    def save(self) -> None:
        """Write the adapter, of mean weights, and the state; only the first process does."""
        if self._number:
            return
        write_adapter(self._plan.target, self.means)
        state = {
            "plan": self._plan.text,
            "factors": {name: each.detach() for name, each in self.factors.items()},
            "means": self.means,
            "optimizer": self._optimizer.state_dict(),
            "random": self._same.getstate(),
            "visits": self._visits,
            "counts": (self.step, self.seen, self.loss),
            "spent": self.spent,
        }
        beside = self._plan.state.with_suffix(".new")
        torch.save(state, beside)
        beside.replace(self._plan.state)

    def _restore(self, state: Mapping[str, Any]) -> float:
        """Go on from a state; returns the seconds that were spent."""
        with torch.no_grad():
            self._put(state["factors"])
        self.means = {name: each.to(self._device) for name, each in state["means"].items()}
        self._optimizer.load_state_dict(state["optimizer"])
        self._same.setstate(state["random"])
        self._visits = state["visits"]
        self.step, self.seen, self.loss = state["counts"]
        return float(state["spent"])

    def _put(self, factors: Factors) -> None:
        for name, each in self.factors.items():
            each.copy_(factors[name])

    def _draw(self) -> list[list[int]]:
        """Batches for this process; the others get as many, alike in length."""
        batches = draw_batches(self._pool, self._visits, _TOKENS[self._device], self._same)
        while len(batches) < self._processes:
            batches *= 2
        together = list(zip(*[iter(batches)] * self._processes, strict=False))
        self._same.shuffle(together)
        return [batch[self._number] for batch in together]

    def _done(self) -> float:
        """How much of the time has passed, on the clock of the first process."""
        done = torch.tensor([self.spent / (60 * self._plan.minutes)])
        if self._processes > 1:
            dist.broadcast(done, 0)
        return float(done)

    def _share_of_rate(self, done: float) -> float:
        """Of the rate of the plan: warmed up, held, then falling in a line."""
        falling = 1 if done < _HOLD else max(_LEAST, 1 - (done - _HOLD) / (1 - _HOLD))
        return min(1.0, (self.step + 1) / _WARM) * falling

    def _share_gradients(self, count: int, total: float, seen: int) -> tuple[float, int]:
        """Put the mean gradient of all processes in the place of each; returns loss and pieces."""
        factors = self.factors.values()
        gradients = [each.grad.reshape(-1) for each in factors if each.grad is not None]
        sums = torch.tensor([count, total, seen], device=self._device)
        flat = torch.cat([*gradients, sums])
        if self._processes > 1:
            dist.all_reduce(flat)
        count_of_all, total, seen_of_all = flat[-3:].tolist()
        sizes = [each.numel() for each in factors]
        means = (flat[:-3] / count_of_all).split(sizes)
        for each, mean in zip(factors, means, strict=True):
            each.grad = mean.view_as(each)
        return total / count_of_all, round(seen_of_all)


def read_state(plan: Plan) -> Mapping[str, Any] | None:
    """What an earlier process left. Raises `ValueError` where that was of another plan."""
    if not plan.state.exists():
        return None
    state: Mapping[str, Any] = torch.load(plan.state, map_location="cpu", weights_only=True)
    if state["plan"] != plan.text:
        raise ValueError(
            f"{plan.state} is of a training with other options: remove it to begin anew"
        )
    return state
