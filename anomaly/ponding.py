"""The ponding model of a low point, for many members at once: runoff, inlets, pipe, pumps, pond.

Everything is an array over members, or broadcasts to one. The equations are ours [D] and keep mass
exactly; what is uncertain about a place is a member's own, what is surveyed stands in its
`Catchment`. The simulator's `sensors.simulator.ponding` is the same model for one member; it plays
a known place, while this one guesses at an unknown one.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indicators.water.storm_tables import StormRow
from sensors.city import Catchment

Array = NDArray[np.float64]

WEIR: Final = 1.66
"""Discharge coefficient of a gully's edge, m^0.5/s [D]."""
ORIFICE: Final = 0.67
"""Discharge coefficient of a gully's opening [D]."""
LONGEST_STEP_S: Final = 60.0
"""With steps up to this the depth is that of 10 s steps within 2 mm [C]."""
_GRAVITY: Final = 9.81
MM_M2_PER_H: Final = 3.6e6
"""mm/h times m² per m³/s."""


class Traits(NamedTuple):
    """What is not known of a place; each of shape (members,).

    Attributes:
        efficiency: η, how much of inlets and pipe works, > 0; tail water at the outfall lowers it.
        storage_s: K, time constant of the surface as a linear reservoir, s, > 0.
        effective_m2: Ψ·A, contributing area times the share of rain that runs off, m².
        shape_beta: β of `V = c·h^β`; 2 is a V-shaped dip, 1 a flat floor.
    """

    efficiency: Array
    storage_s: Array
    effective_m2: Array
    shape_beta: Array


class Ponds(NamedTuple):
    """The state of the members; each of shape (members,).

    Attributes:
        runoff_m3_s: Q, what flows towards the low point, >= 0.
        volume_m3: V, what stands there, >= 0.
        is_pumping: Whether the pumps run.
    """

    runoff_m3_s: Array
    volume_m3: Array
    is_pumping: NDArray[np.bool_]


class Balance(NamedTuple):
    """Where the water of one step went, m³ per member: `rain = drained + Δ(K·Q + V)`."""

    rain_m3: Array
    drained_m3: Array


def surveyed(catchment: Catchment, members: int) -> Traits:
    """The same traits for each member, as the city declares them."""
    ones = np.ones(members)
    return Traits(
        ones * catchment.efficiency,
        ones * catchment.storage_s,
        ones * catchment.runoff_coefficient * catchment.area_m2,
        ones * catchment.shape_beta,
    )


def design_pipe(row: StormRow, minutes: float, catchment: Catchment) -> float:
    """Capacity at η = 1 of a pipe that was built for the storms of a return period, m³/s.

    Source: the rational method `Q = Ψ·q·F`, valid up to 2 km² [M].

    Args:
        row: Storms of the return period that the pipe was designed for.
        minutes: Time of concentration that it was designed with.
        catchment: Area and runoff coefficient.

    Example:
        >>> from indicators.water.storm_tables import STORM_TABLES
        >>> row = STORM_TABLES["huadu"].rows[1]
        >>> round(design_pipe(row, 30.0, Catchment(area_m2=20_000.0)), 3)
        0.384
    """
    litres_s_ha = row.a / math.pow(minutes + row.b, row.n)
    return litres_s_ha * 1e-3 * catchment.runoff_coefficient * catchment.area_m2 / 1e4


def depth(catchment: Catchment, traits: Traits, volume_m3: Array) -> Array:
    """Depth at the lowest point, m: `h = (V/c)^(1/β)`."""
    shallow: Array = np.power(volume_m3 / catchment.shape_c, 1.0 / traits.shape_beta)
    return shallow


def volume(catchment: Catchment, traits: Traits, depth_m: Array) -> Array:
    """Volume of a pond of that depth, m³: `V = c·h^β`."""
    stored: Array = catchment.shape_c * np.power(depth_m, traits.shape_beta)
    return stored


def step(
    catchment: Catchment, traits: Traits, ponds: Ponds, rain_mm_h: Array, dt: float
) -> tuple[Ponds, Balance]:
    """Advance by one step of constant rain.

    Args:
        catchment: What is surveyed.
        traits: What is the members' own.
        ponds: State before.
        rain_mm_h: Net rain per member, mm/h, >= 0.
        dt: Length of the step, s, > 0. Inlets go by the depth at its beginning: steps of 120 s
            are right to some 4 mm, of 300 s to 8 mm where a pond falls fast; see `advance`.

    Returns:
        The state after and the step's water balance.
    """
    inflow = traits.effective_m2 * rain_mm_h / MM_M2_PER_H
    # The exact mean of the reservoir's outflow over the step, so that nothing is lost.
    runoff, mean = delayed(ponds.runoff_m3_s, inflow, traits.storage_s, dt)
    volume_m3, is_pumping, out = filled(catchment, traits, ponds, mean, dt)
    return Ponds(runoff, volume_m3, is_pumping), Balance(inflow * dt, out * dt)


def filled(
    catchment: Catchment, traits: Traits, ponds: Ponds, arriving: Array, dt: float
) -> tuple[Array, NDArray[np.bool_], Array]:
    """What stands after `dt` s of that much arriving (m³/s), whether pumps run, the outflow."""
    h = depth(catchment, traits, ponds.volume_m3)
    out = _outflow(catchment, traits.efficiency, h, arriving)
    pumping = ponds.is_pumping
    if catchment.pump_m3_s:
        running = h > catchment.pump_off_m
        pumping = np.where(pumping, running, h >= catchment.pump_on_m)
        out = out + catchment.pump_m3_s * pumping
    out = np.minimum(out, arriving + ponds.volume_m3 / dt)
    after = np.maximum(0.0, ponds.volume_m3 + dt * (arriving - out))
    return after, pumping, out


def delayed(flow: Array, inflow: Array, storage_s: Array, dt: float) -> tuple[Array, Array]:
    """A linear reservoir over `dt` s of constant inflow: outflow at the end, and its mean.

    Before `step` it makes the runoff rise with a delay, as two surfaces in a row do (Nash 1957).
    """
    decay = np.exp(-dt / storage_s)
    above = flow - inflow
    return inflow + above * decay, inflow + above * (storage_s / dt) * (1.0 - decay)


def advance(
    catchment: Catchment, traits: Traits, ponds: Ponds, rain_mm_h: Array, dt: float
) -> tuple[Ponds, Balance]:
    """Advance by a time of any length, > 0 s, in equal steps of at most a minute; see `step`."""
    steps = math.ceil(dt / LONGEST_STEP_S)
    fallen = drained = np.zeros(1)
    for _ in range(steps):
        ponds, (rain, out) = step(catchment, traits, ponds, rain_mm_h, dt / steps)
        fallen, drained = fallen + rain, drained + out
    return ponds, Balance(fallen, drained)


def _outflow(catchment: Catchment, efficiency: Array, h: Array, mean: Array) -> Array:
    """What inlets and pipe take, m³/s."""
    root = np.sqrt(h)
    over_edge = WEIR * catchment.inlet_length_m * h * root
    through_opening = ORIFICE * catchment.inlet_area_m2 * math.sqrt(2.0 * _GRAVITY) * root
    inlet = efficiency * np.minimum(over_edge, through_opening)
    pipe = efficiency * catchment.pipe_m3_s
    # Shallow runoff reaches the gullies along the kerb without a pond above them.
    taken: Array = np.minimum(pipe, np.maximum(inlet, mean))
    return taken
