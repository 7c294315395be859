"""What a child process measures; each task prints one JSON object."""

import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import peak_megabytes, timed, tiny_sentences
from digest.pipeline import text_segments
from digest.translation.argos import ArgosEngine, read_package
from digest.translation.engine import Decoding
from digest.translation.translate import bare_translator

_THREADS = 2


def engine(package: str, count: str) -> dict[str, Any]:
    """Our engine: sentences to English, loaded and warm."""
    loaded = ArgosEngine(Path(package), threads=_THREADS)
    sentences = tiny_sentences(int(count))
    list(loaded.translate_segments(sentences[:2], Decoding()))
    seconds, _ = timed(lambda: list(loaded.translate_segments(sentences, Decoding())))
    return {"seconds": seconds}


def checked(package: str, count: str) -> dict[str, Any]:
    """The whole translator: shield, engine, checks, second tries; no memory."""
    loaded = ArgosEngine(Path(package), threads=_THREADS)
    translator = bare_translator(loaded)
    sentences = tiny_sentences(int(count))
    translator(sentences[:2])  # which loads the word list too
    seconds, _ = timed(lambda: translator(sentences))
    return {"seconds": seconds, "tried_again": translator.counts.tried_again}


def argos(package: str, count: str, intra: str = "") -> dict[str, Any]:
    """Argos' own call on the same sentences, with our splitter's pieces.

    In Argos' own settings, or with `intra` threads for the one worker that it has.
    """
    translate = _argos_call(package, intra)
    sentences = tiny_sentences(int(count))
    translate(sentences[:2])
    seconds, _ = timed(lambda: translate(sentences))
    return {"seconds": seconds}


def argos_loop(package: str, articles: str, intra: str = "") -> dict[str, Any]:
    """The same for one article after the other."""
    translate = _argos_call(package, intra)
    with Path(articles).open(encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            translate([article["headline"], *text_segments(article["text"])])
    return {}


def _argos_call(package: str, intra: str) -> Callable[[list[str]], None]:
    splitter = types.ModuleType("minisbd")
    splitter.SBDetect = object  # type: ignore[attr-defined]
    splitter.models = types.SimpleNamespace(cache_dir="")  # type: ignore[attr-defined]
    sys.modules["minisbd"] = splitter
    installed = read_package(Path(package))
    import ctranslate2  # noqa: PLC0415 - after the stand-in for the splitter
    from argostranslate import settings  # noqa: PLC0415
    from argostranslate.translate import apply_packaged_translation  # noqa: PLC0415

    translator = ctranslate2.Translator(
        str(installed.package_path / "model"),
        device=settings.device,
        inter_threads=settings.inter_threads,
        intra_threads=int(intra or settings.intra_threads),
    )

    def translate(pieces: list[str]) -> None:
        pieces_of_text: Any = types.SimpleNamespace(split_sentences=lambda _: pieces)
        apply_packaged_translation(installed, "", translator, pieces_of_text, num_hypotheses=1)

    return translate


def limit(package: str, count: str, inter: str, intra: str, batch: str) -> dict[str, Any]:
    """`ctranslate2.Translator.translate_batch` alone, on tokens that are ready."""
    installed = read_package(Path(package))
    import ctranslate2  # noqa: PLC0415 - as the engine does

    translator = ctranslate2.Translator(
        str(installed.package_path / "model"), inter_threads=int(inter), intra_threads=int(intra)
    )
    tokens = [installed.tokenizer.encode(sentence) for sentence in tiny_sentences(int(count))]

    def translate(batch_of_tokens: list[list[str]]) -> None:
        translator.translate_batch(
            batch_of_tokens,
            replace_unknowns=True,
            max_batch_size=int(batch),
            batch_type="tokens",
            beam_size=4,
            length_penalty=0.2,
            return_scores=True,
        )

    translate(tokens[:2])
    seconds, _ = timed(lambda: translate(tokens))
    return {"seconds": seconds}


if __name__ == "__main__":
    tasks: dict[str, Callable[..., dict[str, Any]]] = {
        task.__name__: task for task in (engine, checked, argos, argos_loop, limit)
    }
    outcome = tasks[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(outcome | {"megabytes": round(peak_megabytes(), 1)}))
