"""Translating on many processors and machines, with Dask (dask.distributed).

A worker loads the model once, and gets it sent where it has none of just these weights. A task is a
list of segments; what makes a worker die is halved by whoever asked, until it is alone.
"""

import hashlib
import io
import logging
import os
import threading
import zipfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from platformdirs import user_cache_path

from digest.config import find_folders
from digest.errors import BusyError, ConfigurationError, ModelError
from digest.lexicon.lexicon import DATA, lexicon_digest
from digest.translation.engine import Engine
from digest.translation.glossary import Glossary
from digest.translation.packages import Installed, load_engine
from digest.translation.tasks import Answers, Recipe, find_weights, translate_task
from digest.translation.words import Words

if TYPE_CHECKING:
    from distributed import Client, Future


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """Which cluster: that of the scheduler at an address, else one here with so many workers.

    The files are those of TLS between machines, in PEM; all three or none.
    """

    scheduler: str
    workers: int
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None


class Died(Exception):  # noqa: N818 - a fact about a task
    """A task let one worker after the other die."""


class Cluster(AbstractContextManager["Cluster"]):
    """A cluster that translates by one recipe. Raises `ConfigurationError` or `BusyError`."""

    def __init__(self, options: ClusterOptions, recipe: Recipe, model: Installed) -> None:
        self._options = options
        self._recipe = recipe
        self._model = model
        self._local: Any = None
        self._client: Client | None = None

    def __enter__(self) -> Self:
        try:
            import dask
            import distributed
        except ImportError as error:
            raise ConfigurationError(
                "Translating many articles needs Dask.",
                hint="Install it where digest is: `pip install distributed`.",
            ) from error
        # What Dask says is for those who write programs with it; what matters is said by us.
        dask.config.set({"logging.distributed": "critical", _ENVIRONMENT: _FOR_WORKERS})
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        security = _security(self._options)
        try:
            if self._options.scheduler:
                self._client = distributed.Client(
                    self._options.scheduler, security=security, timeout=_PATIENCE
                )
            else:
                self._local = distributed.LocalCluster(
                    n_workers=self._options.workers,
                    threads_per_worker=1,
                    memory_limit=0,
                    dashboard_address=None,
                    security=security,
                    silence_logs=logging.CRITICAL,
                )
                self._client = distributed.Client(self._local)
            self._ship()
        except (OSError, TimeoutError, ValueError) as error:
            self.__exit__(None, None, None)
            where = self._options.scheduler or "this machine"
            raise BusyError(f"There is no cluster at {where}: {error}.") from error
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for each in (self._client, self._local):
            if each is not None:
                each.close(timeout=_PATIENCE)

    @property
    def workers(self) -> int:
        """How many workers there are at the moment, one at least."""
        assert self._client
        return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

    def submit(self, texts: Sequence[str]) -> "Future":
        """Let some worker translate segments."""
        assert self._client
        name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:24]
        return self._client.submit(
            _run, tuple(texts), self._recipe, key=f"digest-{name}-{os.urandom(4).hex()}", retries=0
        )

    def answer(self, future: "Future") -> Answers:
        """What came of a task, when it is done.

        Raises `Died` for one that workers die of, `ModelError` where the model fails, `BusyError`
        where the scheduler is gone.
        """
        from distributed import CancelledError
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker

        try:
            answers: Answers = future.result()
        except KilledWorker as error:
            raise Died(str(error)) from error
        except (CancelledError, CommClosedError, TimeoutError, OSError) as error:
            raise BusyError(
                "The scheduler of the cluster is gone.",
                hint="Run the same command again: it goes on where it was.",
            ) from error
        return answers

    def _ship(self) -> None:
        """Send model and word list to workers that lack them, also to those that come later."""
        from distributed import WorkerPlugin

        assert self._client
        self._client.wait_for_workers(1, timeout=_PATIENCE)
        recipe = self._recipe
        lacking = self._client.run(_lacks, recipe)
        parcel = _pack(self._model.path) if any(lacking.values()) else b""

        # Dask has no types that are looked at.
        class Shipment(WorkerPlugin):  # type: ignore[misc]
            name = "digest"

            def setup(self, worker: Any) -> None:
                del worker
                if parcel and _lacks(recipe):
                    _unpack(parcel, recipe)

        self._client.register_plugin(Shipment())


_PATIENCE = 60
_ENVIRONMENT = "distributed.nanny.pre-spawn-environ"
_FOR_WORKERS = {
    "DASK_LOGGING__DISTRIBUTED": "critical",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Dask lets workers give freed memory back at once, which takes a model twice the time or more."""


def _security(options: ClusterOptions) -> Any:
    from distributed import Security

    files = (options.tls_ca, options.tls_cert, options.tls_key)
    if not any(files):
        return None
    if not all(files):
        raise ConfigurationError("TLS needs --tls-ca, --tls-cert and --tls-key.")
    ca, cert, key = map(str, files)
    return Security(
        require_encryption=True,
        tls_ca_file=ca,
        tls_client_cert=cert,
        tls_client_key=key,
        tls_worker_cert=cert,
        tls_worker_key=key,
        tls_scheduler_cert=cert,
        tls_scheduler_key=key,
    )


# What runs on a worker


def _run(texts: tuple[str, ...], recipe: Recipe) -> Answers:
    with _one_at_a_time:
        return translate_task(texts, recipe, _engine(recipe), _words(recipe))


_one_at_a_time = threading.Lock()
"""Workers of others may have several threads; the model of a worker is one."""


@cache
def _engine(recipe: Recipe) -> Engine:
    found = _find(recipe)
    if found is None:
        raise ModelError(f"A worker lacks the model {recipe.model}.")
    return load_engine(found, threads=1, compute_type=recipe.compute_type)


@cache
def _words(recipe: Recipe) -> Words:
    return Words(Glossary(recipe.terms).meanings, meaning=recipe.meaning, data=_lexicon(recipe))


def _lexicon(recipe: Recipe) -> Path:
    return DATA if lexicon_digest() == recipe.words else _shipped(recipe) / "lexicon"


def _shipped(recipe: Recipe) -> Path:
    """Where what was sent of a recipe lies."""
    return user_cache_path("digest") / "shipped" / f"{recipe.model.digest}-{recipe.words[:16]}"


def _find(recipe: Recipe) -> Installed | None:
    places = find_folders(os.environ)
    return find_weights(recipe.model.digest, places.packages, places.starter) or find_weights(
        recipe.model.digest, [_shipped(recipe)], _shipped(recipe) / "starter"
    )


def _lacks(recipe: Recipe) -> bool:
    """Whether this worker has not got the model, or not the word list."""
    shipped = _shipped(recipe) / "lexicon"
    words = lexicon_digest() == recipe.words or (
        shipped.is_dir() and lexicon_digest(shipped) == recipe.words
    )
    return not words or _find(recipe) is None


def _pack(model: Path) -> bytes:
    """The files of a model and of the word list."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parcel:
        for folder, name in ((model, model.name), (DATA, "lexicon")):
            for path in folder.rglob("*"):
                if path.is_file():
                    parcel.write(path, f"{name}/{path.relative_to(folder)}")
    return packed.getvalue()


def _unpack(parcel: bytes, recipe: Recipe) -> None:
    """Put what was sent in its place, and look whether it is what was meant."""
    folder = _shipped(recipe)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(parcel)) as packed:
        packed.extractall(folder)  # which keeps to the folder, whatever names say
    if _lacks(recipe):
        raise ModelError(f"What was sent of {recipe.model} is not what was meant.")
