"""`python -m digest` is the command `digest`."""

import os

from digest.interrupt import Interrupted, asked_to_stop, end_soon_on_signals, leave


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

        main()
    except Interrupted as error:
        leave(error.exit_code)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        leave((code and asked_to_stop()) or code)
    except Exception:
        if code := asked_to_stop():  # a library in C that is being loaded makes another error of it
            leave(code)
        raise


if __name__ == "__main__":
    start()
