"""Argos Translate packages as an engine.

Packages are found and read through `argostranslate.package`; decoding goes to CTranslate2
directly, all segments in one call, with the parameters of Argos'
`apply_packaged_translation` (argos-translate-lt 1.12.1), so that the same package gives
the same sentences.
"""

import contextlib
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from digest.errors import ModelError
from digest.regular import open_regular, read_regular
from digest.translation.engine import Decoding, Hypothesis, Model, batch_limit, translate_in_windows
from digest.translation.index import version_key

_BEAM_SIZE = 4
_LENGTH_PENALTY = 0.2
_BATCH_TOKENS = 512


def read_package(path: Path) -> Any:
    """The `argostranslate.package.Package` in a folder.

    Raises `ModelError` when it is damaged or not a translation from Dutch to English.
    """
    read_metadata(path, path.name)
    module = _package_module()
    try:
        package = module.Package(path)
        whole = (path / "model" / "model.bin").is_file() and package.tokenizer.model_file.is_file()
    except Exception as error:  # whatever the library makes of a stranger's package
        raise damaged(path) from error
    if not whole:
        raise damaged(path)
    return package


def read_metadata(folder: Path, name: str) -> dict[str, str]:
    """The languages, version and code of the package in a folder, all of them sound text.

    Raises `ModelError`, with the `name` of the package, when they are not there, are not what
    they should be, or are those of another pair or of a format that is not known.
    """
    try:
        metadata = json.loads(read_regular(folder / "metadata.json", _MOST_METADATA))
        found = {key: metadata[key] for key in ("from_code", "to_code", "package_version")}
        found["code"] = metadata.get("code") or "translate-{from_code}_{to_code}".format(**found)
        wanted = str(metadata.get("argos_version", "1"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"The metadata of {name} is not complete.") from error
    for key, value in found.items():
        if not isinstance(value, str) or not _SOUND.fullmatch(value):
            raise ModelError(f"The metadata of {name} is not sound: {key} is {value!r:.80}.")
    if (found["from_code"], found["to_code"]) != ("nl", "en"):
        raise ModelError(
            f"{name} translates {found['from_code']} to {found['to_code']}, not nl to en."
        )
    if version_key(wanted)[:1] > [_NEWEST_FORMAT]:
        raise ModelError(
            f"{name} is made for Argos Translate {wanted}; this digest reads version "
            f"{_NEWEST_FORMAT} packages.",
            hint="Update digest, or install an older package.",
        )
    return found


_SOUND = re.compile(r"[A-Za-z0-9_.+-]{1,80}")
_NEWEST_FORMAT = 1
_MOST_METADATA = 1_000_000


def describe_package(path: Path) -> Model:
    """The identity of the package in a folder, without loading its model."""
    read_package(path)
    metadata = read_metadata(path, path.name)
    return Model(
        name=metadata["code"],
        version=metadata["package_version"],
        digest=weights_digest(path / "model" / "model.bin"),
        quality="An Argos Translate package; machine translation makes mistakes.",
        origin="Argos Translate package",
    )


def weights_digest(weights: Path) -> str:
    """SHA-256 of a file of weights, in hex."""
    with open_regular(weights) as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def damaged(path: Path) -> ModelError:
    """The error for a model that is not whole."""
    return ModelError(
        f"The model in {path} is damaged.", hint="Remove the folder and install the model again."
    )


class ArgosEngine:
    """An Argos package loaded on `threads` processor threads; fulfils `Engine`."""

    def __init__(self, path: Path, *, threads: int, compute_type: str = "default") -> None:
        import ctranslate2  # takes a second to load

        self.model = describe_package(path)
        self._package = read_package(path)
        self._threads = threads
        try:
            self._translator = ctranslate2.Translator(
                str(path / "model"),
                inter_threads=threads,
                intra_threads=1,
                compute_type=compute_type,
            )
            self._package.tokenizer.encode("Begin.")
        except Exception as error:  # whatever the libraries make of a stranger's package
            raise damaged(path) from error

    def translate_segments(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        """See `Engine.translate_segments`."""
        return translate_in_windows(segments, lambda window: self._translate(window, decoding))

    def _translate(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        tokens = [self._package.tokenizer.encode(segment) for segment in segments]
        prefix = self._package.target_prefix
        lengths = [len(sequence) for sequence in tokens]
        jobs = self._translator.translate_batch(
            tokens,
            target_prefix=[[prefix]] * len(tokens) if prefix else None,
            replace_unknowns=True,
            max_batch_size=batch_limit(
                lengths, threads=self._threads, most=decoding.batch_tokens or _BATCH_TOKENS
            ),
            batch_type="tokens",
            beam_size=decoding.beam_size or _BEAM_SIZE,
            num_hypotheses=decoding.hypotheses,
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            repetition_penalty=decoding.repetition_penalty,
            length_penalty=_LENGTH_PENALTY,
            return_scores=True,
            asynchronous=True,
        )
        # CTranslate2 sorts by length and begins with the longest.
        for index in sorted(range(len(jobs)), key=lengths.__getitem__, reverse=True):
            try:
                result = jobs[index].result()
            except RuntimeError as error:
                raise ModelError(f"{self.model} failed: {error}") from error
            yield index, self._hypotheses(result)

    def _hypotheses(self, result: Any) -> tuple[Hypothesis, ...]:
        return tuple(
            self._hypothesis(tokens, score)
            for tokens, score in zip(result.hypotheses, result.scores, strict=True)
        )

    def _hypothesis(self, tokens: list[str], score: float) -> Hypothesis:
        text = self._package.tokenizer.decode(tokens).removeprefix(self._package.target_prefix)
        length = len(tokens) + 1  # the end token counts
        total = score * length**_LENGTH_PENALTY
        return Hypothesis(text=text.removeprefix(" "), score=total / length)


def _package_module() -> Any:
    """`argostranslate.package`, imported so that it writes nothing to the home directory.

    Importing it creates data, configuration and cache folders; they are made in a folder
    that is gone afterwards, since the module is only used to read packages.
    """
    if module := sys.modules.get("argostranslate.package"):
        return module
    with tempfile.TemporaryDirectory(prefix="digest-argos-") as scratch:
        names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "ARGOS_PACKAGES_DIR")
        with _environment(dict.fromkeys(names, scratch)):
            import argostranslate.package  # see above
    return argostranslate.package


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
