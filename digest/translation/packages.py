"""Which models are installed, and which of them an edition uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from digest.errors import ModelError
from digest.translation.argos import ArgosEngine, describe_package
from digest.translation.engine import Engine, Model
from digest.translation.index import version_key
from digest.translation.starter import NAME as STARTER
from digest.translation.starter import StarterEngine, describe_starter


class Kind(StrEnum):
    """What an installed model is."""

    ARGOS = "argos"
    STARTER = "starter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A model in a folder: described, or with the reason why it is not usable."""

    kind: Kind
    path: Path
    model: Model | None
    problem: str = ""


def find_models(packages: Iterable[Path], starter: Path) -> tuple[Installed, ...]:
    """All installed models, best first: the newest Argos package, then the starter.

    `packages` are folders of Argos packages; unusable models come last.
    """
    found = [
        _installed(Kind.ARGOS, path.parent)
        for folder in packages
        for path in sorted(folder.glob("*/metadata.json"))
    ]
    if starter.is_dir():
        found.append(_installed(Kind.STARTER, starter))
    return tuple(sorted(found, key=_preference))


def choose_model(models: Iterable[Installed], wanted: str = "") -> Installed:
    """The best usable model, or the one named `wanted` (name, or `name version`).

    Its `model` is not None. Raises `ModelError` when there is none.
    """
    models = tuple(models)
    for candidate in models:
        if candidate.model and wanted in {"", candidate.model.name, str(candidate.model)}:
            return candidate
    if wanted:
        names = ", ".join(str(known.model) for known in models if known.model) or "none"
        raise ModelError(f"The model {wanted} is not installed.", hint=f"Installed: {names}.")
    if models:
        raise ModelError(
            models[0].problem, hint=f"`digest models install {STARTER}` builds the starter."
        )
    raise ModelError(
        "No model for Dutch to English is installed.",
        hint=f"`digest models install {STARTER}` builds the starter.",
    )


def load_engine(installed: Installed, *, threads: int, compute_type: str = "default") -> Engine:
    """Load a model. Raises `ModelError` when it is damaged."""
    engine = ArgosEngine if installed.kind is Kind.ARGOS else StarterEngine
    return engine(installed.path, threads=threads, compute_type=compute_type)


def _installed(kind: Kind, path: Path) -> Installed:
    describe = describe_package if kind is Kind.ARGOS else describe_starter
    try:
        return Installed(kind=kind, path=path, model=describe(path))
    except ModelError as error:
        return Installed(kind=kind, path=path, model=None, problem=str(error))


def _preference(installed: Installed) -> tuple[bool, bool, list[int], str]:
    model = installed.model
    numbers = [-number for number in version_key(model.version)] if model else []
    return model is None, installed.kind is Kind.STARTER, numbers, str(installed.path)
