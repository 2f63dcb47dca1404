"""Rain gauge test: water comes with rain; without any it may be the gauge, or a burst main.

So dry weather alone makes no fault: it weighs in with what else speaks against the reading.
"""

import msgspec

from anomaly.faults.evidence import Evidence, Side
from anomaly.faults.seen import Seen, is_shared


class RainGauge(msgspec.Struct, array_like=True):
    """Since when there has been more water than usual, Unix ms; 0 while there is not."""

    since: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        deviation, rain, settings = seen.deviation, seen.around.rain_mm, seen.settings
        is_wet = deviation is not None and deviation >= settings.unusual
        if not seen.physics.needs_rain or rain is None or deviation is None or not is_wet:
            self.since = 0
            return None
        self.since = self.since or seen.now.start
        hours, value = settings.rain_hours, seen.now.value
        if rain >= settings.rain_least_mm:
            en = f"{value:.3g} m of water after {rain:.1f} mm of rain in {hours:g} h"
            zh = f"{hours:g} 小时降雨 {rain:.1f} 毫米后水深 {value:.3g} 米"
            return Evidence("rain_gauge", en, zh, 0.7, self.since, Side.EVENT)
        if is_shared(seen, deviation):
            return None
        en = f"{value:.3g} m of water, but {rain:.1f} mm of rain in {hours:g} h"
        zh = f"水深 {value:.3g} 米，但 {hours:g} 小时内降雨仅 {rain:.1f} 毫米"
        return Evidence("rain_gauge", en, zh, 0.5, self.since)
