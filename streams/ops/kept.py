"""A text that is costly to make, made at most once a period however many ask."""

import threading
import time
from collections.abc import Callable


class Kept:
    """Gives the text; those who ask while it is made wait for it.

    Args:
        make: Makes it. Its errors are passed on, and the next one who asks tries again.
        seconds: How long a text is kept.
    """

    def __init__(self, make: Callable[[], str], seconds: float) -> None:
        self._make, self._seconds = make, seconds
        self._lock = threading.Lock()
        self._text = ""
        self._until = float("-inf")

    def __call__(self) -> str:
        """The text, at most `seconds` old."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._text = self._make()
                self._until = time.monotonic() + self._seconds
            return self._text
