"""Named points at which a test kills the worker; without `VITALS_FAILPOINT` they cost a comparison.

`VITALS_FAILPOINT=outputs-sent:3` kills the process with SIGKILL when it reaches that point the
third time. The points are the steps of a checkpoint, in their order: outputs acknowledged, half of
the blocks acknowledged, manifest acknowledged, inputs acknowledged but not yet committed.
"""

import asyncio
import os
import signal
from collections.abc import Collection
from typing import Final

from streams.topics import VITALS

POINTS: Final = ("outputs-sent", "among-blocks", "manifest-written", "before-commit")

_armed, _, _after = os.environ.get("VITALS_FAILPOINT", "").partition(":")
_left = int(_after or 1)


async def failpoint(name: str, sent: Collection["asyncio.Future[object]"] = ()) -> None:
    """Die here if a test asked for it.

    At `outputs-sent` only where vital signs were sent: without them nothing would come twice.

    Args:
        name: One of `POINTS`.
        sent: What Kafka is to have acknowledged before; nothing is waited for unless it is armed.
    """
    global _left  # noqa: PLW0603 - a process-wide countdown is what a failpoint is
    if name != _armed:
        return
    if sent:
        await asyncio.wait(sent)
    if name == "outputs-sent" and not any(map(_is_of_vitals, sent)):
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


def _is_of_vitals(sent: "asyncio.Future[object]") -> bool:
    """Whether a record that Kafka has acknowledged went to the topic of vital signs."""
    return sent.exception() is None and getattr(sent.result(), "topic", "").endswith(VITALS)
