"""How far behind their reception packs were: the least that each terminal came to, in short spans.

Noted from columns once a frame, by the effective received of each line. So it is no matter how
lines are framed, nor whether windows that are over close before or after a line is taken.
"""

from typing import Final

import numpy as np

from indicators.zone_vitals import ZoneVitals
from sensors.decimals import Ints
from sensors.directory import Directory
from sensors.senml import ABSOLUTE_FROM

SPAN_MS: Final = 300_000
"""Length of a span; divides every window of a sign of clocks, days included."""
_KEPT_MS: Final = 26 * 3_600_000
"""No window that is still to close began so long ago: the longest is a day of 25 hours."""


class Lags:
    """The lags of the terminals of a partition.

    Args:
        directory: Keeps them: of each terminal, span → least of received - newest reading, ms.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def note(self, channels: Ints, lines: Ints, instants: Ints, effective: Ints, now: int) -> None:
        """Note the packs of a frame, before its first line is taken.

        Args:
            channels: Channel of each reading, those included that are refused for their time.
            lines: Line of each, ascending.
            instants: Event time of each, ms.
            effective: Effective received of each line, ms.
            now: Stream time before the frame, ms: all has closed that was due by then.
        """
        if not lines.size:
            return
        firsts = np.flatnonzero(np.append(True, lines[1:] != lines[:-1]))
        newest = np.maximum.reduceat(instants, firsts)
        received = effective[lines[firsts]]
        terminals = self._directory.terminal[channels[firsts]]
        # A time that is meant relative to now says nothing of a clock.
        known = newest >= ABSOLUTE_FROM * 1000
        columns = (terminals, received // SPAN_MS, received - newest)
        oldest = (now - _KEPT_MS) // SPAN_MS
        for terminal, span, lag in zip(*(c[known].tolist() for c in columns), strict=True):
            own = self._directory.lags[terminal]
            if span not in own:
                for past in [past for past in own if past < oldest]:
                    del own[past]
                own[span] = lag
            elif lag < own[span]:
                own[span] = lag

    def take(self, zone: ZoneVitals, start: int, end: int) -> dict[str, tuple[int, float]]:
        """What was noted of packs received in a window, which is over.

        Args:
            zone: Its zone.
            start: Its first instant, Unix ms.
            end: The first instant after it; what is older is forgotten.

        Returns:
            Terminal → the least lag (ms; below 0 where a pack was ahead) and its cadence, s.
        """
        found = {}
        for terminal, (number, cadence) in zone.terminals.items():
            own = self._directory.lags[number]
            over = {span: own.pop(span) for span in list(own) if span * SPAN_MS < end}
            lags = [lag for span, lag in over.items() if span * SPAN_MS >= start]
            if lags:
                found[terminal] = min(lags), cadence
        return found
