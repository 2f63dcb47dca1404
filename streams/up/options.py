"""What a run was asked for, and how it is told to end."""

import asyncio

import msgspec


class Options(msgspec.Struct, frozen=True):
    """What `vitals up` was asked for.

    Attributes:
        scenario: Name of a scenario; None leaves the terminals to others.
        seconds: Real seconds to run; None is until interrupted.
        seed: Of the simulator.
    """

    scenario: str | None = None
    seconds: float | None = None
    seed: int = 0


class Ending:
    """The wish to end, in two steps.

    Attributes:
        stop: Set to end in order: what is under way is waited for.
        now: Set to wait for nothing more.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.now = asyncio.Event()

    def ask(self) -> None:
        """One Ctrl-C: the first ends the run, the second the wait for what is under way."""
        (self.now if self.stop.is_set() else self.stop).set()
