"""The store of production: InfluxDB 1.8 (Flux enabled) or 2.x, by line protocol.

InfluxDB keeps the last write of a point and knows no revisions, so the writer keeps the books: the
revisions that it wrote or read lately, and the newest window of each series. A window newer than
that is new; of any other that it has no book of, it asks the server before it writes. The books of
two writers of the same zone would disagree; zones are partitioned, so there is one at a time.

How long values are kept is the bucket's retention, which counts from the server's clock; a bucket
for old recordings must keep them for ever.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from streams.stores.board import Board
from streams.stores.influx_lines import FAULT, FORECAST, SCORE, VITAL, line_of, to_ms
from streams.stores.influx_link import BEGINNING, END, InfluxAddress, InfluxLink, quoted
from streams.stores.store import Event, Family, Forecast, Row, Score, State, Value, Vital
from streams.stores.verdict import Verdict

_REMEMBERED = 200_000
"""Revisions in the books; about 30 MB."""
_TYPES: dict[str, type[Vital] | type[Score] | type[Forecast] | type[Verdict]] = {
    VITAL: Vital,
    SCORE: Score,
    FORECAST: Forecast,
    FAULT: Verdict,
}
_TAGS = "".join(f', "{tag}"' for tag in ("indicator", "horizon", "terminal", "quantity"))
_MARGIN = timedelta(hours=2)
"""How far behind the newest time other writers' news are looked for."""
_FAMILIES = " or ".join(f'r._measurement == "{family.value}"' for family in Family)


class _Point(NamedTuple):
    """Identity of a value: measurement, series, window end in Unix ms."""

    measurement: str
    zone: str
    series: str
    ms: int


class InfluxStore:
    """A store in InfluxDB.

    Args:
        address: Where it is.
        timeout: Of one call to the server, s.
        refresh: Seconds for which "the newest" is answered from memory before the server is asked
            what other processes wrote.
    """

    def __init__(
        self, address: InfluxAddress, *, timeout: float = 10.0, refresh: float = 2.0
    ) -> None:
        self._link = InfluxLink(address, timeout)
        self._lock = threading.RLock()
        self._revisions: OrderedDict[_Point, int] = OrderedDict()
        self._newest: dict[tuple[str, str, str], int] = {}
        self._board = Board()
        self._refresh_seconds = refresh
        self._refreshed: float | None = None
        self._seen = BEGINNING
        where = f"{address.url}\n{address.org}\n{address.bucket}"
        self.identity = f"influx-{hashlib.sha256(where.encode()).hexdigest()[:12]}"

    def write(self, rows: Sequence[Row]) -> None:
        """Keep rows; see `Store.write`."""
        with self._lock:
            if self._refreshed is None:
                self._refresh()
            values = _highest(rows)
            self._look_up(point for point in values if self._is_unknown(point))
            kept = [row for point, row in values.items() if row.revision >= self._revision(point)]
            events = {row.id: row for row in rows if isinstance(row, Event)}
            self._link.write([line_of(row) for row in (*kept, *events.values())])
            self._note(kept, list(events.values()))

    def latest_vitals(self) -> list[Vital]:
        """See `Store.latest_vitals`."""
        with self._lock:
            vitals = self._fresh().vitals
            return [vitals[key] for key in sorted(vitals)]

    def latest_scores(self) -> list[Score]:
        """See `Store.latest_scores`."""
        with self._lock:
            scores = self._fresh().scores
            return [scores[key] for key in sorted(scores)]

    def latest_forecasts(self) -> list[Forecast]:
        """See `Store.latest_forecasts`."""
        with self._lock:
            found = self._fresh().forecasts.values()
            return sorted(found, key=lambda row: (row.zone, row.indicator, row.horizon))

    def latest_verdicts(self) -> list[Verdict]:
        """See `Store.latest_verdicts`."""
        with self._lock:
            verdicts = self._fresh().verdicts
            return [verdicts[key] for key in sorted(verdicts)]

    def verdicts(self, terminal: str) -> list[Verdict]:
        """See `Store.verdicts`."""
        where = f'r._measurement == "{FAULT}" and r.terminal == {quoted(terminal)}'
        docs = self._docs(where, BEGINNING, END)
        found = (msgspec.json.decode(doc, type=Verdict) for doc in docs)
        return sorted(found, key=lambda row: (row.window_end, row.series))

    def series(self, zone: str, indicator: str, since: datetime, until: datetime) -> list[Vital]:
        """See `Store.series`."""
        where = f"r.zone == {quoted(zone)} and r.indicator == {quoted(indicator)}"
        docs = self._docs(f'r._measurement == "{VITAL}" and {where}', since, until)
        found = (msgspec.json.decode(doc, type=Vital) for doc in docs)
        return sorted(found, key=lambda row: row.window_end)

    def alerts(self, *, active_only: bool) -> list[State]:
        """See `Store.alerts`."""
        with self._lock:
            return self._fresh().states(Family.ALERT, active_only=active_only)

    def orders(self, *, open_only: bool) -> list[State]:
        """See `Store.orders`."""
        with self._lock:
            return self._fresh().states(Family.WORKORDER, active_only=open_only)

    def order(self, order: str) -> State | None:
        """See `Store.order`."""
        with self._lock:
            return self._fresh().state(Family.WORKORDER, order)

    def refusals(self) -> list[State]:
        """See `Store.refusals`."""
        with self._lock:
            return self._fresh().states(Family.REFUSAL, active_only=False)

    def history(self, family: Family, subject: str) -> list[Event]:
        """See `Store.history`."""
        with self._lock:
            state = self._fresh().state(family, subject)
        if state is None:
            return []
        docs = self._docs(f'r._measurement == "{family.value}"', state.since, END)
        events = (msgspec.json.decode(doc, type=Event) for doc in docs)
        return sorted((e for e in events if e.subject == subject), key=lambda e: e.position)

    def close(self) -> None:
        """Release the connections."""
        self._link.close()

    # The books.

    def _revision(self, point: _Point) -> int:
        return self._revisions.get(point, -1)

    def _is_unknown(self, point: _Point) -> bool:
        newest = self._newest.get(point[:3])
        return newest is not None and point.ms <= newest and point not in self._revisions

    def _look_up(self, points: Iterable[_Point]) -> None:
        """Ask the server for the revisions of these points, one question per measurement."""
        unknown = sorted(points)
        for measurement in _TYPES:
            wanted = {point for point in unknown if point.measurement == measurement}
            if not wanted:
                continue
            first, last = min(p.ms for p in wanted), max(p.ms for p in wanted)
            found = self._asked_revisions(measurement, _at(first), _at(last + 1))
            for point in wanted:
                self._remember(point, found.get(point, -1))

    def _asked_revisions(
        self, measurement: str, since: datetime, until: datetime, *, last: bool = False
    ) -> dict[_Point, int]:
        """Revisions that the server has in [since, until); `last`: of each series' newest only."""
        rows = self._link.ask(
            since, until,
            f'|> filter(fn: (r) => r._measurement == "{measurement}" and r._field == "revision")'
            f' {"|> last()" if last else ""} |> group()'
            f' |> keep(columns: ["_time", "_value", "zone"{_TAGS}])',
        )  # fmt: skip
        return {
            _Point(measurement, row["zone"], _series(row),
                   to_ms(datetime.fromisoformat(row["_time"]))): int(row["_value"])
            for row in rows
        }  # fmt: skip

    def _remember(self, point: _Point, revision: int) -> None:
        self._revisions[point] = revision
        self._revisions.move_to_end(point)
        if len(self._revisions) > _REMEMBERED:
            self._revisions.popitem(last=False)

    def _note(self, values: Sequence[Value], events: Sequence[Event]) -> None:
        """Book what the server now has."""
        for row in values:
            point = _point(row)
            self._remember(point, row.revision)
            self._newest[point[:3]] = max(point.ms, self._newest.get(point[:3], point.ms))
            self._board.take(row)
        self._board.take_events(events)

    # What others wrote.

    def _fresh(self) -> Board:
        """The board, not older than the refresh."""
        asked = self._refreshed
        if asked is None or time.monotonic() - asked >= self._refresh_seconds:
            self._refresh()
        return self._board

    def _refresh(self) -> None:
        """Read from the server what is newer than the books; everything at the first time."""
        began = time.monotonic()
        since = self._seen if self._seen == BEGINNING else self._seen - _MARGIN
        for measurement in _TYPES:
            found = self._asked_revisions(measurement, since, END, last=True)
            self._take_newer(measurement, found)
        docs = self._docs(f"({_FAMILIES})", since, END)
        events = [msgspec.json.decode(doc, type=Event) for doc in docs]
        self._board.take_events(events)
        newest = [_at(ms) for ms in self._newest.values()] + [event.time for event in events]
        self._seen = max(newest, default=self._seen)
        self._refreshed = began

    def _take_newer(self, measurement: str, found: dict[_Point, int]) -> None:
        newer = {
            point for point, revision in found.items()
            if (point.ms, revision)
            > (self._newest.get(point[:3], -1), self._revisions.get(point, -1))
        }  # fmt: skip
        for ms in sorted({point.ms for point in newer}):
            docs = self._docs(f'r._measurement == "{measurement}"', _at(ms), _at(ms + 1))
            rows = [msgspec.json.decode(doc, type=_TYPES[measurement]) for doc in docs]
            self._note(rows, [])

    def _docs(self, condition: str, since: datetime, until: datetime) -> list[str]:
        rest = (
            f'|> filter(fn: (r) => r._field == "doc" and {condition})'
            ' |> group() |> keep(columns: ["_value"])'
        )
        return [row["_value"] for row in self._link.ask(since, until, rest)]


def _at(ms: int) -> datetime:
    return BEGINNING + timedelta(milliseconds=ms)


def _series(row: dict[str, str]) -> str:
    """The series of a point, by its tags."""
    if row.get("terminal"):
        return f"{row['terminal']}/{row['quantity']}"
    horizon = row.get("horizon")
    return f"{row['indicator']}/{horizon}" if horizon else row["indicator"]


def _point(row: Value) -> _Point:
    measurement = next(name for name, kind in _TYPES.items() if isinstance(row, kind))
    return _Point(measurement, row.zone, row.series, to_ms(row.window_end))


def _highest(rows: Iterable[Row]) -> dict[_Point, Value]:
    """The values of a batch, of each identity the highest revision, of equal ones the last."""
    highest: dict[_Point, Value] = {}
    for row in rows:
        if isinstance(row, Event):
            continue
        point = _point(row)
        known = highest.get(point)
        if known is None or row.revision >= known.revision:
            highest[point] = row
    return highest
