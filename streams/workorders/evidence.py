"""Does the sensor agree that it is fixed? A run of clear values, which NA and gaps break. Pure."""

from enum import Enum
from typing import Final

from indicators.vital_sign import Quality, VitalValue
from streams.workorders.order import Order

MIN_COVERAGE: Final = 0.8
"""With fewer of the expected readings a value is never clear [D], nor is one that is suspect."""
GAP_WINDOWS: Final = 3


class Finding(Enum):
    """What one value says about an order."""

    NOTHING = 0
    CLEAR_LONG_ENOUGH = 1
    BREACH = 2


def weigh(order: Order, value: VitalValue, verify_clear_ms: int) -> Finding:
    """Take one value of the order's vital sign into its clear run.

    Args:
        order: Its `clear_since` and `last_end` change in place.
        value: A value of `order.indicator` at `order.zone`.
        verify_clear_ms: How long the sign must have stayed clear.

    Returns:
        What the evidence says so far.
    """
    if value.window_end < order.last_end:
        return Finding.NOTHING
    window = value.window_end - value.window_start
    gap = bool(order.last_end) and value.window_end - order.last_end > GAP_WINDOWS * window
    order.last_end = value.window_end
    is_sure = value.quality is not Quality.SUSPECT and value.coverage >= MIN_COVERAGE
    if value.value is None or not (is_sure or value.value >= order.clear_at):
        order.clear_since = None
        return Finding.NOTHING
    if value.value >= order.clear_at:
        order.clear_since = None
        return Finding.BREACH if value.value >= order.raise_at else Finding.NOTHING
    if order.clear_since is None or gap:
        order.clear_since = value.window_end
    is_long = value.window_end - order.clear_since >= verify_clear_ms
    return Finding.CLEAR_LONG_ENOUGH if is_long else Finding.NOTHING
