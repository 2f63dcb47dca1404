"""Records of a running system: what its store keeps. Readings themselves are in Kafka."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, Final

import msgspec

from indicators.rounding import rfc3339
from sensors.city import City
from streams.stores.store import Event, Family, Store, Vital

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_UNTOLD_MS: Final = 15 * 60_000
"""Values that were stored without their `at` are taken to be published so long after their end."""
_FIRST_LOOK_MS: Final = 3_600_000


class StoredRecords:
    """What a store keeps of a city: of each window the newest revision, whenever it was published.

    The newest values of all are read once; each question is asked of records of its own.

    Args:
        store: The store; it is asked from the thread that calls.
        city: Tells the time zones of places.
    """

    def __init__(self, store: Store, city: City) -> None:
        self._store, self._city = store, city

    def event(self, id_: str) -> dict[str, Any] | None:
        """See `Records`."""
        for family in (Family.ALERT, Family.WORKORDER):
            events = self._store.history(family, id_)
            if events:
                return _tree(events[-1])
            for event in self._store.history(family, id_.rpartition("-")[0]):
                if event.id == id_:
                    return _tree(event)
        return None

    def incident(self, id_: str) -> list[dict[str, Any]]:
        """See `Records`."""
        return [_tree(event) for event in self._store.history(Family.ALERT, id_)]

    def values(
        self, place: str, signs: Collection[str], after: int, until: int, by: int | None
    ) -> list[dict[str, Any]]:
        """See `Records`."""
        last = until if by is None else min(until, by)
        since, end = (_EPOCH + (bound + 1) * _MS for bound in (after, last))
        found = [
            vital
            for sign in sorted(signs)
            for vital in self._store.series(place, sign, since, end)
            if _was_published(vital, by)
        ]
        return [self._line(v) for v in sorted(found, key=lambda v: (v.window_end, v.indicator))]

    def newest(
        self, place: str, signs: Collection[str], within: int, by: int | None
    ) -> list[dict[str, Any]]:
        """See `Records`."""
        found = []
        for vital in self._latest.get(place, ()):
            if vital.indicator in signs:
                if _was_published(vital, by):
                    found.append(self._line(vital))
                elif by is not None:
                    found += self._before(place, vital.indicator, within, by)
        return found

    @cached_property
    def _latest(self) -> dict[str, list[Vital]]:
        """Place → the newest value of each of its signs, by sign."""
        return {
            place: list(vitals)
            for place, vitals in groupby(self._store.latest_vitals(), key=lambda v: v.zone)
        }

    def _before(self, place: str, sign: str, within: int, by: int) -> list[dict[str, Any]]:
        """The newest value of a sign by a time, looked for ever further back."""
        span = min(_FIRST_LOOK_MS, within)
        while not (found := self.values(place, (sign,), by - span, by, by)) and span < within:
            span = min(5 * span, within)
        return found[-1:]

    def _line(self, vital: Vital) -> dict[str, Any]:
        """The value as it stood on the topic."""
        timezone = self._timezone(vital.zone)
        stamps = {
            "window_start": _ms(vital.window_start),
            "window_end": _ms(vital.window_end),
            "at": _published(vital),
        }
        line: dict[str, Any] = msgspec.to_builtins(vital)
        return line | {name: rfc3339(ms, timezone) for name, ms in stamps.items()}

    def _timezone(self, place: str) -> str:
        zones = self._city.zones
        if place in zones:
            return zones[place].timezone
        within = (z.timezone for z in zones.values() if place in (z.town, z.district))
        return next(within, "UTC")


def _tree(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(event.body)
    return found


def _ms(instant: datetime) -> int:
    return (instant - _EPOCH) // _MS


def _published(vital: Vital) -> int:
    """When a value was published, Unix ms."""
    return _ms(vital.window_end) + _UNTOLD_MS if vital.at is None else _ms(vital.at)


def _was_published(vital: Vital, by: int | None) -> bool:
    """Whether a value stood at a time; of one that was corrected since, the window had ended."""
    if by is None:
        return True
    is_first = vital.revision == 0 and vital.at is not None
    return (_published(vital) if is_first else _ms(vital.window_end)) <= by
