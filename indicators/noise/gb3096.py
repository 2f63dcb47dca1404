"""Quality standard for noise GB 3096-2008: limits by functional zone; what is day and night."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from indicators.noise.settings import NoiseSettings

LIMITS: Final = {
    # Functional zone → (day, night), dB(A); GB 3096-2008 table 1. [V secondary]
    "0": (50.0, 40.0),
    "1": (55.0, 45.0),
    "2": (60.0, 50.0),
    "3": (65.0, 55.0),
    "4a": (70.0, 55.0),
    "4b": (70.0, 60.0),
}
SUDDEN_DB: Final = 15.0
"""By night a sudden noise may pass the limit by so much. [V]"""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def limit(noise_class: str, *, at_night: bool) -> float:
    """Limit of the equivalent level in a functional zone, dB(A).

    Raises:
        KeyError: There is no such functional zone.
    """
    return LIMITS[noise_class][at_night]


def is_night(settings: NoiseSettings, hour: int) -> bool:
    """Whether a local hour, 0-23, belongs to the night."""
    return not settings.day_hour <= hour < settings.night_hour


def local(at: int, timezone: str) -> datetime:
    """Local time of an instant in Unix ms."""
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(timezone))


def day_of(settings: NoiseSettings, at: int, timezone: str) -> date:
    """The date that an instant (Unix ms) counts to: a night belongs to the day before it."""
    return (local(at, timezone) - timedelta(hours=settings.day_hour)).date()
