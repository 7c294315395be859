"""Which models are installed, and which of them an edition uses.

Packages go before the starter, the best measured first; one that is measured to be unable to
translate news goes last and is used only by name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from digest.errors import ModelError
from digest.translation.argos import ArgosEngine, describe_package
from digest.translation.engine import Engine, Model
from digest.translation.index import version_key
from digest.translation.measure import Measurement
from digest.translation.starter import NAME as STARTER
from digest.translation.starter import StarterEngine, describe_starter


class Kind(StrEnum):
    """What an installed model is."""

    ARGOS = "argos"
    STARTER = "starter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A model in a folder: described, or with the reason why it is not usable.

    `measured` is how well it translates, None where nobody measured it here.
    """

    kind: Kind
    path: Path
    model: Model | None
    problem: str = ""
    measured: Measurement | None = None

    @property
    def is_enough(self) -> bool:
        """Whether it may be used without being named; what is not measured may."""
        return self.model is not None and (self.measured is None or self.measured.is_enough)


def find_models(
    packages: Iterable[Path], starter: Path, measured: Mapping[str, Measurement] | None = None
) -> tuple[Installed, ...]:
    """All installed models, best first: Argos packages by chrF, then the starter.

    `packages` are folders of Argos packages, `measured` what is known of models by the digest
    of their weights. Packages that nobody measured come before the others, the newest first;
    unusable models come last.
    """
    found = [
        _installed(Kind.ARGOS, path.parent)
        for folder in packages
        for path in sorted(folder.glob("*/metadata.json"))
    ]
    if starter.is_dir():
        found.append(_installed(Kind.STARTER, starter))
    known = measured or {}
    return _by_preference(
        replace(each, measured=known.get(each.model.digest)) if each.model else each
        for each in found
    )


def choose_model(
    models: Iterable[Installed],
    wanted: str = "",
    *,
    measure: Callable[[Installed], Measurement] | None = None,
) -> Installed:
    """The best usable model, or the one named `wanted` (name, or `name version`).

    Packages that nobody measured yet are measured first, where `measure` can. The `model` of
    the answer is not None. Raises `ModelError` when there is none.
    """
    models = tuple(models)
    if wanted:
        for candidate in models:
            if candidate.model and wanted in {candidate.model.name, str(candidate.model)}:
                return candidate
        names = ", ".join(str(known.model) for known in models if known.model) or "none"
        raise ModelError(f"The model {wanted} is not installed.", hint=f"Installed: {names}.")
    if measure:
        models = _by_preference(
            replace(each, measured=measure(each)) if _is_unknown(each) else each for each in models
        )
    for candidate in models:
        if candidate.is_enough:
            return candidate
    poor = next((each for each in models if each.model), None)
    if poor:
        raise ModelError(
            f"The only model, {poor.model}, cannot translate news: {poor.measured}.",
            hint=f"{_GET_ONE} --model uses this one all the same.",
        )
    raise ModelError(
        models[0].problem if models else "No model for Dutch to English is installed.",
        hint=_GET_ONE,
    )


_GET_ONE = (
    "`digest models install` gets the public Argos package, "
    f"`digest models install {STARTER}` builds the starter."
)


def _is_unknown(installed: Installed) -> bool:
    return bool(installed.kind is Kind.ARGOS and installed.model and not installed.measured)


def load_engine(installed: Installed, *, threads: int, compute_type: str = "default") -> Engine:
    """Load a model. Raises `ModelError` when it is damaged."""
    engine = ArgosEngine if installed.kind is Kind.ARGOS else StarterEngine
    return engine(installed.path, threads=threads, compute_type=compute_type)


def _installed(kind: Kind, path: Path) -> Installed:
    describe = describe_package if kind is Kind.ARGOS else describe_starter
    try:
        return Installed(kind=kind, path=path, model=describe(path))
    except Exception as error:  # noqa: BLE001 - a broken one is named and stops no other
        told = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
        return Installed(kind=kind, path=path, model=None, problem=told)


def _by_preference(models: Iterable[Installed]) -> tuple[Installed, ...]:
    return tuple(sorted(models, key=_preference))


def _preference(installed: Installed) -> tuple[bool, bool, bool, float, list[int], str]:
    model = installed.model
    numbers = [-number for number in version_key(model.version)] if model else []
    return (
        model is None,
        not installed.is_enough,
        installed.kind is Kind.STARTER,
        -(installed.measured.chrf if installed.measured else 100.0),
        numbers,
        str(installed.path),
    )
