"""What an interrupt must not divide is done before it is heard."""

import os
import signal
import threading

import pytest

from streams.interrupts import undivided


def interrupted(done, error=None):
    with undivided():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("all of it")
        if error is not None:
            raise error


def test_interrupt_waits_for_the_end_of_the_block():
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(done)
    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_error_of_the_block_goes_before_the_interrupt():
    with pytest.raises(OSError, match="full"):
        interrupted([], OSError("full"))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_handler_of_somebody_else_is_left_alone():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(len(done)))
    done: list[int] = []
    try:
        with undivided():
            os.kill(os.getpid(), signal.SIGINT)
            done.append(1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [0]


def test_other_threads_are_not_interrupted_anyway():
    found = []

    def work():
        with undivided():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
