"""The newest value of every series and the newest state of every subject, in memory. Pure.

For stores whose server cannot answer "the newest of each" quickly.
"""

from collections.abc import Iterable
from typing import TypeVar

from streams.stores.store import Event, Family, Forecast, Score, State, Value, Vital, newest_first
from streams.stores.verdict import Verdict

V = TypeVar("V", Vital, Score, Forecast, Verdict)

_FINISHED_KEPT = 2000
"""Finished states kept per family; active ones all are."""


class Board:
    """What the page shows, kept up to date row by row, in any order and with repeats."""

    def __init__(self) -> None:
        self.vitals: dict[tuple[str, str], Vital] = {}
        self.scores: dict[tuple[str, str], Score] = {}
        self.forecasts: dict[tuple[str, str], Forecast] = {}
        self.verdicts: dict[tuple[str, str], Verdict] = {}
        self._states: dict[Family, dict[str, State]] = {family: {} for family in Family}

    def take(self, row: Value) -> None:
        """Take a value, score, forecast or verdict; an older one or revision changes nothing."""
        if isinstance(row, Vital):
            _take(self.vitals, row)
        elif isinstance(row, Score):
            _take(self.scores, row)
        elif isinstance(row, Forecast):
            _take(self.forecasts, row)
        else:
            _take(self.verdicts, row)

    def take_events(self, events: Iterable[Event]) -> None:
        """Take events of any families."""
        for event in events:
            states = self._states[event.family]
            known = states.get(event.subject)
            if known is None:
                states[event.subject] = State(event, event.time)
                continue
            newest = max(event, known.event, key=lambda e: e.position)
            states[event.subject] = State(newest, min(known.since, event.time))
        for states in self._states.values():
            _forget(states)

    def states(self, family: Family, *, active_only: bool) -> list[State]:
        """The states of a family, the newest first."""
        found = self._states[family].values()
        return newest_first(s for s in found if s.event.active or not active_only)

    def state(self, family: Family, subject: str) -> State | None:
        """The state of one subject."""
        return self._states[family].get(subject)


def _take(newest: dict[tuple[str, str], V], row: V) -> None:
    known = newest.get((row.zone, row.series))
    is_newer = known is None or (row.window_end, row.revision) >= (known.window_end, known.revision)
    if is_newer:
        newest[row.zone, row.series] = row


def _forget(states: dict[str, State]) -> None:
    """Drop the oldest finished states, some at a time so that most calls cost nothing."""
    if len(states) < 2 * _FINISHED_KEPT:
        return
    finished = newest_first(s for s in states.values() if not s.event.active)
    for state in finished[_FINISHED_KEPT:]:
        del states[state.event.subject]
