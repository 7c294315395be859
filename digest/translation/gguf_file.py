"""Reading a GGUF file: its tensors, and the tokens of its vocabulary.

The layout is that of the GGUF specification, version 3 (ggml-org/ggml, docs/gguf.md). The
package gguf turns each token into several objects, which takes 700 MB and ten seconds for
262,144 of them; what it knows of quantised tensors is used from it.
"""

import math
import struct
from pathlib import Path
from typing import Any, BinaryIO

from digest.errors import ModelError

_MAGIC = b"GGUF"
_VERSION = 3
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING = 8
_ARRAY = 9
_ALIGNMENT = 32
_TOKENS = "tokenizer.ggml.tokens"


class GgufFile:
    """A GGUF file, opened. Raises `ModelError` when it is not one that can be read."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        self.tokens: list[str] = []
        with path.open("rb") as file:
            try:
                places = self._read_head(file)
            except (struct.error, UnicodeDecodeError, LookupError) as error:
                raise ModelError(f"{path.name} is not a whole GGUF file.") from error
            begin = -(-file.tell() // _ALIGNMENT) * _ALIGNMENT
        self._data = np.memmap(path, mode="r")
        self._places = {name: (shape, kind, begin + offset) for name, shape, kind, offset in places}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its tensors."""
        return tuple(self._places)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor, the outermost dimension first. Raises `KeyError`."""
        return self._places[name][0]

    def tensor(self, name: str, rows: list[int] | None = None) -> Any:
        """A tensor, or some rows of one, as float32. Raises `KeyError`."""
        from gguf import GGMLQuantizationType, dequantize
        from gguf.quants import quant_shape_to_byte_shape

        shape, kind, offset = self._places[name]
        kind = GGMLQuantizationType(kind)
        if kind is GGMLQuantizationType.F32:
            size = 4 * math.prod(shape)
            data = self._data[offset : offset + size].view("float32").reshape(shape)
        else:
            stored = quant_shape_to_byte_shape(shape, kind)
            data = self._data[offset : offset + math.prod(stored)].reshape(stored)
        return dequantize(data if rows is None else data[rows], kind).astype("float32")

    def _read_head(self, file: BinaryIO) -> list[tuple[str, tuple[int, ...], int, int]]:
        """Read the values, keep the tokens, and return where the tensors are."""
        magic, version = file.read(4), _number(file, "I")
        if magic != _MAGIC or version != _VERSION:
            raise LookupError(version)
        tensors, values = _number(file, "Q"), _number(file, "Q")
        for _ in range(values):
            name = _string(file)
            value = _value(file, _number(file, "I"))
            if name == _TOKENS:
                self.tokens = value
        places = []
        for _ in range(tensors):
            name = _string(file)
            shape = [_number(file, "Q") for _ in range(_number(file, "I"))]
            places.append((name, tuple(reversed(shape)), _number(file, "I"), _number(file, "Q")))
        return places


def _number(file: BinaryIO, kind: str) -> Any:
    (value,) = struct.unpack(f"<{kind}", file.read(struct.calcsize(f"<{kind}")))
    return value


def _string(file: BinaryIO) -> str:
    return file.read(_number(file, "Q")).decode("utf-8")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        inner, count = _number(file, "I"), _number(file, "Q")
        if inner in _SCALARS:
            form = f"<{count}{_SCALARS[inner]}"
            return struct.unpack(form, file.read(struct.calcsize(form)))
        return [_value(file, inner) for _ in range(count)]
    return _number(file, _SCALARS[kind])
