from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from anomaly.faults.evidence import Evidence, FaultVerdict, Ruling
from anomaly.faults.zone_faults import FaultChange
from streams.engine.fault_lines import publish_fault
from streams.ops.records import decode
from streams.stores.store import Event, Family, Forecast, Score, Vital
from streams.stores.verdict import Found, Verdict

VITAL = {
    "at": "2026-06-01T12:00:05+08:00", "zone": "a", "indicator": "water_depth",
    "window_start": "2026-06-01T11:59:00+08:00", "window_end": "2026-06-01T12:00:00+08:00",
    "value": 0.2, "unit": "m", "level": "W4", "coverage": 1.0, "revision": 0, "reason": None,
    "detail": {"n": 3}, "kind": "zone",
}  # fmt: skip


def lines(*values: Any) -> Any:
    return b"\n".join(msgspec.json.encode(value) for value in values)


def an_event(type_: Any, **data: Any) -> bytes:
    return msgspec.json.encode({
        "specversion": "1.0", "id": "e1", "source": "/s", "type": type_, "subject": "x",
        "time": "2026-06-01T12:00:00.1239+08:00", "data": data,
    })  # fmt: skip


def only_event(topic: str, value: bytes) -> Event:
    """The one event of a record without faults."""
    (row,), faults = decode(topic, value)
    assert faults == []
    assert isinstance(row, Event)
    return row


def test_record_of_several_lines_gives_several_rows() -> None:
    rows, faults = decode("vitals", lines(VITAL, {**VITAL, "zone": "b"}) + b"\n\n")
    assert [row.zone for row in rows] == ["a", "b"]
    assert isinstance(rows[0], Vital)
    assert rows[0].window_end == datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert (rows[0].detail, faults) == ({"n": 3}, [])


@pytest.mark.parametrize(
    "bad",
    [
        b"{", b"[]", b"\xff\xfe", b'{"zone":1}', b"[" * 100_000,
        lines({**VITAL, "window_end": "2026-06-01T12:00:00"}),
        lines({**VITAL, "value": "deep"}), lines({**VITAL, "window_end": "2026-13-01T00:00:00Z"}),
    ],
)  # fmt: skip
def test_poisoned_line_does_not_take_its_neighbours_with_it(bad: Any) -> None:
    rows, faults = decode("vitals", lines(VITAL) + b"\n" + bad + b"\n" + lines(VITAL))
    assert len(rows) == 2
    assert [fault.line for fault in faults] == [bad]
    assert faults[0].why


def test_score_that_is_still_learning_is_a_row() -> None:
    score = {"at": 1.0, "zone": "a", "indicator": "x", "window_end": "2026-06-01T12:00:00+08:00",
             "score": None, "expected": None, "deviation": None, "revision": 0}  # fmt: skip
    rows, faults = decode("scores", lines(score))
    assert isinstance(rows[0], Score)
    assert (rows[0].score, faults) == (None, [])


def test_forecast_is_a_row_of_its_sign_and_horizon() -> None:
    line = {"at": "x", "zone": "a", "indicator": "water_depth", "horizon": 1800,
            "made_at": "2026-06-01T12:00:00.0004+08:00", "method": "ponding", "p10": 0, "p50": 0.1,
            "p90": 0.4, "p_exceed": {"W4": 0.2}, "reached_in": {"W4": [240, None, None]},
            "skill": None}  # fmt: skip
    rows, faults = decode("forecasts", lines(line, line))
    assert faults == []
    assert len(rows) == 2
    assert isinstance(rows[0], Forecast)
    assert rows[0].series == "water_depth/1800"
    assert rows[0].made_at == datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert rows[0].reached_in == {"W4": (240.0, None, None)}


def test_what_the_engine_tells_of_a_sensor_is_a_row_of_its_series() -> None:
    found = Evidence("flat_line", "72 readings", "72 个读数", 0.91234, 1_780_286_400_000)
    verdict = FaultVerdict(
        Ruling.FAULT, "flat_line", (found,), 1_780_286_400_000, 1_780_300_800_000
    )
    change = FaultChange("WL-07", "water_depth", "clear", verdict)
    line = publish_fault(change, 1_780_300_805_000, "a", "Asia/Shanghai")
    (row,), faults = decode("faults", line.body)
    assert faults == []
    assert isinstance(row, Verdict)
    assert (row.series, row.verdict, row.before) == ("WL-07/water_depth", "fault", "clear")
    assert row.since == datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert row.at - row.window_end == timedelta(seconds=5)
    assert row.evidence[0] == Found(
        kind="flat_line", side="fault", strength=0.9123, since=row.since, zh="72 个读数",
        en="72 readings",
    )  # fmt: skip
    assert row.text == {"zh": "72 个读数", "en": "72 readings"}


@pytest.mark.parametrize(
    ("message", "step", "active"), [("Alert", 0, True), ("Update", 1, True), ("Cancel", 2, False)]
)
def test_alert_holds_until_it_is_cancelled(message: Any, step: Any, active: Any) -> None:
    value = an_event(
        "cn.cityvitals.alert.v1", incident="i", zone="a", kind="crowd", msgType=message
    )
    row = only_event("alerts", value)
    assert (row.family, row.subject, row.kind) == (Family.ALERT, "i", "crowd")
    assert (row.step, row.active) == (step, active)
    assert row.body.encode() == value


def test_time_is_kept_in_whole_milliseconds() -> None:
    row = only_event("alerts", an_event("cn.cityvitals.alert.v1", incident="i"))
    assert row.time == datetime(2026, 6, 1, 4, 0, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "active"), [("new", True), ("verifying", True), ("closed", False)]
)
def test_order_is_open_until_it_is_closed(state: Any, active: Any) -> None:
    value = an_event(f"cn.cityvitals.workorder.{state}.v1", order="o", state=state, history=4)
    row = only_event("workorders", value)
    assert (row.family, row.subject, row.step, row.active) == (Family.WORKORDER, "o", 4, active)


def test_refused_command_is_not_a_state_of_the_order() -> None:
    value = an_event("cn.cityvitals.workorder.refused.v1", order="o", command="c", reason="closed")
    row = only_event("workorders", value)
    assert (row.family, row.subject) == (Family.REFUSAL, "o")


@pytest.mark.parametrize("topic", ["alerts", "workorders"])
@pytest.mark.parametrize(
    "value", [b"", b"null", an_event("t", other=1), an_event("t", incident=1, order=2)]
)
def test_event_without_a_subject_is_a_fault_or_nothing(topic: Any, value: Any) -> None:
    rows, faults = decode(topic, value)
    assert rows == []
    assert len(faults) == (1 if value else 0)
