"""Entry point of the script `vitals` and of `python -m streams.cli`: interrupts end it at once.

What the command line is made of takes a while to import; until it is, nothing has been started that
would have to be stopped in order, and a KeyboardInterrupt in the midst of an import would end in a
traceback.
"""

import os
import signal


def run() -> None:
    """Run the command line; exit status 130 where it is interrupted."""
    is_heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heeded:  # not under nohup, nor in the background of a script
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from streams.cli.main import main  # noqa: PLC0415 - see above

    if is_heeded:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    main()


if __name__ == "__main__":
    run()
