"""A weighted mean of two adapters: often better than either on text that neither has seen.

After *model soups* and *robust fine-tuning by weight interpolation* (arXiv:2203.05482, 2109.01903).
"""

from pathlib import Path

import click

from .network import read_adapter, write_adapter

_ADAPTER = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.argument("one", type=_ADAPTER)
@click.argument("other", type=_ADAPTER)
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--share", type=click.FloatRange(0, 1), default=0.62, show_default=True)
def main(*, one: Path, other: Path, to: Path, share: float) -> None:
    """Write the mean of ONE and OTHER, of which OTHER has a SHARE."""
    try:
        first, second = read_adapter(one), read_adapter(other)
    except ValueError as error:
        raise click.ClickException(f"{error}.") from error
    if {name: each.shape for name, each in first.items()} != {
        name: each.shape for name, each in second.items()
    }:
        raise click.ClickException(f"{one} and {other} have not the same shape.")
    mean = {name: each.lerp(second[name], share) for name, each in first.items()}
    to.parent.mkdir(parents=True, exist_ok=True)
    write_adapter(to, mean)


if __name__ == "__main__":
    main()
