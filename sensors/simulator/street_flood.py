"""What happens in a street that floods, and what its gauges say: the truth to judge forecasts by.

It is on purpose another model than the forecast's: rain differs between street and gauge, water
runs off over a kinematic plane into a gutter with another exponent, soil soaks some of it up,
leaves clog the inlets, the outfall's tail water drives the pipe back, the pond has a surveyed
(tabled) shape and spills over the kerb when it is full. All figures are ours [D], drawn per street.
"""

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sensors.simulator.rain_cell import Weather, shower, storm

Array = NDArray[np.float64]

MINUTES: Final = 300
"""Length of an event: rain sets in after 40 to 70 of them."""
_SUBSTEPS: Final = 6
_DT: Final = 60.0 / _SUBSTEPS
_GRAVITY: Final = 9.81
_TIP_MM: Final = 0.2
"""What one tip of the rain gauge's bucket holds."""
_READING_M: Final = 0.01
"""The depth gauge's noise (sd) and its resolution."""


class Street(msgspec.Struct, frozen=True, kw_only=True):
    """A low point and what drains to it; nobody who forecasts knows any of it.

    Attributes:
        area_m2: Contributing area.
        paved: Share of it that is paved, 0–1.
        wetting_mm: What the pavement keeps before anything runs off.
        plane_s: Time constant of the plane at 60 mm/h.
        gutter_s: Time constant of the gutter at the flow of 60 mm/h.
        inlet_m3_s: What clean inlets can swallow of passing water.
        inlet_area_m2: Openings of the clean inlets.
        pipe_m3_s: Capacity of the pipe with a free outfall.
        clogged: Share of the inlets that leaves close in the end, 0–1.
        clog_mm: Runoff after which two thirds of that are closed.
        tail_m: Tail water at the outfall when dry, m above the road's low point (negative).
        tail_rise_m: How far 60 mm/h for long would raise it.
        tail_s: Time constant of that.
        head_m: Head that the pipe's capacity is given for.
        heights_m: Of the table of areas.
        areas_m2: Water surface at those heights.
        spill_m: Depth from which the pond runs off elsewhere.
        gauge_east_km: Where the rain gauge stands.
        gauge_north_km: Where the rain gauge stands.
        gauge_factor: The rain gauge's calibration.
        zero_m: The depth gauge's zero error.
    """

    area_m2: float
    paved: float
    wetting_mm: float
    plane_s: float
    gutter_s: float
    inlet_m3_s: float
    inlet_area_m2: float
    pipe_m3_s: float
    clogged: float
    clog_mm: float
    tail_m: float
    tail_rise_m: float
    tail_s: float
    head_m: float
    heights_m: tuple[float, ...]
    areas_m2: tuple[float, ...]
    spill_m: float
    gauge_east_km: float
    gauge_north_km: float
    gauge_factor: float
    zero_m: float


class Event(msgspec.Struct, frozen=True):
    """One rain at one street, minute by minute; arrays of shape (MINUTES,).

    Attributes:
        is_storm: Drawn as a storm rather than as a shower; says nothing of whether it floods.
        depth_m: What truly stands at the low point at the minute's end.
        street_mm_h: Rain that truly fell on the street during the minute.
        read_m: What the depth gauge says at the minute's end; NaN where it is lost.
        read_mm_h: What the rain gauge says of the minute; NaN where it is lost.
    """

    is_storm: bool
    depth_m: Array
    street_mm_h: Array
    read_m: Array
    read_mm_h: Array


def street_of(seed: int) -> Street:
    """Draw a street."""
    chance = np.random.default_rng((seed, 0))
    bearing, far = chance.uniform(0.0, 2.0 * math.pi), chance.uniform(0.5, 1.5)
    at_15cm = 750.0 * chance.lognormal(0.0, 0.3)
    at_50cm = at_15cm * chance.uniform(2.0, 4.0)
    return Street(
        area_m2=20_000.0 * chance.lognormal(0.0, 0.3),
        paved=chance.uniform(0.65, 0.95),
        wetting_mm=chance.uniform(0.5, 2.5),
        plane_s=60.0 * chance.uniform(14.0, 42.0),
        gutter_s=60.0 * chance.uniform(6.0, 24.0),
        inlet_m3_s=0.6 * chance.lognormal(0.0, 0.3),
        inlet_area_m2=chance.uniform(0.2, 0.4),
        pipe_m3_s=0.22 * chance.lognormal(0.0, 0.3),
        clogged=chance.uniform(0.1, 0.6),
        clog_mm=chance.uniform(15.0, 60.0),
        tail_m=-chance.uniform(1.2, 2.5),
        tail_rise_m=chance.uniform(0.3, 2.0),
        tail_s=60.0 * chance.uniform(30.0, 90.0),
        head_m=1.5,
        heights_m=(0.0, 0.15, 0.5, 1.5),
        areas_m2=(chance.uniform(20.0, 100.0), at_15cm, at_50cm, 2.0 * at_50cm),
        spill_m=chance.uniform(0.4, 0.7),
        gauge_east_km=far * math.cos(bearing),
        gauge_north_km=far * math.sin(bearing),
        gauge_factor=chance.normal(1.0, 0.05),
        zero_m=chance.uniform(-0.005, 0.005),
    )


def events_of(seed: int) -> tuple[Event, ...]:
    """A street's storm and two showers, in an order of their own."""
    street = street_of(seed)
    chance = np.random.default_rng((seed, 1))
    return tuple(
        event(street, (storm if is_storm else shower)(chance), chance, is_storm=is_storm)
        for is_storm in chance.permutation([True, False, False]).tolist()
    )


def past_of(seed: int, events: int) -> tuple[Event, ...]:
    """Rains of the street's season before: showers and storms in turn."""
    street, chance = street_of(seed), np.random.default_rng((seed, 2))
    return tuple(
        event(street, (storm if is_storm else shower)(chance), chance, is_storm=is_storm)
        for is_storm in (bool(number % 2) for number in range(events))
    )


def event(
    street: Street, weather: Weather, chance: np.random.Generator, *, is_storm: bool
) -> Event:
    """What a weather does to a street that was dry before."""
    minutes = np.arange(MINUTES, dtype=np.float64)
    falling = weather.rain(minutes, 0.0, 0.0, chance)
    elsewhere = weather.rain(minutes, street.gauge_east_km, street.gauge_north_km, chance)
    deep = _flooded(street, falling)
    tips = np.floor(np.cumsum(elsewhere * street.gauge_factor) / 60.0 / _TIP_MM)
    read_mm_h = np.diff(tips, prepend=0.0) * _TIP_MM * 60.0
    noisy = deep + street.zero_m + chance.normal(0.0, _READING_M, MINUTES)
    read_m = np.round(noisy / _READING_M) * _READING_M
    read_m[_lost(chance, gaps=1.0)] = np.nan
    read_mm_h[_lost(chance, gaps=0.5)] = np.nan
    return Event(is_storm, deep, falling, read_m, read_mm_h)


def _lost(chance: np.random.Generator, gaps: float) -> NDArray[np.bool_]:
    """Which minutes' readings never arrive: 3 % singly, and gaps of 5 to 20 minutes."""
    lost = chance.random(MINUTES) < 0.03
    for _ in range(int(chance.poisson(gaps))):
        begins = int(chance.integers(0, MINUTES))
        lost[begins : begins + int(chance.integers(5, 21))] = True
    return lost


def _flooded(street: Street, falling: Array) -> Array:
    """Depth at the end of each minute, m."""
    water = _Water(street)
    depths = np.empty(falling.size)
    for minute, rain in enumerate(falling.tolist()):
        for _ in range(_SUBSTEPS):
            water.flow(rain)
        depths[minute] = water.depth_m
    return depths


class _Water:
    """Where a street's water is; a step of ten seconds at a time."""

    def __init__(self, street: Street) -> None:
        self._street = street
        self._kept_mm = 0.0
        self._soaked_s = 0.0
        self._plane_mm = 0.0
        self._gutter_m3 = 0.0
        self._run_mm = 0.0
        self._tail_m = street.tail_m
        self._volume_m3 = 0.0
        self.depth_m = 0.0
        # q = a·y^(5/3) drains a plane under 60 mm/h with the time constant that was drawn.
        self._plane_a = 60.0 / math.pow(60.0 * street.plane_s / 3600.0, 5 / 3)
        flow = 60.0 * street.area_m2 / 3.6e6
        self._gutter_a = flow / math.pow(flow * street.gutter_s, 1.3)
        heights, areas = np.array(street.heights_m), np.array(street.areas_m2)
        # Fine enough that the volume between two heights is a straight line.
        self._heights = np.linspace(0.0, heights[-1], 301)
        surface = np.interp(self._heights, heights, areas)
        slices = np.diff(self._heights) * (surface[1:] + surface[:-1]) / 2.0
        self._volumes = np.concatenate(([0.0], np.cumsum(slices)))

    def flow(self, rain_mm_h: float) -> None:
        """Ten seconds of rain."""
        flow = self._arriving(self._running_off(rain_mm_h))
        taken = min(self._pipe(rain_mm_h), self._inlets(flow))
        spilt = 1.7 * 4.0 * math.pow(max(0.0, self.depth_m - self._street.spill_m), 1.5)
        self._volume_m3 = max(0.0, self._volume_m3 + _DT * (flow - taken - spilt))
        self.depth_m = float(np.interp(self._volume_m3, self._volumes, self._heights))

    def _running_off(self, rain_mm_h: float) -> float:
        """Net rain over the whole area, mm/h: pavement wets first, soil soaks (Horton)."""
        kept = min(self._street.wetting_mm - self._kept_mm, rain_mm_h * _DT / 3600.0)
        self._kept_mm += kept
        if rain_mm_h > 0:
            self._soaked_s += _DT
        soaking = 10.0 + 50.0 * math.exp(-self._soaked_s / 1800.0)
        paved = rain_mm_h - kept * 3600.0 / _DT
        soil = max(0.0, rain_mm_h - soaking)
        return self._street.paved * paved + (1.0 - self._street.paved) * soil

    def _arriving(self, net_mm_h: float) -> float:
        """What comes down the gutter, m³/s."""
        off = min(self._plane_a * math.pow(self._plane_mm, 5 / 3), self._plane_mm * 3600.0 / _DT)
        self._plane_mm = max(0.0, self._plane_mm + (net_mm_h - off) * _DT / 3600.0)
        self._run_mm += off * _DT / 3600.0
        flow = min(self._gutter_a * math.pow(self._gutter_m3, 1.3), self._gutter_m3 / _DT)
        self._gutter_m3 = max(
            0.0, self._gutter_m3 + _DT * (off * self._street.area_m2 / 3.6e6 - flow)
        )
        return flow

    def _inlets(self, flow: float) -> float:
        """What the inlets swallow, m³/s: passing water, and what a pond presses in."""
        street = self._street
        clean = 1.0 - street.clogged * (1.0 - math.exp(-self._run_mm / street.clog_mm))
        passing = street.inlet_m3_s * -math.expm1(-flow / street.inlet_m3_s)
        pressed = 0.6 * street.inlet_area_m2 * math.sqrt(2.0 * _GRAVITY * self.depth_m)
        return min(clean * (passing + pressed), flow + self._volume_m3 / _DT)

    def _pipe(self, rain_mm_h: float) -> float:
        """What the pipe takes against its tail water, m³/s."""
        street = self._street
        level = street.tail_m + street.tail_rise_m * rain_mm_h / 60.0
        self._tail_m += (level - self._tail_m) * _DT / street.tail_s
        head = max(0.0, self.depth_m - self._tail_m)
        return street.pipe_m3_s * min(1.0, math.sqrt(head / street.head_m))
