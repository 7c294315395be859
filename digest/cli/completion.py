"""`digest completion`: what makes the tab key complete commands and options."""

import click
from click.shell_completion import get_completion_class

from digest.cli.streams import print_document


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print what makes the tab key complete commands, options and files in SHELL.

    For bash: `digest completion bash > ~/.local/share/bash-completion/completions/digest`; for
    zsh: `digest completion zsh > DIR/_digest`, with DIR in `fpath`; for fish: `digest completion
    fish > ~/.config/fish/completions/digest.fish`.
    """
    made = get_completion_class(shell)
    assert made, "click knows these shells"
    program = context.find_root().command
    print_document(f"{made(program, {}, 'digest', '_DIGEST_COMPLETE').source().strip()}\n")
