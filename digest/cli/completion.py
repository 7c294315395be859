"""`digest completion`: what makes the tab key complete commands and options."""

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from digest.cli.streams import print_document


class _Zsh(ZshComplete):
    """Completes `--format=h` as well, of which click gives the value alone."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """See click."""
        found = super().get_completions(args, incomplete)
        name, equals, _ = incomplete.partition("=")
        if not (equals and name.startswith("-")):
            return found
        return [CompletionItem(f"{name}={item.value}", item.type, item.help) for item in found]


class _Fish(FishComplete):
    """Shows whole descriptions, which click's script for fish cuts at the first comma."""

    def format_completion(self, item: CompletionItem) -> str:
        """See click."""
        text = item.help.replace(",", ";") if item.help else None
        return super().format_completion(CompletionItem(item.value, item.type, text))


_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": _Zsh, "fish": _Fish}
for _name, _class in _SHELLS.items():
    add_completion_class(_class, _name)


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print what makes the tab key complete commands, options and files in SHELL.

    For bash: `digest completion bash > ~/.local/share/bash-completion/completions/digest`; for
    zsh: `digest completion zsh > DIR/_digest`, with DIR in `fpath`; for fish: `digest completion
    fish > ~/.config/fish/completions/digest.fish`.
    """
    program = context.find_root().command
    made = _SHELLS[shell](program, {}, "digest", "_DIGEST_COMPLETE")
    print_document(f"{made.source().strip()}\n")
