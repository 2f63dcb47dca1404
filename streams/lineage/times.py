"""Times of published records."""

from datetime import datetime
from functools import lru_cache


@lru_cache(maxsize=65536)
def instant_of(text: str) -> int:
    """An RFC 3339 time with offset as Unix ms.

    Raises:
        ValueError: It is none, or has no offset.

    Example:
        >>> instant_of("2026-06-01T12:00:00.500+08:00")
        1780286400500
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} needs an offset, e.g. +08:00")
    return round(found.timestamp() * 1000)
