"""Records of a running system: what its store keeps. Readings themselves are not in a store."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from indicators.vital_sign import VitalSign
from streams.lineage.tree import Found
from streams.stores.store import Family, Store, Vital

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_FAR = timedelta(days=3)
"""Values further back are not looked for where no bound is given."""


class StoredRecords:
    """What a store keeps of a city.

    Args:
        store: The store; it is asked from the thread that calls.
        signs: The catalogue of vital signs.
    """

    lacks = "readings are not kept in the store: `vitals record` them, then `vitals explain`"

    def __init__(self, store: Store, signs: Mapping[str, VitalSign]) -> None:
        self._store, self._signs = store, signs

    def alert(self, id_: str) -> dict[str, Any] | None:
        """See `Records`."""
        for event in self._store.history(Family.ALERT, id_.rpartition("-")[0]):
            if event.id == id_:
                found: dict[str, Any] = msgspec.json.decode(event.body)
                return found
        return None

    def values(self, place: str, after: int, until: int, by: int | None) -> list[dict[str, Any]]:
        """See `Records`; a store has the newest revision only, whenever it was published."""
        newest = [v for v in self._store.latest_vitals() if v.zone == place]
        if after <= 0 and by is None:
            return [_line(vital) for vital in newest]
        last = min(until, by) if by is not None else until
        first = max(after, last - _FAR // _MS)
        since, end = (_EPOCH + (bound + 1) * _MS for bound in (first, last))
        found = [
            _line(vital)
            for about in newest
            for vital in self._store.series(place, about.indicator, since, end)
        ]
        return sorted(found, key=lambda line: (line["window_end"], line["indicator"]))

    def readings(
        self, zone: str, quantities: tuple[str, ...], start: int, end: int, by: int
    ) -> list[Found]:
        """See `Records`: none."""
        del zone, quantities, start, end, by
        return []


def _line(vital: Vital) -> dict[str, Any]:
    """The value as it stood on the topic; when it was published is taken from its window."""
    line: dict[str, Any] = msgspec.to_builtins(vital)
    return line | {"at": line["window_end"]}
