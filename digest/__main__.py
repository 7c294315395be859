"""`python -m digest` is the command `digest`."""

import os
import sys

from digest.interrupt import Interrupted, end_soon_on_signals


def start() -> None:
    """Run the command as a process of its own: signals end it, closed streams do not."""
    for descriptor in range(3):  # or the next file that is opened would be taken for a stream
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    end_soon_on_signals()
    try:
        from digest.cli import main  # noqa: PLC0415 - signals are for what is loaded here, too
    except Interrupted as error:
        sys.exit(error.exit_code)
    main()


if __name__ == "__main__":
    start()
