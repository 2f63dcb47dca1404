"""Crowd: density of an area and people who passed."""

from indicators.vital_sign import Inputs, Level, Measure, VitalSign
from indicators.window import quantile

DENSITY_LEVELS = (
    Level("C4", 1.5, "Ⅳ级拥挤", "crowding IV", "blue"),
    Level("C3", 2.5, "Ⅲ级拥挤", "crowding III", "yellow"),
    Level("C2", 3.5, "Ⅱ级拥挤", "crowding II", "orange"),
    Level("C1", 4.5, "Ⅰ级拥挤", "crowding I", "red"),
)


def crowd_density(inputs: Inputs) -> Measure:
    """People per m²: the fullest camera's median over the window.

    Source: levels are ours [D]; no national alarm density was found.
    """
    cameras = [(quantile(a, 0.5), a.terminal) for a in inputs.all("people_density")]
    if not cameras:
        return Measure(None, "no_data")
    density, terminal = max(cameras)
    return Measure(density, detail={"terminal": terminal})


def people_count(inputs: Inputs) -> Measure:
    """People who passed all counters of the place within the window."""
    counters = inputs.all("people_count")
    if not counters:
        return Measure(None, "no_data")
    return Measure(sum(a.total for a in counters), detail={"counters": len(counters)})


CROWD_SIGNS = (
    VitalSign(
        id="crowd_density",
        zh="人群密度",
        en="Crowd density",
        group="crowd",
        unit="1/m2",
        inputs=("people_density",),
        formula=crowd_density,
        window_s=300,
        hop_s=60,
        levels=DENSITY_LEVELS,
        is_life_safety=True,
        utility=((0.0, 100), (0.83, 90), (1.5, 75), (2.5, 55), (3.5, 30), (5.4, 5)),
        source="levels [D]; utility by Fruin's queue levels [V] and ours [D]",
    ),
    VitalSign(
        id="people_count",
        zh="小时人流量",
        en="People per hour",
        group="crowd",
        unit="count",
        inputs=("people_count",),
        formula=people_count,
        window_s=3600,
        source="sum",
    ),
)
