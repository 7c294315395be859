"""How good is a model? Sixty news sentences with human translations, translated once.

They are ours (`digest/data/probe.tsv`, CC0). Figures of packages compare with each other; those
of the starter do not compare with theirs, since its training sentences and the probe come from
the same hands.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from digest.lexicon.lexicon import load_lexicon
from digest.lexicon.meaning import MeaningCheck
from digest.translation.chrf import chrf
from digest.translation.engine import Decoding, Engine
from digest.translation.translate import bare_translator

PROBE = Path(__file__).parent.parent / "data" / "probe.tsv"

_BATCH_TOKENS = 256
"""Small batches: a machine that gets a model need not have much memory."""

LEAST_CHRF = 40.0
"""Below this a model cannot translate news: public ones have more than 55."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured, on how many sentences.

    chrF is from 0 to 100, `meanings` the share of words that arrived, from 0 to 1; words are
    Dutch ones, a second of this machine.
    """

    chrf: float
    meanings: float
    words_per_second: float
    sentences: int

    @property
    def is_enough(self) -> bool:
        """Whether the model can translate news at all."""
        return self.chrf >= LEAST_CHRF

    def __str__(self) -> str:
        return f"chrF {self.chrf:.0f} on {self.sentences} news sentences, measured here"


def read_probe() -> tuple[tuple[str, str], ...]:
    """The sentences in Dutch, each with its English by a human."""
    rows = (line.split("\t") for line in PROBE.read_text(encoding="utf-8").splitlines())
    return tuple((dutch, english) for dutch, english in rows)


def measure(engine: Engine) -> Measurement:
    """Translate the probe as an edition would be, without glossary and memory."""
    dutch, english = zip(*read_probe(), strict=True)
    translator = bare_translator(engine, decoding=Decoding(batch_tokens=_BATCH_TOKENS))
    check = MeaningCheck(load_lexicon(), {})
    list(engine.translate_segments(dutch[:1], Decoding()))  # the first sentence is slower
    check.check(dutch[0], english[0])
    started = time.perf_counter()
    sentences = translator(dutch)
    seconds = time.perf_counter() - started
    answers = [sentences[text].english for text in dutch]
    found = [check.check(text, answer) for text, answer in zip(dutch, answers, strict=True)]
    checked = sum(meanings.checked for meanings in found)
    lost = sum(len(meanings.missing) for meanings in found)
    return Measurement(
        chrf=round(chrf(answers, english), 1),
        meanings=round((checked - lost) / checked, 3),
        words_per_second=round(sum(len(text.split()) for text in dutch) / seconds),
        sentences=len(dutch),
    )


class Measurements:
    """What was measured on this machine, by the digest of a model's weights, in a JSON file.

    A file that cannot be read counts as empty; one that cannot be written is told to `warn`.
    """

    def __init__(self, path: Path, warn: Callable[[str], object]) -> None:
        self._path = path
        self._warn = warn

    def read(self) -> Mapping[str, Measurement]:
        """All that was noted."""
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return {digest: Measurement(**row) for digest, row in rows.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def note(self, digest: str, measurement: Measurement) -> None:
        """Keep what was measured; the file is replaced as a whole."""
        rows = {known: asdict(row) for known, row in self.read().items()}
        rows[digest] = asdict(measurement)
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            self._warn(f"{self._path} cannot be written: {error.strerror}.")
