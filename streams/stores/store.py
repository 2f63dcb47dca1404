"""What a store keeps and how it is asked; every store passes the same contract suite."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from streams.stores.verdict import Verdict


class StoreUnavailableError(Exception):
    """The store cannot be reached or cannot write now; the same call may succeed later."""


class StoreRefusedError(Exception):
    """The store will never take this; trying again is of no use.

    Args:
        reason: What the store said.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Vital(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a vital sign. Its identity is (zone, indicator, window_end).

    Attributes:
        zone: Zone, town or district id.
        indicator: Id of the vital sign.
        window_start: First instant of the window, aware.
        window_end: First instant after it, aware, whole milliseconds.
        value: In `unit`; None is NA.
        unit: Unit.
        level: Level id, None where no level is reached.
        coverage: Share of the expected readings that arrived, 0–1.
        revision: 0 at first, then one more for each correction.
        reason: Why the value is NA.
        kind: zone, town or district.
        detail: What the value is made of.
        quality: pass, suspect or missing; empty where it was not judged.
        weights: Terminal → share in the value, 0–1.
        rules: Version of the rules by which it was made.
        text: The value in one sentence, by language (zh, en).
        at: Stream time at which it was published, aware, whole milliseconds; None where it was
            stored before this was kept.
    """

    zone: str
    indicator: str
    window_start: datetime
    window_end: datetime
    value: float | None
    unit: str = ""
    level: str | None = None
    coverage: float = 1.0
    revision: int = 0
    reason: str | None = None
    kind: str = "zone"
    detail: dict[str, Any] = {}
    quality: str = ""
    weights: dict[str, float] = {}
    rules: str = ""
    text: dict[str, str] = {}
    at: datetime | None = None

    @property
    def series(self) -> str:
        """The indicator."""
        return self.indicator


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How unusual a value is. Its identity is (zone, indicator, window_end).

    Attributes:
        zone: Zone id.
        indicator: Id of the vital sign.
        window_end: The value's window end, aware.
        score: 0–1, unusual from 0.5 on; None while learning.
        expected: In the sign's unit.
        low: One value of ten was expected below this.
        high: One value of ten was expected above this.
        deviation: Value less expectation, in robust standard deviations.
        view: What adds most to the score; see `anomaly.surprise`.
        shares: Of a joint score: sign → its share of what is unusual.
        onset: Whether something unusual begins here.
        new_regime: Whether the series has been another one for days and is learnt anew.
        revision: As of the vital sign.
    """

    zone: str
    indicator: str
    window_end: datetime
    score: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    deviation: float | None = None
    view: str | None = None
    shares: dict[str, float] = {}
    onset: bool = False
    new_regime: bool = False
    revision: int = 0

    @property
    def series(self) -> str:
        """The indicator."""
        return self.indicator


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a vital sign is expected to come to. Its identity is (zone, series, made_at).

    Attributes:
        zone: Zone id.
        indicator: Id of the vital sign.
        horizon: Seconds after `made_at` of which it tells.
        made_at: End of the newest window that it knows, aware.
        p10: The value is below this with a probability of 0.1; in the sign's unit.
        p50: The median.
        p90: The value is below this with a probability of 0.9.
        p_exceed: Level id → probability of this level or a worse one, 0–1.
        reached_in: Level id → seconds after `made_at` in which the level is reached with the
            probabilities 0.1, 0.5 and 0.9; None: not within the horizons.
        method: What made it.
        skill: How much less it erred than persistence lately, 1 at most; None while unknown.
    """

    zone: str
    indicator: str
    horizon: int
    made_at: datetime
    p10: float
    p50: float
    p90: float
    p_exceed: dict[str, float] = {}
    reached_in: dict[str, tuple[float | None, float | None, float | None]] = {}
    method: str = ""
    skill: float | None = None

    @property
    def series(self) -> str:
        """Indicator and horizon."""
        return f"{self.indicator}/{self.horizon}"

    @property
    def window_end(self) -> datetime:
        """`made_at`: what orders the values of a series."""
        return self.made_at

    @property
    def revision(self) -> int:
        """Forecasts are not corrected."""
        return 0


Value = Vital | Score | Forecast | Verdict
"""Of each (zone, series) there is one at a time, in its newest revision."""


class Family(StrEnum):
    """What an event tells of."""

    ALERT = "alert"
    WORKORDER = "workorder"
    REFUSAL = "refusal"
    """A command that a work order did not take; beside the order's state, never instead of it."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event in the life of an alert or a work order. Its identity is `id`.

    Attributes:
        id: Id of the CloudEvent.
        family: What it tells of.
        subject: Incident of an alert, order id of a work order or a refusal.
        zone: Zone id, empty where the event does not say.
        kind: Kind of alert, e.g. waterlogging.
        time: When it happened, aware, whole milliseconds.
        step: Orders events of one instant: larger is later.
        active: Whether the alert holds, or the order is open, after it.
        body: The CloudEvent, JSON text.
    """

    id: str
    family: Family
    subject: str
    zone: str = ""
    kind: str = ""
    time: datetime
    step: int = 0
    active: bool = True
    body: str = "{}"

    @property
    def position(self) -> tuple[datetime, int, str]:
        """Place in the subject's life; the largest is the newest state.

        It depends on nothing but the event, so any order of arrival gives the same state.
        """
        return self.time, self.step, self.id


class State(msgspec.Struct, frozen=True):
    """The newest event of an incident or order, and when its first event was."""

    event: Event
    since: datetime


Row = Value | Event


class Store(Protocol):
    """A series store. Methods block; call them from a thread. All raise `StoreUnavailableError`.

    Attributes:
        identity: Tells this store's contents from any other's; the projection's position in the
            topics belongs to it.
    """

    identity: str

    def write(self, rows: Sequence[Row]) -> None:
        """Keep rows; all of them are durable on return. Idempotent and in any order.

        A value of the same identity with an equal or higher revision overwrites, one with a lower
        revision changes nothing. An event is kept once; the newest state of its subject follows
        from all events by their `position`.

        Raises:
            StoreRefusedError: The store will never take (one of) these rows; some may be written.
        """

    def latest_vitals(self) -> list[Vital]:
        """The newest value of each (zone, indicator), ordered by these."""

    def latest_scores(self) -> list[Score]:
        """The newest score of each (zone, indicator), ordered by these."""

    def latest_forecasts(self) -> list[Forecast]:
        """The newest forecast of each (zone, series), ordered by zone, indicator, horizon."""

    def latest_verdicts(self) -> list[Verdict]:
        """The newest verdict on each (terminal, quantity), ordered by zone and series."""

    def verdicts(self, terminal: str) -> list[Verdict]:
        """All kept verdicts on a terminal's series, ordered by window end and series."""

    def series(self, zone: str, indicator: str, since: datetime, until: datetime) -> list[Vital]:
        """Values whose window ends in [since, until), by window end."""

    def alerts(self, *, active_only: bool) -> list[State]:
        """Newest state per incident, the newest first."""

    def orders(self, *, open_only: bool) -> list[State]:
        """Newest state per work order, the newest first."""

    def order(self, order: str) -> State | None:
        """Newest state of one work order."""

    def refusals(self) -> list[State]:
        """The newest refused command per work order, the newest first."""

    def history(self, family: Family, subject: str) -> list[Event]:
        """All kept events of an incident or order, the oldest first."""

    def close(self) -> None:
        """Release the store; further calls are errors."""


def newest_first(states: Iterable[State]) -> list[State]:
    """Order states as `Store` promises."""
    return sorted(states, key=lambda state: state.event.position, reverse=True)
