"""Past values of other signs, as short as a test can write them."""

from indicators.vital_sign import Past
from tests.builders import MINUTE_MS, T0_MS


def a_past(minute, value, **changes):
    """The value of a minute that ends `minute` minutes after T0."""
    end = T0_MS + minute * MINUTE_MS
    fields = {"level": None, "coverage": 1.0 if value is not None else 0.0, **changes}
    return Past(window_start=end - MINUTE_MS, window_end=end, value=value, **fields)
