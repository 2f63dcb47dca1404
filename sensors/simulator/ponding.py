"""Rain → runoff → pond at a low point: a linear reservoir, inlets, a pipe and pumps.

All parameters are [D] (see `sensors.city.Catchment`); the equations keep mass exactly.
"""

import math

import msgspec

from sensors.city import Catchment

WEIR = 1.66
"""Discharge coefficient of a gully's edge, m^0.5/s."""
ORIFICE = 0.67
"""Discharge coefficient of a gully's opening."""
GRAVITY = 9.81


class Pond(msgspec.Struct, frozen=True):
    """The state of one low point.

    Attributes:
        runoff_m3_s: Q, what flows towards the low point.
        volume_m3: V, what stands there.
        pumping: Whether the pumps run.
    """

    runoff_m3_s: float = 0.0
    volume_m3: float = 0.0
    pumping: bool = False


class Balance(msgspec.Struct, frozen=True):
    """Where the water of one step went, m³."""

    rain_m3: float
    drained_m3: float


def depth(pond: Pond, catchment: Catchment) -> float:
    """Depth at the lowest point, m: `h = (V/c)^(1/β)`."""
    return math.pow(pond.volume_m3 / catchment.shape_c, 1.0 / catchment.shape_beta)


def stored(pond: Pond, catchment: Catchment) -> float:
    """All water that is still on its way or standing, m³: `K·Q + V`."""
    return catchment.storage_s * pond.runoff_m3_s + pond.volume_m3


def step(pond: Pond, catchment: Catchment, rain_mm_h: float, dt: float) -> tuple[Pond, Balance]:
    """Advance by one step of constant rain.

    Args:
        pond: State before.
        catchment: Parameters.
        rain_mm_h: Rain, mm/h.
        dt: Length of the step, s, > 0.

    Returns:
        The state after and the step's water balance:
        `rain = drained + stored(after) - stored(before)`.
    """
    inflow = catchment.runoff_coefficient * rain_mm_h * catchment.area_m2 / 3.6e6
    decay = math.exp(-dt / catchment.storage_s)
    runoff = inflow + (pond.runoff_m3_s - inflow) * decay
    # The exact mean of the reservoir's outflow over the step, so that nothing is lost.
    mean = inflow + (pond.runoff_m3_s - inflow) * catchment.storage_s / dt * (1.0 - decay)
    h = depth(pond, catchment)
    pumping = h > catchment.pump_off_m if pond.pumping else h >= catchment.pump_on_m
    out = _outflow(catchment, h, mean) + (catchment.pump_m3_s if pumping else 0.0)
    out = min(out, mean + pond.volume_m3 / dt)
    volume = max(0.0, pond.volume_m3 + dt * (mean - out))
    return Pond(runoff, volume, pumping), Balance(inflow * dt, out * dt)


def _outflow(catchment: Catchment, h: float, mean: float) -> float:
    """What inlets and pipe take, m³/s."""
    over_edge = WEIR * catchment.inlet_length_m * math.pow(h, 1.5)
    through_opening = ORIFICE * catchment.inlet_area_m2 * math.sqrt(2.0 * GRAVITY * h)
    inlet = catchment.efficiency * min(over_edge, through_opening)
    pipe = catchment.efficiency * catchment.pipe_m3_s
    # Shallow runoff reaches the gullies along the kerb without a pond above them.
    return min(pipe, max(inlet, min(mean, pipe)))
