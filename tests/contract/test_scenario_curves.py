"""What the pilot's scenarios promise in their first lines: when it floods, when the crowd is thick."""

from statistics import median

import msgspec
import pytest

from sensors.senml import decode
from sensors.simulator.ponding import Pond, depth, step
from sensors.simulator.rain import fallen
from sensors.simulator.scenario import Imperfections
from sensors.simulator.simulate import simulate
from streams.citypack import CityPack, load_pack, seeds_dir
from streams.pack.scenarios import load_scenario

START = 1_780_000_000.0


@pytest.fixture(scope="module")
def pilot() -> CityPack:
    return load_pack(seeds_dir() / "sanshui")


def depth_curve(pilot: CityPack, zone: str) -> list[float]:
    """Depth (m) at the end of each of 90 minutes of the storm, without sensors."""
    storms = load_scenario("storm", pilot.city).storms
    catchment = pilot.city.zones[zone].catchment
    assert catchment is not None
    pond, curve = Pond(), []
    for number in range(540):
        rain = fallen(storms, (number + 1) / 6) - fallen(storms, number / 6)
        pond, _ = step(pond, catchment, rain * 360, 10.0)
        if number % 6 == 5:
            curve.append(depth(pond, catchment))
    return curve


def test_storm_floods_the_underpass_between_minutes_10_and_20_and_is_gone_by_60(
    pilot: CityPack,
) -> None:
    curve = depth_curve(pilot, "xq-underpass")
    first = next(minute for minute, h in enumerate(curve, 1) if h >= 0.15)
    assert 10 <= first <= 20
    assert 0.27 < max(curve) < 0.40
    assert max(curve[45:]) < 0.12
    assert max(curve[59:]) < 0.03


def test_storm_floods_the_low_segments_later_and_they_are_clear_before_60(
    pilot: CityPack,
) -> None:
    for zone in ("xq-05", "xq-09", "xq-12"):
        curve = depth_curve(pilot, zone)
        assert 0.15 < max(curve) < 0.30
        assert max(curve[:12]) < 0.15
        assert max(curve[59:]) < 0.12


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_fair_passes_the_orange_level_before_20_never_the_red_and_dissolves_by_55(
    pilot: CityPack, seed: int
) -> None:
    scenario = load_scenario("fair", pilot.city)
    minutes: dict[int, list[float]] = {}
    cameras = {t.id for t in pilot.city.terminals_of("xq-square") if t.kind == "crowd_camera"}
    assert len(cameras) == 3
    perfect = msgspec.structs.replace(scenario, imperfections=Imperfections())
    for message in simulate(pilot.city, perfect, START, 5400.0, seed):
        for record in decode(message.payload) if message.terminal in cameras else ():
            if record.name.endswith("/people_density") and record.value is not None:
                minutes.setdefault(int((record.at / 1000 - START) // 60), []).append(record.value)
    medians = {
        end: median([v for minute in range(end - 5, end) for v in minutes[minute]])
        for end in range(5, 90)
    }
    assert min(medians[end] for end in range(19, 31)) >= 3.5
    assert max(medians.values()) < 4.4
    assert max(medians[end] for end in range(55, 90)) < 1.0


def test_quiet_day_reaches_no_level_of_any_rule(pilot: CityPack) -> None:
    scenario = load_scenario("quiet", pilot.city)
    assert scenario.storms == ()
    assert scenario.crowds == ()
    assert scenario.imperfections != Imperfections()
    highest = {"water_depth": 0.0, "people_density": 0.0}
    for message in simulate(pilot.city, scenario, START, 86400.0, 5):
        if message.terminal[:2] in ("WL", "CC") and message.records > 1:
            for record in decode(message.payload):
                name = record.name.split("/")[1]
                if name in highest and record.value is not None:
                    highest[name] = max(highest[name], record.value)
    assert highest["water_depth"] < 0.03
    assert 0.2 < highest["people_density"] < 1.5
