"""The dependency rules of docs/design.md, read off the imports themselves."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import CHECKOUT

PACKAGE = CHECKOUT / "digest"
MODULES = sorted(PACKAGE.rglob("*.py"))
PARTS = {"sources", "translation", "rendering", "delivery", "archive"}
PURE = {
    "article", "calendar", "cleaning", "counting", "edition", "errors", "plaintext", "progress",
    "shelf", "splitter",
}  # fmt: skip
LEXICON = PURE | {"lexicon"}
ONLY_IN = {
    "click": {"cli"},
    "jinja2": {"rendering"},
    "argostranslate": {"translation"},
    "ctranslate2": {"translation"},
    "simplemma": {"lexicon"},
    "sentencepiece": {"translation"},
    "gguf": {"translation"},
}
HEAVY = ("argostranslate", "ctranslate2", "sentencepiece", "gguf", "numpy", "jinja2", "simplemma")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_what_their_place_allows(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        top, *rest = name.split(".")
        if top != "digest":
            assert part in ONLY_IN.get(top, {part}), f"{top} is not imported in {part}"
            if part in PURE:
                assert top in sys.stdlib_module_names
        elif rest and part in PARTS:
            assert rest[0] not in (PARTS - {part}) | {"pipeline", "cli"}
        elif rest and part in PURE:
            assert rest[0] in PURE
        elif rest and part == "lexicon":
            assert rest[0] in LEXICON


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_models_are_loaded_inside_functions(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = ast.Module([node for node in tree.body if not isinstance(node, ast.If)], [])
    outside = [
        name
        for node in top.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imports(node)
    ]
    assert not {name.split(".")[0] for name in outside} & {*HEAVY} - {"jinja2"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["parse", "seeds"]])
def test_what_needs_no_model_loads_none(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from digest.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )
    assert done.stderr.strip() == "[]"
