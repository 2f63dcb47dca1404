"""When terminals were last heard: now, or at the due time of a window that lines ran ahead of."""

from bisect import bisect_left
from itertools import accumulate, pairwise

import numpy as np

from indicators.lags import Lags
from indicators.zone_vitals import ZoneVitals
from sensors.decimals import Ints
from sensors.directory import Directory
from sensors.regions import NEVER


class Heard:
    """The last word of terminals.

    Args:
        directory: Knows what has come of each.
        lags: Knows how far behind it was.
    """

    def __init__(self, directory: Directory, lags: Lags) -> None:
        self._directory, self.lags = directory, lags
        self._ahead: dict[int, tuple[list[int], list[int]]] = {}

    def run_ahead(self, terminals: Ints, received: Ints, instants: Ints) -> None:
        """Note rows before they are taken, while windows are open that close before them.

        Args:
            terminals: Terminal of each row.
            received: Effective received of each, ms, ascending.
            instants: Event time of each, ms.
        """
        order = np.argsort(terminals, kind="stable")
        numbers, firsts = np.unique(terminals[order], return_index=True)
        when, what = received[order].tolist(), instants[order].tolist()
        edges = pairwise([*firsts.tolist(), len(when)])
        for number, (first, end) in zip(numbers.tolist(), edges, strict=True):
            known = self._directory.heard(number)
            before = NEVER if known is None else known
            newest = list(accumulate(what[first:end], max, initial=before))
            self._ahead[number] = when[first:end], newest

    def catch_up(self) -> None:
        """All windows have closed that close before the rows that were taken."""
        self._ahead.clear()

    def of(self, zone: ZoneVitals, by: int) -> dict[str, tuple[int | None, float]]:
        """Terminal → its largest event time (ms; None before the first) and its cadence, s.

        Args:
            zone: The zone of the terminals.
            by: Effective received of the line, or due time of the window, that asks; ms.
        """
        return {
            terminal: (self._newest(number, by), cadence)
            for terminal, (number, cadence) in zone.terminals.items()
        }

    def _newest(self, number: int, by: int) -> int | None:
        ahead = self._ahead.get(number)
        if ahead is None:
            return self._directory.heard(number)
        received, newest = ahead
        # What is received at its due time comes after a window.
        found = newest[bisect_left(received, by)]
        return found if found > NEVER else None
