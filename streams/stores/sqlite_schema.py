"""Tables and statements of the SQLite store, with the translation of rows. Times are Unix ms."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from streams.stores.store import Event, Family, Forecast, Score, State, Vital
from streams.stores.verdict import Verdict

SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vitals (
    zone TEXT, indicator TEXT, window_end INTEGER, window_start INTEGER NOT NULL, value REAL,
    unit TEXT NOT NULL, level TEXT, coverage REAL NOT NULL, revision INTEGER NOT NULL,
    reason TEXT, kind TEXT NOT NULL, detail TEXT NOT NULL, about TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (zone, indicator, window_end)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scores (
    zone TEXT, indicator TEXT, window_end INTEGER, score REAL, expected REAL, deviation REAL,
    revision INTEGER NOT NULL, about TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (zone, indicator, window_end)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forecasts (
    zone TEXT, indicator TEXT, window_end INTEGER, revision INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (zone, indicator, window_end)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verdicts (
    zone TEXT, indicator TEXT, window_end INTEGER, revision INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (zone, indicator, window_end)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, family TEXT NOT NULL, subject TEXT NOT NULL, zone TEXT NOT NULL,
    kind TEXT NOT NULL, time INTEGER NOT NULL, step INTEGER NOT NULL, active INTEGER NOT NULL,
    body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_by_subject ON events (family, subject, time);
CREATE INDEX IF NOT EXISTS events_by_time ON events (time);
CREATE TABLE IF NOT EXISTS states (
    family TEXT, subject TEXT, since INTEGER NOT NULL, id TEXT NOT NULL, zone TEXT NOT NULL,
    kind TEXT NOT NULL, time INTEGER NOT NULL, step INTEGER NOT NULL, active INTEGER NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (family, subject)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS states_by_activity ON states (family, active, time);
"""

ADD_ABOUT = "ALTER TABLE {table} ADD COLUMN about TEXT NOT NULL DEFAULT '{{}}'"
"""For a file of a version before this column."""
WITH_ABOUT = ("vitals", "scores")
"""The tables that have it."""

VITAL_COLUMNS = (
    "zone, indicator, window_end, window_start, value, unit, level, coverage, revision, reason,"
    " kind, detail, about"
)
SCORE_COLUMNS = "zone, indicator, window_end, score, expected, deviation, revision, about"
FORECAST_COLUMNS = "zone, indicator, window_end, revision, body"
"""`indicator` is the series, `window_end` when it was made."""
VERDICT_COLUMNS = "zone, indicator, window_end, revision, body"
"""`indicator` is the series: terminal/quantity."""
EVENT_COLUMNS = "id, family, subject, zone, kind, time, step, active, body"
STATE_COLUMNS = "id, family, subject, zone, kind, time, step, active, body, since"


def _upsert(table: str, columns: str, key: int) -> str:
    """Insert; on an equal key overwrite unless the stored revision is higher."""
    names = columns.split(", ")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[key:])
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
        f" ON CONFLICT DO UPDATE SET {changes} WHERE excluded.revision >= revision"
    )


WRITE_VITAL = _upsert("vitals", VITAL_COLUMNS, 3)
WRITE_SCORE = _upsert("scores", SCORE_COLUMNS, 3)
WRITE_FORECAST = _upsert("forecasts", FORECAST_COLUMNS, 3)
WRITE_VERDICT = _upsert("verdicts", VERDICT_COLUMNS, 3)
WRITE_EVENT = f"INSERT OR IGNORE INTO events ({EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
# Two statements, because an older event may move `since` without being the newest state.
WRITE_STATE = (
    f"INSERT INTO states ({STATE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    " ON CONFLICT DO UPDATE SET id = excluded.id, zone = excluded.zone, kind = excluded.kind,"
    " time = excluded.time, step = excluded.step, active = excluded.active, body = excluded.body"
    " WHERE (excluded.time, excluded.step, excluded.id) > (time, step, id)"
)
WRITE_SINCE = "UPDATE states SET since = ? WHERE family = ? AND subject = ? AND since > ?"

# A skip scan: a few seeks per series instead of a walk through all values.
_LATEST = """
WITH RECURSIVE
place(zone) AS (
    SELECT min(zone) FROM {table}
    UNION ALL
    SELECT (SELECT min(t.zone) FROM {table} AS t WHERE t.zone > p.zone)
    FROM place AS p WHERE p.zone IS NOT NULL),
sign(zone, indicator) AS (
    SELECT zone, (SELECT min(t.indicator) FROM {table} AS t WHERE t.zone = place.zone)
    FROM place WHERE zone IS NOT NULL
    UNION ALL
    SELECT s.zone, (SELECT min(t.indicator) FROM {table} AS t
                    WHERE t.zone = s.zone AND t.indicator > s.indicator)
    FROM sign AS s WHERE s.indicator IS NOT NULL)
SELECT {columns} FROM sign CROSS JOIN {table} AS v USING (zone, indicator)
WHERE v.window_end = (SELECT max(m.window_end) FROM {table} AS m
                      WHERE m.zone = sign.zone AND m.indicator = sign.indicator)
ORDER BY zone, indicator
"""
LATEST_VITALS = _LATEST.format(table="vitals", columns=VITAL_COLUMNS)
LATEST_SCORES = _LATEST.format(table="scores", columns=SCORE_COLUMNS)
LATEST_FORECASTS = _LATEST.format(table="forecasts", columns=FORECAST_COLUMNS)
LATEST_VERDICTS = _LATEST.format(table="verdicts", columns=VERDICT_COLUMNS)
# Few rows: verdicts are written when they change.
VERDICTS = (
    f"SELECT {VERDICT_COLUMNS} FROM verdicts"  # noqa: S608
    " WHERE substr(indicator, 1, length(?1) + 1) = ?1 || '/' ORDER BY window_end, indicator"
)
SERIES = (
    f"SELECT {VITAL_COLUMNS} FROM vitals WHERE zone = ? AND indicator = ?"  # noqa: S608
    " AND window_end >= ? AND window_end < ? ORDER BY window_end"
)
STATES = f"SELECT {STATE_COLUMNS} FROM states WHERE family = ?"  # noqa: S608
HISTORY = (
    f"SELECT {EVENT_COLUMNS} FROM events WHERE family = ? AND subject = ?"  # noqa: S608
    " ORDER BY time, step, id"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Unix milliseconds, exact (float arithmetic would lose some)."""
    return (instant - _EPOCH) // _MS


class _About(msgspec.Struct, omit_defaults=True):
    """What nobody asks for by itself, as one column."""

    quality: str = ""
    weights: dict[str, float] = {}
    rules: str = ""
    text: dict[str, str] = {}
    at: int | None = None


class _ScoreAbout(msgspec.Struct, omit_defaults=True):
    """Likewise, of a score."""

    low: float | None = None
    high: float | None = None
    view: str | None = None
    shares: dict[str, float] = {}
    onset: bool = False
    new_regime: bool = False


_about = msgspec.json.Decoder(_About)
_score_about = msgspec.json.Decoder(_ScoreAbout)
_forecast = msgspec.json.Decoder(Forecast)
_verdict = msgspec.json.Decoder(Verdict)


def from_ms(ms: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + ms * _MS


def of_vital(row: Vital) -> tuple[Any, ...]:
    """The row's columns."""
    detail = msgspec.json.encode(row.detail).decode()
    at = None if row.at is None else to_ms(row.at)
    about = _About(row.quality, row.weights, row.rules, row.text, at)
    return (
        row.zone, row.indicator, to_ms(row.window_end), to_ms(row.window_start), row.value,
        row.unit, row.level, row.coverage, row.revision, row.reason, row.kind, detail,
        msgspec.json.encode(about).decode(),
    )  # fmt: skip


def of_score(row: Score) -> tuple[Any, ...]:
    """The row's columns."""
    about = _ScoreAbout(row.low, row.high, row.view, row.shares, row.onset, row.new_regime)
    return (
        row.zone, row.indicator, to_ms(row.window_end), row.score, row.expected, row.deviation,
        row.revision, msgspec.json.encode(about).decode(),
    )  # fmt: skip


def of_forecast(row: Forecast) -> tuple[Any, ...]:
    """The row's columns."""
    body = msgspec.json.encode(row).decode()
    return row.zone, row.series, to_ms(row.made_at), row.revision, body


def of_verdict(row: Verdict) -> tuple[Any, ...]:
    """The row's columns."""
    body = msgspec.json.encode(row).decode()
    return row.zone, row.series, to_ms(row.window_end), row.revision, body


def of_event(row: Event) -> tuple[Any, ...]:
    """The row's columns."""
    time = to_ms(row.time)
    return (
        row.id, row.family.value, row.subject, row.zone, row.kind, time, row.step,
        int(row.active), row.body,
    )  # fmt: skip


def to_vital(columns: Sequence[Any]) -> Vital:
    """The row of these columns."""
    (
        zone, indicator, end, start, value, unit, level, coverage, revision, reason, kind, detail,
        about_text,
    ) = columns  # fmt: skip
    about = _about.decode(about_text)
    return Vital(
        zone=zone, indicator=indicator, window_start=from_ms(start), window_end=from_ms(end),
        value=value, unit=unit, level=level, coverage=coverage, revision=revision, reason=reason,
        kind=kind, detail=msgspec.json.decode(detail), quality=about.quality,
        weights=about.weights, rules=about.rules, text=about.text,
        at=None if about.at is None else from_ms(about.at),
    )  # fmt: skip


def to_score(columns: Sequence[Any]) -> Score:
    """The row of these columns."""
    zone, indicator, end, score, expected, deviation, revision, about_text = columns
    about = _score_about.decode(about_text)
    return Score(
        zone=zone, indicator=indicator, window_end=from_ms(end), score=score, expected=expected,
        low=about.low, high=about.high, deviation=deviation, view=about.view,
        shares=about.shares, onset=about.onset, new_regime=about.new_regime, revision=revision,
    )  # fmt: skip


def to_forecast(columns: Sequence[Any]) -> Forecast:
    """The row of these columns."""
    return _forecast.decode(columns[4])


def to_verdict(columns: Sequence[Any]) -> Verdict:
    """The row of these columns."""
    return _verdict.decode(columns[4])


def to_event(columns: Sequence[Any]) -> Event:
    """The row of these columns; a state's `since` behind them is ignored."""
    id_, family, subject, zone, kind, time, step, active, body = columns[:9]
    return Event(
        id=id_, family=Family(family), subject=subject, zone=zone, kind=kind, time=from_ms(time),
        step=step, active=bool(active), body=body,
    )  # fmt: skip


def to_state(columns: Sequence[Any]) -> State:
    """The state of these columns."""
    return State(to_event(columns), from_ms(columns[9]))
