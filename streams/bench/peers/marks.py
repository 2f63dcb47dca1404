"""What a measured program says on standard output: `bench: first`, and `bench: done PACKS`."""

import os
import sys
import time
from typing import Final

FIRST: Final = "bench: first"
DONE: Final = "bench: done"
_LOOKED_AT_S: Final = 1.0


class Marks:
    """Counts packs and says when the first and the last came.

    Args:
        packs: Packs after which it is done.
        seconds: Seconds after the first pack after which it is done all the same.
    """

    def __init__(self, packs: int, seconds: float) -> None:
        self._packs = packs
        self._seconds = seconds
        self._deadline = 0.0
        self.count = 0

    def pack(self) -> None:
        """Count a pack that is done with; ends the process at the last one."""
        if not self.count:
            _say(FIRST)
            self._deadline = time.monotonic() + self._seconds
        self.count += 1
        # The clock is asked at every 64th pack only: it is no part of the work.
        if self.count >= self._packs or (not self.count % 64 and time.monotonic() > self._deadline):
            finish(self.count)


def finish(packs: int) -> None:
    """Say that all is done, wait until that was noticed, and end the process."""
    _say(f"{DONE} {packs}")
    time.sleep(_LOOKED_AT_S)
    os._exit(0)


def _say(text: str) -> None:
    # Past any stream that the engine has put in the place of standard output.
    os.write(1, f"{text}\n".encode())


def arguments() -> tuple[str, Marks]:
    """Kafka's address, and the marks, from the command line."""
    kafka, packs, seconds = sys.argv[1:4]
    return kafka, Marks(int(packs), float(seconds))
