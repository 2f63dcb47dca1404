"""Named points at which a test kills the worker; without `VITALS_FAILPOINT` they cost a comparison.

`VITALS_FAILPOINT=outputs-sent:3` kills the process with SIGKILL when it reaches that point the
third time. The points are the steps of a checkpoint, in their order.
"""

import os
import signal
from typing import Final

POINTS: Final = ("outputs-sent", "among-blocks", "manifest-written", "before-commit")

_armed, _, _after = os.environ.get("VITALS_FAILPOINT", "").partition(":")
_left = int(_after or 1)


def failpoint(name: str) -> None:
    """Die here if a test asked for it."""
    global _left  # noqa: PLW0603 - a process-wide countdown is what a failpoint is
    if name != _armed:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
