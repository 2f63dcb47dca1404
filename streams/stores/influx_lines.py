"""Rows as InfluxDB line protocol. Pure.

Each point carries typed fields for dashboards and `doc`, the whole row as JSON, from which the
store reads back exactly what was written. A point is (measurement, tags, event time), so a repeated
write overwrites. All fields but a missing number are always written, because a new point does not
clear a field that it lacks; `na` tells readers that an older number must not be believed.
"""

from datetime import UTC, datetime, timedelta
from zlib import crc32

import msgspec

from streams.stores.store import Event, Forecast, Row, Score, StoreRefusedError, Vital
from streams.stores.verdict import Verdict

VITAL, SCORE, FORECAST, FAULT = "vital", "score", "forecast", "fault"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_NS_PER_MS = 1_000_000


def to_ms(instant: datetime) -> int:
    """Unix milliseconds."""
    return (instant - _EPOCH) // _MS


def line_of(row: Row) -> str:
    """One line of line protocol, timestamp in ns.

    Raises:
        StoreRefusedError: An id cannot be a tag (empty, control characters, a final backslash).
    """
    if isinstance(row, Vital):
        return _vital(row)
    if isinstance(row, Score):
        return _score(row)
    if isinstance(row, Forecast):
        return _forecast(row)
    if isinstance(row, Verdict):
        return _verdict(row)
    return _event(row)


def _vital(row: Vital) -> str:
    fields = [
        *_number("value", row.value),
        f"coverage={row.coverage!r}",
        f"revision={row.revision}i",
        f"na={'true' if row.value is None else 'false'}",
        f"level={_text(row.level or '')}",
        f"unit={_text(row.unit)}",
        f"kind={_text(row.kind)}",
        f"doc={_doc(row)}",
    ]
    return _line(_series(VITAL, row.zone, row.indicator), fields, to_ms(row.window_end))


def _score(row: Score) -> str:
    fields = [
        *_number("score", row.score),
        *_number("expected", row.expected),
        *_number("low", row.low),
        *_number("high", row.high),
        *_number("deviation", row.deviation),
        f"view={_text(row.view or '')}",
        f"onset={'true' if row.onset else 'false'}",
        f"new_regime={'true' if row.new_regime else 'false'}",
        f"revision={row.revision}i",
        f"na={'true' if row.score is None else 'false'}",
        f"doc={_doc(row)}",
    ]
    return _line(_series(SCORE, row.zone, row.indicator), fields, to_ms(row.window_end))


def _forecast(row: Forecast) -> str:
    fields = [
        *_number("p10", row.p10),
        *_number("p50", row.p50),
        *_number("p90", row.p90),
        *(part for level, p in row.p_exceed.items() for part in _number(f"p_{level}", p)),
        *_number("skill", row.skill),
        f"method={_text(row.method)}",
        f"revision={row.revision}i",
        f"doc={_doc(row)}",
    ]
    series = f"{_series(FORECAST, row.zone, row.indicator)},horizon={row.horizon}"
    return _line(series, fields, to_ms(row.made_at))


def _verdict(row: Verdict) -> str:
    fields = [
        f"verdict={_text(row.verdict)}",
        f"before={_text(row.before)}",
        f"kind={_text(row.kind)}",
        f"at_fault={'true' if row.verdict == 'fault' else 'false'}",
        f"since={to_ms(row.since)}i",
        f"revision={row.revision}i",
        f"doc={_doc(row)}",
    ]
    series = f"{FAULT},zone={_tag(row.zone)},terminal={_tag(row.terminal)}"
    return _line(f"{series},quantity={_tag(row.quantity)}", fields, to_ms(row.window_end))


def _event(row: Event) -> str:
    """An event. Two events of one place, kind and millisecond must not overwrite each other.

    Their ids tell them apart below the millisecond, where event times have nothing; a tag with
    the id would make every event a series of its own.
    """
    tags = f"zone={_tag(row.zone or '-')},kind={_tag(row.kind or '-')}"
    fields = [
        f"active={'true' if row.active else 'false'}",
        f"subject={_text(row.subject)}",
        f"doc={_doc(row)}",
    ]
    below = crc32(row.id.encode()) % (_NS_PER_MS - 1)
    return f"{row.family.value},{tags} {','.join(fields)} {to_ms(row.time) * _NS_PER_MS + below}"


def _series(measurement: str, zone: str, indicator: str) -> str:
    return f"{measurement},zone={_tag(zone)},indicator={_tag(indicator)}"


def _line(series: str, fields: list[str], ms: int) -> str:
    return f"{series} {','.join(fields)} {ms * _NS_PER_MS}"


def _number(name: str, value: float | None) -> list[str]:
    # Always written as a float: a field that once was an integer refuses floats for ever.
    return [] if value is None else [f"{name}={float(value)!r}"]


def _doc(row: Row) -> str:
    return _text(msgspec.json.encode(row).decode())


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _tag(value: str) -> str:
    if not value or value.endswith("\\") or not value.isprintable():
        raise StoreRefusedError(f"{value!r} cannot be an InfluxDB tag")
    return value.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")
