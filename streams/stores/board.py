"""The newest value of every series and the newest state of every subject, in memory. Pure.

For stores whose server cannot answer "the newest of each" quickly.
"""

from collections.abc import Iterable

from streams.stores.store import Event, Family, Score, State, Vital, newest_first

_FINISHED_KEPT = 2000
"""Finished states kept per family; active ones all are."""


class Board:
    """What the page shows, kept up to date row by row, in any order and with repeats."""

    def __init__(self) -> None:
        self.vitals: dict[tuple[str, str], Vital] = {}
        self.scores: dict[tuple[str, str], Score] = {}
        self._states: dict[Family, dict[str, State]] = {family: {} for family in Family}

    def take_vital(self, row: Vital) -> None:
        """Take a value; older windows and lower revisions change nothing."""
        known = self.vitals.get((row.zone, row.indicator))
        if known is None or _is_newer(row, known):
            self.vitals[row.zone, row.indicator] = row

    def take_score(self, row: Score) -> None:
        """Take a score; older windows and lower revisions change nothing."""
        known = self.scores.get((row.zone, row.indicator))
        if known is None or _is_newer(row, known):
            self.scores[row.zone, row.indicator] = row

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


def _is_newer(row: Vital | Score, known: Vital | Score) -> bool:
    return (row.window_end, row.revision) >= (known.window_end, known.revision)


def _forget(states: dict[str, State]) -> None:
    """Drop the oldest finished states, some at a time so that most calls cost nothing."""
    if len(states) < 2 * _FINISHED_KEPT:
        return
    finished = newest_first(s for s in states.values() if not s.event.active)
    for state in finished[_FINISHED_KEPT:]:
        del states[state.event.subject]
