"""Puts templates, samples and the recipe of the starter into the wheel.

An editable install reads them from the checkout, so nothing is copied for it.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_DATA = ("templates", "seeds", "models/manifest.toml")
_STARTER = ("NOTICE", "adapter.npz", "base.txt", "sentencepiece.model")
"""Not how it is trained."""


class DataHook(BuildHookInterface[Any]):
    """Adds the data folders to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map the folders of the checkout to those of the package."""
        if version == "standard":
            for path in (*_DATA, *(f"models/starter/{name}" for name in _STARTER)):
                build_data["force_include"][path] = f"digest/{path}"
