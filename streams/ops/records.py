"""Kafka records → rows of the store. Pure; what cannot be read becomes a fault, never an error."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from streams import topics
from streams.stores.store import Event, Family, Forecast, Row, Score, Vital
from streams.stores.verdict import Verdict

_MESSAGE_STEPS = {"Alert": 0, "Update": 1, "Cancel": 2}
_CLOSED = "closed"
_REFUSED = "cn.cityvitals.workorder.refused.v1"


_OF_LINES = (topics.VITALS, topics.SCORES, topics.FORECASTS, topics.FAULTS)


class Fault(NamedTuple):
    """A line that cannot be read, and why."""

    line: bytes
    why: str


class Decoded(NamedTuple):
    """What one record holds."""

    rows: list[Row]
    faults: list[Fault]


class _CloudEvent(msgspec.Struct, frozen=True):
    id: str
    type: str
    time: datetime
    data: dict[str, Any]


_vital = msgspec.json.Decoder(Vital)
_score = msgspec.json.Decoder(Score)
_forecast = msgspec.json.Decoder(Forecast)
_verdict = msgspec.json.Decoder(Verdict)
_cloud_event = msgspec.json.Decoder(_CloudEvent)


def decode(topic: str, value: bytes) -> Decoded:
    """Read one record.

    Args:
        topic: vitals, scores, forecasts, faults, alerts or workorders, without the prefix.
        value: The record's value: NDJSON, or one CloudEvent.

    Raises:
        KeyError: The topic is none of these.
    """
    read = _READERS[topic]
    rows: list[Row] = []
    faults: list[Fault] = []
    for line in value.split(b"\n") if topic in _OF_LINES else [value]:
        if not line.strip():
            continue
        try:
            rows.append(read(line))
        # ValueError: not JSON, not of this shape, a date of no calendar; RecursionError: too deep.
        except (ValueError, RecursionError) as error:
            faults.append(Fault(line, str(error)))
    return Decoded(rows, faults)


def _vital_row(line: bytes) -> Row:
    row = _vital.decode(line)
    start, end = _instant(row.window_start), _instant(row.window_end)
    at = None if row.at is None else _instant(row.at)
    return msgspec.structs.replace(row, window_start=start, window_end=end, at=at)


def _score_row(line: bytes) -> Row:
    row = _score.decode(line)
    return msgspec.structs.replace(row, window_end=_instant(row.window_end))


def _forecast_row(line: bytes) -> Row:
    row = _forecast.decode(line)
    return msgspec.structs.replace(row, made_at=_instant(row.made_at))


def _verdict_row(line: bytes) -> Row:
    row = _verdict.decode(line)
    evidence = [msgspec.structs.replace(part, since=_instant(part.since)) for part in row.evidence]
    return msgspec.structs.replace(
        row, window_end=_instant(row.window_end), since=_instant(row.since),
        at=_instant(row.at), evidence=evidence,
    )  # fmt: skip


def _alert_row(line: bytes) -> Row:
    event = _cloud_event.decode(line)
    message = _text(event.data, "msgType") or "Alert"
    return _event(
        line, event, Family.ALERT, _required(event.data, "incident"),
        step=_MESSAGE_STEPS.get(message, 1), active=message != "Cancel",
    )  # fmt: skip


def _workorder_row(line: bytes) -> Row:
    event = _cloud_event.decode(line)
    order = _required(event.data, "order")
    if event.type == _REFUSED:
        return _event(line, event, Family.REFUSAL, order, step=0, active=False)
    history = event.data.get("history")
    step = history if isinstance(history, int) else 0
    active = _required(event.data, "state") != _CLOSED
    return _event(line, event, Family.WORKORDER, order, step=step, active=active)


def _event(
    line: bytes, cloud: _CloudEvent, family: Family, subject: str, *, step: int, active: bool
) -> Event:
    return Event(
        id=cloud.id, family=family, subject=subject, zone=_text(cloud.data, "zone"),
        kind=_text(cloud.data, "kind"), time=_instant(cloud.time), step=step, active=active,
        body=line.decode(),
    )  # fmt: skip


_READERS: Mapping[str, Callable[[bytes], Row]] = {
    topics.VITALS: _vital_row,
    topics.SCORES: _score_row,
    topics.FORECASTS: _forecast_row,
    topics.FAULTS: _verdict_row,
    topics.ALERTS: _alert_row,
    topics.WORKORDERS: _workorder_row,
}


def _instant(time: datetime) -> datetime:
    """UTC in whole milliseconds, the resolution of every store."""
    if time.tzinfo is None:
        raise ValueError(f"time {time.isoformat()} has no offset")
    utc = time.astimezone(UTC)
    return utc - timedelta(microseconds=utc.microsecond % 1000)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _required(data: Mapping[str, Any], name: str) -> str:
    value = _text(data, name)
    if not value:
        raise ValueError(f"data has no {name!r}")
    return value
