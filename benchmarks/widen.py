"""A package of real size that says what the tiny one says, to measure speed with.

Public packages have 6 + 6 layers of width 512 and 32,000 pieces, and none can be fetched
everywhere. Here every feature of the tiny package stands some times, whole vectors one behind the
other, and layers that add nothing stand between its own. How often is a power of two, so that the
integers of the weights stay what they are and products are exact; sums over more numbers (norms,
the softmax over the pieces) may round otherwise in the last place.

Without `ModelSpec.optimize`, which stores equal matrices once where their scales differ: such a
file cannot be loaded.
"""

import json
import math
import struct
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from ctranslate2.specs import TransformerSpec
from ctranslate2.specs.model_spec import index_spec

WIDTH, LAYERS, PIECES = 512, 6, 32_000
_NEVER = -10_000.0
"""The logit of the pieces that fill the vocabulary up."""
_EPSILON = 1e-5
"""That of CTranslate2's norms, where the configuration of a model names none."""
_JOINED = {("self_attention", "linear_0"): 3, ("attention", "linear_1"): 2}
"""Matrices that are several, one below the other: queries, keys and values; keys and values."""
_OUTWARD = {"self_attention": "linear_1", "attention": "linear_2", "ffn": "linear_1"}
"""What each part of a layer ends with; where that is zero, the part adds nothing."""
_NUMBERS = (np.float32, np.int8, np.int16, np.int32, np.float16)
"""CTranslate2's types by their number in a file."""

Array = np.ndarray[Any, Any]
Variables = dict[str, Array]


def write_wide_package(tiny: Path, folder: Path) -> None:
    """Write the package into a new folder. Raises `ValueError` for a package that cannot be it."""
    with zipfile.ZipFile(tiny) as archive:
        root = zipfile.Path(archive, f"{archive.namelist()[0].split('/')[0]}/")
        with (root / "model" / "model.bin").open("rb") as data:
            variables, aliases = _read_variables(data)
        pieces = json.loads((root / "model" / "shared_vocabulary.json").read_bytes())
        config = json.loads((root / "model" / "config.json").read_bytes())
        folder.mkdir(parents=True)
        for name in ("metadata.json", "sentencepiece.model"):
            (folder / name).write_bytes((root / name).read_bytes())
    spec = TransformerSpec.from_config(LAYERS, 1, pre_norm=False)
    wide = _widened(variables)
    for name, array in (wide | {name: wide[other] for name, other in aliases.items()}).items():
        _put(spec, name, array)
    for key, value in config.items():
        spec.config.add_attribute(key, value)
    pieces += [f"<never {number}>" for number in range(len(pieces), PIECES)]
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.validate()
    for name, other in aliases.items():  # which validating would take for arrays
        _put(spec, name, other)
    (folder / "model").mkdir()
    spec.save(str(folder / "model"))


def _put(spec: TransformerSpec, name: str, value: object) -> None:
    scope, _, leaf = name.rpartition("/")
    setattr(index_spec(spec, scope), leaf, value)


def _read_variables(data: IO[bytes]) -> tuple[Variables, dict[str, str]]:
    """The variables and aliases of a `model.bin`, as CTranslate2's `ModelSpec.save` writes it."""

    def number(code: str) -> int:
        return int(struct.unpack(f"<{code}", data.read(struct.calcsize(code)))[0])

    def text() -> str:
        return data.read(number("H")).rstrip(b"\0").decode()

    head = (number("I"), text(), number("I"))
    if head != (6, "TransformerSpec", 7):
        raise ValueError(f"a model of another kind: {head}")
    variables: Variables = {}
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        kind = _NUMBERS[number("B")]
        variables[name] = np.frombuffer(data.read(number("I")), kind).reshape(shape)
    return variables, {text(): text() for _ in range(number("I"))}


def _widened(tiny: Variables) -> Variables:
    pieces, width = tiny["decoder/embeddings/weight"].shape
    copies = WIDTH // width
    if copies * width != WIDTH or copies.bit_count() != 1:
        raise ValueError(f"a width of {width} cannot become {WIDTH}")
    if tiny["encoder/pre_norm"] or tiny["decoder/pre_norm"]:
        raise ValueError("norms stand before the parts of its layers")
    if any(name.startswith("decoder/projection/") for name in tiny):
        raise ValueError("its projection is not its embeddings")
    wide = {name: _repeated(name, array, copies) for name, array in tiny.items()}
    for leaf, fill in (("weight", 0), ("weight_scale", 1)):
        name = f"decoder/embeddings/{leaf}"
        more = ((0, PIECES - pieces), (0, 0))[: wide[name].ndim]
        wide[name] = np.pad(wide[name], more, constant_values=fill)
    wide["decoder/projection/bias"] = np.float32(_NEVER) * (np.arange(PIECES) >= pieces).astype("f")
    for side in ("encoder", "decoder"):
        _add_layers(wide, side)
    # The projection adds up every product as often as there are copies, and cannot be scaled: it
    # shares its numbers with the embeddings. What goes in can.
    for leaf in ("gamma", "beta"):
        wide[f"decoder/layer_{LAYERS - 1}/ffn/layer_norm/{leaf}"] /= np.float32(copies)
    return wide


def _repeated(name: str, array: Array, copies: int) -> Array:
    """A variable with every feature so many times."""
    *_, part, module, leaf = ("", "", *name.split("/"))
    if leaf == "num_heads":
        return np.array(array * copies, array.dtype)  # heads keep their size
    if array.ndim == 0:
        return array
    if module.startswith("embeddings") and leaf != "weight":
        return array
    if module.startswith("embeddings") or leaf == "encodings":
        return np.tile(array, (1, copies))
    joined = array.reshape(_JOINED.get((part, module), 1), 1, -1, *array.shape[1:])
    rows = np.repeat(joined, copies, axis=1).reshape(-1, *array.shape[1:])
    if leaf == "weight_scale":
        return rows * np.float32(copies)  # a weight is its integer by this: each adds its share
    return np.tile(rows, (1, copies)) if leaf == "weight" else rows


def _add_layers(wide: Variables, side: str) -> None:
    """Put layers that add nothing before the last one, whose attention finds unknown words.

    What they get has mean 0 and variance 1, so that their norms change nothing; what the norm
    before them would have made of it is left to the last of theirs.
    """
    own = max(int(name.split("/")[1][6:]) for name in wide if name.startswith(f"{side}/layer_"))
    if not 0 < own < LAYERS - 1:
        raise ValueError(f"its {side} has {own + 1} layers")
    layers = [_taken(wide, f"{side}/layer_{number}/") for number in range(own + 1)]
    empty = range(own, LAYERS - 1)
    for number in range(LAYERS):
        source = number if number < own else number % own if number in empty else own
        for name, array in layers[source].items():
            changed = _emptied(name, array) if number in empty else array
            wide[f"{side}/layer_{number}/{name}"] = changed.copy()
    before, last = (f"{side}/layer_{at}/ffn/layer_norm" for at in (own - 1, LAYERS - 2))
    wide[f"{last}/gamma"] *= wide[f"{before}/gamma"]
    wide[f"{last}/beta"] += wide[f"{before}/beta"]
    wide[f"{before}/gamma"].fill(1)
    wide[f"{before}/beta"].fill(0)


def _taken(wide: Variables, scope: str) -> Variables:
    names = [name for name in wide if name.startswith(scope)]
    return {name.removeprefix(scope): wide.pop(name) for name in names}


def _emptied(name: str, array: Array) -> Array:
    """The same of a layer that adds nothing."""
    part, *_, module, leaf = name.split("/")
    if module == _OUTWARD[part]:
        return np.full_like(array, 1 if leaf == "weight_scale" else 0)
    if leaf == "gamma":
        return np.full_like(array, math.sqrt(1 + _EPSILON))  # by which the norm divides
    return np.zeros_like(array) if leaf == "beta" else array
