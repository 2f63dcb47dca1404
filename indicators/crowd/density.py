"""Crowd density, and the number of people that it makes of an area."""

from indicators.shares import shares
from indicators.vital_sign import Inputs, Measure
from indicators.window import quantile


def density_medians(inputs: Inputs) -> dict[str, float]:
    """Camera → median of its densities over the window, 1/m²."""
    return {a.terminal: quantile(a, 0.5) for a in inputs.all("people_density")}


def crowd_density(inputs: Inputs) -> Measure:
    """People per m²: the fullest camera's median over the window.

    Source: levels are ours [D]; no national alarm density was found.
    """
    cameras = [(density, terminal) for terminal, density in density_medians(inputs).items()]
    if not cameras:
        return Measure(None, "no_data")
    density, terminal = max(cameras)
    return Measure(density, detail={"terminal": terminal}, weights={terminal: 1.0})


def crowd_number(inputs: Inputs) -> Measure:
    """People in the place: mean of its cameras' median densities times its area.

    The mean and not the fullest camera, which speaks for its own corner only.
    """
    cameras = density_medians(inputs)
    if not cameras:
        return Measure(None, "no_data")
    area = inputs.zone.area_m2
    density = sum(cameras.values()) / len(cameras)
    detail = {"density": density, "cameras": len(cameras)}
    if not area:
        return Measure(None, "no_area", detail)
    weights = shares(dict.fromkeys(cameras, 1.0))
    return Measure(density * area, detail={**detail, "area_m2": area}, weights=weights)


def crowd_capacity_share(inputs: Inputs) -> Measure:
    """People in the place over its approved number of people, %."""
    capacity = inputs.zone.capacity
    if not capacity:
        return Measure(None, "no_capacity")
    number = crowd_number(inputs)
    if number.value is None:
        return number
    detail = {"people": number.value, "capacity": capacity}
    return Measure(100.0 * number.value / capacity, detail=detail, weights=number.weights)
