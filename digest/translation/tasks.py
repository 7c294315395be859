"""Translating somewhere else: what another process needs to know, and what it gives back.

A task is a list of segments. It is translated as an edition's are, with a memory that only listens;
what that heard is what the memory here has to keep, so that afterwards everything is remembered.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digest.edition import Gloss, Term
from digest.progress import unseen
from digest.translation.engine import Decoding, Engine, Model
from digest.translation.glossary import Glossary
from digest.translation.memory import Remembered
from digest.translation.packages import Installed, find_models
from digest.translation.translate import Memory, Translator
from digest.translation.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that decides what is said: the model by the digest of its weights, and how it is asked.

    `words` is the digest of the word list, `terms` are those of the glossary.
    """

    model: Model
    decoding: Decoding
    compute_type: str
    terms: tuple[Term, ...]
    meaning: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is to be remembered of a task: translations by their prompts, glosses by their texts.

    It took so many seconds, without loading the model.
    """

    translations: tuple[tuple[str, Remembered], ...]
    glosses: Mapping[str, tuple[Gloss, ...]]
    seconds: float


@dataclass(slots=True)
class _Listener:
    """A memory that knows nothing and hears everything."""

    translations: dict[str, Remembered] = field(default_factory=dict)
    glosses: dict[str, tuple[Gloss, ...]] = field(default_factory=dict)

    def recall(self, prompts: Sequence[str]) -> Mapping[str, Remembered]:
        return {each: self.translations[each] for each in prompts if each in self.translations}

    def remember(self, translations: Iterable[tuple[str, Remembered]]) -> None:
        self.translations.update(translations)

    def recall_glosses(self, words: str, texts: Sequence[str]) -> Mapping[str, tuple[Gloss, ...]]:
        del words
        return {each: self.glosses[each] for each in texts if each in self.glosses}

    def remember_glosses(self, words: str, glosses: Mapping[str, tuple[Gloss, ...]]) -> None:
        del words
        self.glosses.update(glosses)

    def close(self) -> None:
        pass


def translate_task(texts: Sequence[str], recipe: Recipe, engine: Engine, words: Words) -> Answers:
    """Translate segments with an engine that is loaded. Raises `ModelError` when it fails."""
    listener = _Listener()
    translator = Translator(
        recipe.model,
        lambda: engine,
        decoding=recipe.decoding,
        glossary=Glossary(recipe.terms),
        words=words,
        memory=listener,
        progress=unseen,
    )
    started = time.monotonic()
    translator(texts)
    return Answers(
        translations=tuple(listener.translations.items()),
        glosses=listener.glosses,
        seconds=time.monotonic() - started,
    )


def keep_answers(answers: Answers, memory: Memory, words: str) -> None:
    """Remember what a task found, as if it had been found here."""
    memory.remember_glosses(words, answers.glosses)
    memory.remember(answers.translations)


def find_weights(digest: str, packages: Iterable[Path], starter: Path) -> Installed | None:
    """The installed model with just these weights, if there is one."""
    found = find_models(packages, starter)
    return next((each for each in found if each.model and each.model.digest == digest), None)
