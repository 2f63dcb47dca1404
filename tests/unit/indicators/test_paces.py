"""At which pace a place says whether it is well: that of its quickest terminal, not its slowest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.planning import plan_zone
from indicators.registry import SIGNS
from tests.builders import MINUTE_MS, T0_MS, a_city, a_terminal
from tests.zone_run import Reading, ZoneRun

HOUR = 60 * MINUTE_MS
STEADY = {"device_availability": 1, "health_index": 1, "device_staleness": 5, "device_offline": 5}
"""Sign → minutes from one value to the next where data come as quickly."""
UNDERPASS = a_city(
    [
        a_terminal("gauge", "underpass", {"water_depth": 10.0}),
        a_terminal("counter", "underpass", {"people_count": 3600.0}),
    ]
)


def of(values, indicator):
    return [v for v in values if v.indicator == indicator]


def plan(*cadences):
    terminals = [a_terminal(f"t{n}", "z", cadence) for n, cadence in enumerate(cadences)]
    city = a_city(terminals)
    return plan_zone(city, city.zones["z"], SIGNS.values()).signs


def watched(seconds, depth, *, until=None):
    """A counter that counts each full hour, and a gauge that reports `depth(second)`."""
    run, values = ZoneRun(UNDERPASS, "underpass"), []
    for second in range(0, seconds, 10):
        at = T0_MS + second * 1000
        readings = [Reading("gauge", "water_depth", at, depth(second))]
        if second % 3600 == 0:
            readings.append(Reading("counter", "people_count", at, 40.0))
        values += run.feed(at + 500, readings)
    return values + run.advance(T0_MS + (until or seconds) * 1000)


@pytest.mark.parametrize("sign", STEADY)
def test_hourly_counter_in_an_underpass_does_not_make_it_hourly(sign):
    ends = [v.window_end for v in of(watched(1800, lambda _: 0.0), sign)]
    assert ends == [T0_MS + m * MINUTE_MS for m in range(STEADY[sign], 30, STEADY[sign])]


@pytest.mark.parametrize("begin", [600, 610, 650, 659])
def test_flood_shows_in_the_index_within_two_samples(begin):
    index = of(watched(1800, lambda second: 0.6 if second >= begin else 0.0), "health_index")
    before = [v for v in index if v.at < T0_MS + begin * 1000]
    after = index[len(before) : len(before) + 2]
    assert all(v.value > 80 for v in before)
    assert after[-1].value <= 40
    assert after[-1].detail["capped_by"] == "water_depth"


def test_index_waits_six_seconds_and_not_for_the_people_that_are_counted():
    index = of(watched(600, lambda _: 0.0), "health_index")
    assert {v.at - v.window_end for v in index} == {6_000}
    assert plan({"people_count": 60.0})["people_count"].grace == 30_000
    assert plan({"people_count": 60.0, "water_depth": 60.0})["health_index"].grace == 6_000


def test_each_terminal_is_late_by_its_own_cadence():
    # The gauge dies after ten minutes, the counter goes on.
    values = watched(600, lambda _: 0.0, until=1800)
    down = {v.window_end: v.detail["down"] for v in of(values, "device_availability")}
    assert down[T0_MS + 11 * MINUTE_MS] == []
    assert down[T0_MS + 12 * MINUTE_MS] == ["gauge"]
    stale = {v.window_end: v for v in of(values, "device_staleness")}
    # The counter has been silent for longer, as it should be.
    assert stale[T0_MS + 15 * MINUTE_MS].detail["terminal"] == "gauge"
    assert stale[T0_MS + 15 * MINUTE_MS].value == 310.0


@pytest.mark.parametrize("sign", STEADY)
def test_place_with_hourly_terminals_only_is_judged_each_hour(sign):
    assert plan({"people_count": 3600.0}, {"temperature": 3600.0})[sign].hop == HOUR


@given(st.lists(st.sampled_from([1.0, 10.0, 60.0, 300.0, 900.0, 3600.0]), min_size=1, max_size=4))
def test_slower_terminals_change_no_pace(cadences):
    quickest = plan({"water_depth": min(cadences)})
    quantities = ("water_depth", "laeq", "people_count", "temperature")
    mixed = plan(*({q: c} for q, c in zip(quantities, cadences, strict=False)))
    for sign in STEADY:
        assert mixed[sign].hop == quickest[sign].hop
        assert mixed[sign].grace == quickest[sign].grace
