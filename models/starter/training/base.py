"""The base weights for training: dequantised, the embedding cut to the starter's pieces."""

from collections.abc import Sequence
from pathlib import Path

import torch

from digest.translation.gguf_file import GgufFile
from digest.translation.starter_build import Shape

from .network import Weights

RECIPE = Path(__file__).resolve().parent.parent
"""The folder of the starter: its base, adapter and vocabulary."""
_EMBEDDING = "token_embd.weight"


def read_base(path: Path, pieces: Sequence[str]) -> tuple[Weights, Shape]:
    """The weights of a GGUF file in float32, with the rows of these pieces, and their shape."""
    file = GgufFile(path)
    shape = Shape.of(file)
    rows = {token: row for row, token in enumerate(file.tokens)}
    embedding = file.tensor(_EMBEDDING, [rows[piece] for piece in pieces])
    weights = {
        name.removesuffix(".weight"): torch.from_numpy(
            embedding if name == _EMBEDDING else file.tensor(name)
        )
        for name in file.names
    }
    return weights, shape
