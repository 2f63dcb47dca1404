"""What an interrupt (Ctrl-C) must not divide."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


@contextmanager
def undivided() -> Iterator[None]:
    """Let an interrupt wait until the block is done; it is raised behind it.

    Only where an interrupt would be raised at all: in the main thread, with Python's own handler.
    """
    usual = signal.default_int_handler
    if current_thread() is not main_thread() or signal.getsignal(signal.SIGINT) is not usual:
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if came:
        raise KeyboardInterrupt
