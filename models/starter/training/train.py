"""Trains the adapter of the starter further: `make train MINUTES=120`.

On a CPU one process for each core, of one thread each: no barrier inside an operation, so that a
busy machine costs little. On a GPU one process with larger batches. It saves every five minutes;
after it was stopped or killed the same command goes on.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path

import click
import torch
import torch.distributed as dist
from torch import multiprocessing

from digest.errors import ModelError
from digest.translation.starter_build import fetch_base

from .base import RECIPE
from .examples import Variety
from .network import read_adapter, write_adapter
from .pairs import PAIRS, read_pairs
from .trainer import Plan, Trainer, read_state

_MEASURE_EVERY = 15
_TELL_EVERY = 10
_MEMORY = 4 << 30
"""So much a process takes at most."""
_USUAL = Variety()
_FILE = click.Path(path_type=Path, dir_okay=False)
_SHARE = click.FloatRange(0, 1)


@click.command(context_settings={"show_default": True})
@click.option("--minutes", type=click.FloatRange(min=0.1), default=120, help="How long to train.")
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=RECIPE / "adapter.npz",
    show_default="the shipped one",
    help="The adapter to go on from.",
)
@click.option("--to", type=_FILE, default="build/train/adapter.npz", help="The adapter to write.")
@click.option("--rate", type=float, default=2e-4, help="The learning rate before it falls.")
@click.option(
    "--pairs",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    default=[PAIRS],
    show_default="those of the project",
    help="Dutch and English with a tab between, .xz too. Repeatable.",
)
@click.option("--save-every", type=float, default=5, help="Minutes between two savings.")
@click.option(
    "--rank", type=click.IntRange(1, 640), help="That of the updates.  [default: as before]"
)
@click.option("--few", type=_SHARE, default=_USUAL.few, help="Prompts with one meaning a word.")
@click.option("--plain", type=_SHARE, default=_USUAL.plain, help="Prompts without glosses.")
@click.option("--dropped", type=_SHARE, default=_USUAL.dropped, help="Glosses left out of half.")
@click.option("--swapped", type=_SHARE, default=_USUAL.swapped, help="Other names and numbers.")
@click.option("--bound", type=_SHARE, default=_USUAL.bound, help="A word bound to a synonym.")
def main(
    *,
    minutes: float,
    start: Path,
    to: Path,
    rate: float,
    pairs: tuple[Path, ...],
    rank: int | None,
    save_every: float,
    **shares: float,
) -> None:
    """Train the adapter of the starter further."""
    to.parent.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        base=_base(to.parent),
        start=start,
        target=to,
        pairs=pairs,
        minutes=minutes,
        rate=rate,
        rank=rank,
        save_every=save_every,
        variety=Variety(**shares),
    )
    try:
        state = read_state(plan)
        read_adapter(start)
        known = sum(1 for path in pairs for _ in read_pairs(path))
    except ValueError as error:
        raise click.ClickException(f"{error}.") from error
    count = processes()
    _tell(f"{known:,} pairs, {count} process{'es' * (count > 1)}: {to} in {minutes:g} minutes.")
    if state:
        _tell(f"Going on after {state['spent'] / 60:.1f} minutes.")
    with tempfile.TemporaryDirectory() as folder:
        meeting = f"file://{folder}/meeting"
        multiprocessing.spawn(_work, args=(plan, count, meeting), nprocs=count)


def _base(folder: Path) -> Path:
    try:
        return fetch_base(RECIPE / "base.txt", folder)
    except ModelError as error:
        raise click.ClickException(str(error)) from error


def processes() -> int:
    """One for a GPU; else one for each core, as far as memory goes."""
    if torch.cuda.is_available():
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(cores or 1, memory // _MEMORY))


def _work(number: int, plan: Plan, count: int, meeting: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo0" if sys.platform == "darwin" else "lo"
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=meeting, rank=number, world_size=count)
    follow(Trainer(plan, number, count), plan, first=number == 0)
    dist.destroy_process_group()


def follow(trainer: Trainer, plan: Plan, *, first: bool) -> None:
    """Train to the end of the plan, saving on the way; the `first` process tells how it goes.

    The adapter has the mean weights, or the last ones where those are better at the end.
    """
    if not trainer.step:
        _measure(trainer, plan, 0, first=first)
    saved, measured = (trainer.spent // (60 * every) for every in (plan.save_every, _MEASURE_EVERY))
    for minutes in trainer.learn():
        if first and trainer.step % _TELL_EVERY == 0:
            _tell(
                f"{minutes:6.1f} min: step {trainer.step}, loss {trainer.loss:.3f}, "
                f"rate {trainer.rate:.1e}, {trainer.seen / (60 * minutes):.0f} pieces/s, "
                f"{plan.minutes - minutes:.0f} min left"
            )
        if minutes // _MEASURE_EVERY > measured:
            measured = minutes // _MEASURE_EVERY
            _measure(trainer, plan, minutes, first=first)
        if minutes // plan.save_every > saved:
            saved = minutes // plan.save_every
            trainer.save()
    last, mean = _measure(trainer, plan, plan.minutes, first=first)
    if first:
        write_adapter(plan.target, trainer.factors if last < mean else trainer.means)
        plan.state.unlink(missing_ok=True)


def _measure(trainer: Trainer, plan: Plan, minutes: float, *, first: bool) -> tuple[float, float]:
    """The held-out loss of the last and of the mean weights, noted in the curve."""
    last, mean = (trainer.held_out_loss(each) for each in (trainer.factors, trainer.means))
    if first:
        _tell(f"{minutes:6.1f} min: held-out loss {last:.4f}, with mean weights {mean:.4f}")
        with plan.curve.open("a" if minutes else "w", encoding="utf-8") as curve:
            row = (f"{minutes:.1f}", f"{trainer.seen}", f"{last:.4f}", f"{mean:.4f}")
            print(*row, sep="\t", file=curve)
    return last, mean


def _tell(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
