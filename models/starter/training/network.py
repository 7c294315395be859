"""The starter as a PyTorch network: frozen base weights with low-rank updates that are trained.

Gemma 3 (arXiv:2503.19786) as `digest/translation/starter_build.py` builds it for CTranslate2:
causal, each sixth layer with the slow rotation; sequences are no longer than the others' window.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody writes it
from torch import Tensor, nn

from digest.translation.starter_build import (
    GGUF_NAMES,
    GLOBAL_ROTARY_BASE,
    LOCAL_ROTARY_BASE,
    SLIDING_WINDOW,
    Shape,
)

LONGEST = SLIDING_WINDOW
"""So many pieces a sequence may have, prompt and answer together."""
UNTOLD = -100
"""What stands for a piece that is not to be learned."""
SCALE = 2.0
"""What the product of the two factors of an update is multiplied by."""
_EPSILON = 1e-6
_NORMS = (
    "attn_norm",
    "post_attention_norm",
    "ffn_norm",
    "post_ffw_norm",
    "attn_q_norm",
    "attn_k_norm",
)

Weights = Mapping[str, Tensor]
"""The base weights in float32, by their names in the GGUF file."""
Factors = Mapping[str, Tensor]
"""The factors of the updates by their names in an adapter: `0.q_proj.A` is (rank, inputs)."""


class Adapted(nn.Module):
    """A frozen map with the update `SCALE * B A`; weight is (outputs, inputs)."""

    def __init__(self, weight: Tensor, rank: int, known: tuple[Tensor, Tensor] | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight.to(torch.bfloat16))
        outputs, inputs = weight.shape
        first = torch.randn(rank, inputs) / math.sqrt(inputs)
        second = torch.zeros(outputs, rank)
        if known:  # what an adapter of a lower rank lacks begins as nothing
            kept = min(rank, len(known[0]))
            first[:kept], second[:, :kept] = known[0][:kept], known[1][:, :kept]
        self.first = nn.Parameter(first)
        self.second = nn.Parameter(second)

    def forward(self, values: Tensor) -> Tensor:
        """Values of (batch, length, inputs) to (batch, length, outputs), in bfloat16."""
        narrow = F.linear(values, self.first.to(values.dtype))
        update = F.linear(narrow, (self.second * SCALE).to(values.dtype))
        return F.linear(values, self.get_buffer("weight")) + update


class Layer(nn.Module):
    """One layer: attention with one key and value for all heads, and a gated inner part."""

    def __init__(
        self, weights: Weights, number: int, shape: Shape, rank: int, adapter: Factors
    ) -> None:
        super().__init__()
        self._shape = shape
        self.is_global = shape.is_global(number)
        for name, stored in GGUF_NAMES.items():
            first, second = (adapter.get(f"{number}.{name}.{side}") for side in "AB")
            known = None if first is None or second is None else (first, second)
            setattr(self, name, Adapted(weights[f"blk.{number}.{stored}"], rank, known))
        for name in _NORMS:
            self.register_buffer(name, weights[f"blk.{number}.{name}"])

    def forward(self, values: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        """Values of (batch, length, width), with the cosines and sines of their places."""
        inner = self._attended(_rms(values, self.get_buffer("attn_norm")), turn)
        values = values + _rms(inner, self.get_buffer("post_attention_norm"))
        inner = _rms(values, self.get_buffer("ffn_norm"))
        gate = F.gelu(self.gate_proj(inner), approximate="tanh")
        inner = self.down_proj(gate * self.up_proj(inner))
        return values + _rms(inner, self.get_buffer("post_ffw_norm"))

    def _attended(self, values: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        batch, length, _ = values.shape
        heads, size = self._shape.heads, self._shape.head_size
        asked = self.q_proj(values).view(batch, length, heads, size)
        keys = self.k_proj(values).view(batch, length, 1, size)
        given = self.v_proj(values).view(batch, length, 1, size)
        asked = _turned(_rms(asked, self.get_buffer("attn_q_norm")), turn).transpose(1, 2)
        keys = _turned(_rms(keys, self.get_buffer("attn_k_norm")), turn).transpose(1, 2)
        spread = (batch, heads, length, size)
        found = F.scaled_dot_product_attention(
            asked,
            keys.expand(spread),
            given.transpose(1, 2).expand(spread),
            is_causal=True,
            scale=size**-0.5,
        )
        return self.o_proj(found.transpose(1, 2).reshape(batch, length, heads * size))


class Starter(nn.Module):
    """The whole network; only the factors of its updates are trained."""

    def __init__(self, weights: Weights, shape: Shape, *, rank: int, adapter: Factors) -> None:
        super().__init__()
        self._shape = shape
        self.register_buffer("embedding", weights["token_embd"].to(torch.bfloat16))
        self.register_buffer("output_norm", weights["output_norm"])
        self.layers = nn.ModuleList(
            Layer(weights, number, shape, rank, adapter) for number in range(shape.layers)
        )
        places = torch.arange(LONGEST).float()[:, None]
        for name, base in (("global", GLOBAL_ROTARY_BASE), ("local", LOCAL_ROTARY_BASE)):
            steps = torch.arange(0, shape.head_size, 2).float() / shape.head_size
            angles = (places / base**steps)[None, :, None]
            self.register_buffer(f"{name}_cos", angles.cos())
            self.register_buffer(f"{name}_sin", angles.sin())

    def logits(self, pieces: Tensor) -> Tensor:
        """Scores of all pieces after each piece; pieces are (batch, length) numbers."""
        return F.linear(self._read(pieces), self.get_buffer("embedding")).float()

    def loss(self, pieces: Tensor, wanted: Tensor, smoothing: float = 0.0) -> Tensor:
        """Mean cross-entropy in nats of the pieces where `wanted` is not `UNTOLD`."""
        told = wanted[:, 1:] != UNTOLD
        values = self._read(pieces)[:, :-1][told]
        logits = F.linear(values, self.get_buffer("embedding")).float()
        return F.cross_entropy(logits, wanted[:, 1:][told], label_smoothing=smoothing)

    def _read(self, pieces: Tensor) -> Tensor:
        embedding = self.get_buffer("embedding")
        scale = torch.tensor(self._shape.width**0.5, dtype=embedding.dtype)
        values = embedding[pieces] * scale
        length = pieces.shape[1]
        turns = {
            whole: tuple(
                self.get_buffer(f"{'global' if whole else 'local'}_{side}")[:, :length]
                for side in ("cos", "sin")
            )
            for whole in (False, True)
        }
        for layer in self.layers:
            values = layer(values, turns[layer.is_global])
        return _rms(values, self.get_buffer("output_norm"))

    @property
    def factors(self) -> dict[str, nn.Parameter]:
        """What is trained, by the names in the file of an adapter: `0.q_proj.A`."""
        return {
            f"{number}.{name}.{side}": getattr(getattr(layer, name), part)
            for number, layer in enumerate(self.layers)
            for name in GGUF_NAMES
            for side, part in (("A", "first"), ("B", "second"))
        }


def read_adapter(path: Path) -> Factors:
    """The factors of an adapter, in float32, for `SCALE`. Raises `ValueError` where it is none."""
    try:
        with np.load(path) as stored:
            arrays = {name: stored[name].astype("float32") for name in stored.files}
        ratio = float(arrays.pop("scale")) / SCALE
    except (OSError, EOFError, ValueError, LookupError, AttributeError, BadZipFile) as error:
        raise ValueError(f"{path} is no adapter of the starter") from error
    return {
        name: torch.from_numpy(each * ratio if name.endswith(".B") else each)
        for name, each in arrays.items()
    }


def write_adapter(path: Path, factors: Factors) -> None:
    """Write factors in float16, whole or not at all."""
    arrays = {name: each.detach().cpu().to(torch.float16).numpy() for name, each in factors.items()}
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        np.savez_compressed(file, scale=np.float32(SCALE), **arrays)
    beside.replace(path)


def _rms(values: Tensor, gamma: Tensor) -> Tensor:
    wide = values.float()
    wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + _EPSILON)
    return (wide * gamma).to(values.dtype)


def _turned(values: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    cos, sin = turn
    left, right = values.chunk(2, dim=-1)
    return torch.cat([left * cos - right * sin, right * cos + left * sin], -1).to(values.dtype)
