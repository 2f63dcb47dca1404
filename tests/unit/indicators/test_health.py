"""The health index: sub-scores, domains, vetoes, freshness, interval, and the roll-up."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from indicators.health.composite import composite, contributions, interval
from indicators.health.roll_up import power_mean, roll_up
from indicators.health.settings import HealthSettings
from indicators.health.signs import health_sign
from indicators.health.subscore import subscore
from indicators.registry import SIGNS
from indicators.vital_sign import Inputs, Quality
from sensors.city import Zone
from tests.builders import T0_MS, a_value

HOP = 60_000
END = T0_MS + 60 * HOP
CORE = ("water_depth", "aqi_hourly", "noise_leq", "temperature", "crowd_density", "rain_60min")
INDEX = health_sign([SIGNS[id_] for id_ in CORE])


def index_of(latest, hops=None, **settings):
    sign = health_sign([SIGNS[id_] for id_ in CORE], HealthSettings(**settings))
    hops = hops or dict.fromkeys(latest, HOP)
    known = {id_: value for id_, value in latest.items() if value is not None}
    return sign.formula(
        Inputs(zone=Zone(id="z"), start=END - HOP, end=END, latest=known, hops=hops)
    )


def newest(sign, value, minute=60, coverage=1.0):
    level = None if value is None else SIGNS[sign].level_of(value)
    return a_value(minute, value, indicator=sign, level=level, coverage=coverage)


def health(settings=None, **values):
    """The index over signs with these newest values."""
    latest = {sign: newest(sign, value) for sign, value in values.items()}
    return index_of(latest, **(settings or {}))


@pytest.mark.parametrize(
    ("depth", "score"),
    [(-1, 100), (0, 100), (0.075, 87.5), (0.15, 75), (0.21, 65), (0.27, 55), (0.4, 30), (0.6, 5),
     (9, 5)],
)  # fmt: skip
def test_subscore_is_linear_between_the_published_edges(depth, score):
    assert math.isclose(subscore(SIGNS["water_depth"].utility, depth), score)


def test_health_of_perfect_signs_is_100():
    measure = health(water_depth=0.0, aqi_hourly=1, noise_leq=40)
    # exp(log(100)) is a little more than 100.
    assert (measure.value, measure.detail["capped"]) == (100.0, False)
    assert set(measure.detail["contributions"].values()) == {0.0}


def test_health_is_the_geometric_mean_of_its_domains():
    measure = health(water_depth=0.0, noise_leq=85)
    assert measure.value == pytest.approx(math.sqrt(100 * 20))
    assert (measure.detail["worst"], measure.detail["worst_domain"]) == ("noise_leq", "noise")
    assert measure.detail["domains"] == {"flood": 100.0, "noise": 20.0}


def test_contributions_are_shares_of_what_is_missing():
    measure = health(water_depth=0.075, noise_leq=85, aqi_hourly=1)
    lost = {"air": 0.0, "flood": math.log(100 / 87.5), "noise": math.log(100 / 20)}
    total = sum(lost.values())
    assert measure.detail["contributions"] == {d: round(x / total, 4) for d, x in lost.items()}


@pytest.mark.parametrize(
    ("sign", "value", "cap"),
    [("water_depth", 0.60, 40), ("water_depth", 0.40, 60), ("crowd_density", 4.5, 40),
     ("crowd_density", 3.5, 60), ("crowd_density", 6.0, 40)],
)  # fmt: skip
def test_red_or_orange_life_safety_caps_the_index(sign, value, cap):
    measure = health(**{sign: value, "aqi_hourly": 1, "noise_leq": 40, "temperature": 20})
    assert measure.value is not None
    assert measure.value <= cap
    assert (measure.detail["cap"], measure.detail["capped_by"]) == (cap, sign)
    assert measure.detail["high"] <= cap


def test_flood_is_not_hidden_by_any_number_of_clean_domains():
    clean = {"aqi_hourly": 1, "noise_leq": 40, "temperature": 20, "crowd_density": 0.0}
    weights = dict.fromkeys(("air", "noise", "weather", "crowd"), 1000.0)
    measure = health({"domain_weights": weights}, water_depth=0.6, **clean)
    assert measure.value == 40
    assert measure.detail["capped"] is True


@pytest.mark.parametrize(
    ("sign", "value"), [("water_depth", 0.39), ("crowd_density", 3.49), ("noise_leq", 90)]
)
def test_yellow_or_comfort_does_not_cap_the_index(sign, value):
    measure = health(**{sign: value, "aqi_hourly": 1, "temperature": 20, "rain_60min": 0})
    assert (measure.detail["cap"], measure.detail["capped"]) == (100.0, False)


def test_least_of_life_safety_and_comfort_is_the_score_of_a_domain():
    assert health(water_depth=0.15, rain_60min=20).detail["domains"] == {"flood": 50.0}
    assert health(water_depth=0.4, rain_60min=0).detail["domains"] == {"flood": 30.0}


def test_health_with_too_few_fresh_signs_is_not_available():
    latest = {"water_depth": newest("water_depth", 0.0)}
    hops = dict.fromkeys(("water_depth", "noise_leq", "temperature"), HOP)
    measure = index_of(latest, hops)
    assert (measure.value, measure.reason) == (None, "too_few_fresh_signs")
    assert measure.detail["fresh_share"] == pytest.approx(1 / 3)


def test_known_flood_is_told_even_where_most_is_unknown():
    latest = {"water_depth": newest("water_depth", 0.6)}
    measure = index_of(latest, dict.fromkeys(("water_depth", "noise_leq", "temperature"), HOP))
    assert measure.value is not None
    assert measure.value <= 40


def test_unknown_life_safety_is_named_and_makes_the_index_doubtful():
    latest = {s: newest(s, 20.0) for s in ("aqi_hourly", "noise_leq", "temperature")}
    hops = dict.fromkeys((*latest, "water_depth"), HOP)
    measure = index_of(latest, hops)
    assert measure.detail["unknown"] == ["water_depth"]
    assert measure.is_suspect


@pytest.mark.parametrize(
    ("coverage", "unknown"), [(0.02, ["water_depth"]), (0.24, ["water_depth"]), (0.25, None)]
)
def test_life_safety_is_not_clear_where_next_to_nothing_is_covered(coverage, unknown):
    latest = {s: newest(s, 20.0) for s in ("aqi_hourly", "noise_leq", "temperature")}
    latest["water_depth"] = newest("water_depth", 0.0, coverage=coverage)
    measure = index_of(latest)
    assert measure.detail.get("unknown") == unknown
    assert ("flood" in measure.detail["domains"]) is (unknown is None)
    assert measure.is_suspect is (unknown is not None)


def test_life_safety_that_is_clear_but_doubtful_is_named():
    doubtful = structs.replace(newest("water_depth", 0.0), quality=Quality.SUSPECT)
    measure = index_of({"water_depth": doubtful, "noise_leq": newest("noise_leq", 50.0)})
    assert measure.detail["doubtful"] == ["water_depth"]
    assert measure.is_suspect


def test_danger_is_told_however_little_is_covered():
    latest = {"water_depth": newest("water_depth", 0.6, coverage=0.02)}
    measure = index_of({**latest, "noise_leq": newest("noise_leq", 50.0)})
    assert measure.detail["capped_by"] == "water_depth"
    assert "unknown" not in measure.detail


@pytest.mark.parametrize(("minute", "share"), [(60, 1.0), (59, 1.0), (58, 0.7165), (56, 0.3679)])
def test_age_beyond_one_hop_takes_weight_away(minute, share):
    latest = {"temperature": newest("temperature", 20.0, minute)}
    measure = index_of(latest, {"temperature": HOP, "noise_leq": HOP}, min_weight=1.0)
    assert measure.detail["fresh_share"] == pytest.approx(share / 2, abs=1e-4)


def test_coverage_takes_weight_away():
    latest = {"temperature": newest("temperature", 20.0, coverage=0.5)}
    measure = index_of(latest, {"temperature": HOP}, min_weight=1.0)
    assert measure.detail["fresh_share"] == 0.5


def test_interval_holds_the_index_and_is_the_same_each_time():
    one, other = (health(water_depth=0.2, noise_leq=80, aqi_hourly=120) for _ in range(2))
    assert one == other
    assert one.detail["low"] < one.value < one.detail["high"]
    assert health({"seed": 1}, water_depth=0.2, noise_leq=80, aqi_hourly=120) != one


def test_interval_of_one_domain_is_a_point():
    assert interval({"a": 50.0}, {"a": 1.0}, 0.25, 200, 1) == pytest.approx((50.0, 50.0))


scores = st.dictionaries(st.sampled_from("abcdef"), st.floats(1, 100), min_size=1)


@given(scores)
def test_composite_lies_between_the_least_and_the_arithmetic_mean(found):
    weights = dict.fromkeys(found, 1.0)
    value = composite(found, weights)
    assert min(found.values()) - 1e-9 <= value <= sum(found.values()) / len(found) + 1e-9
    assert sum(contributions(found, weights).values()) == pytest.approx(
        0.0 if min(found.values()) == 100 else 1.0
    )


# -- towns and districts --------------------------------------------------------------------------


def zones(*scores, weight=1.0):
    return [(a_value(0, score, zone=f"z{n:03}"), weight) for n, score in enumerate(scores)]


def test_roll_up_is_the_harmonic_mean_beside_the_worst_place():
    measure = roll_up(zones(70.0, 100.0))
    assert measure.value == pytest.approx(2 / (1 / 70 + 1 / 100))
    assert (measure.detail["worst_place"], measure.detail["worst_value"]) == ("z000", 70.0)
    assert (measure.detail["reds"], measure.detail["unknown_places"]) == (0, 0)


def test_one_bad_segment_of_300_pulls_as_the_notes_say():
    assert roll_up(zones(5.0, *[95.0] * 299)).value == pytest.approx(89.6, abs=0.05)
    assert power_mean([(5.0, 1.0), *[(95.0, 1.0)] * 299], -4.0, 5.0) == pytest.approx(
        20.8, abs=0.05
    )


def test_roll_up_floors_its_members_at_five():
    assert roll_up(zones(0.0, 5.0)).value == pytest.approx(5.0)


@pytest.mark.parametrize(("reds", "is_capped"), [(2, False), (3, True)])
def test_three_red_places_cap_their_town(reds, is_capped):
    value = roll_up(zones(*[40.0] * reds, *[100.0] * 50)).value
    assert value is not None
    assert (value <= 40) == is_capped


@pytest.mark.parametrize(("others", "is_capped"), [(19, True), (20, False)])
def test_red_place_with_5_percent_of_the_exposure_caps_its_town(others, is_capped):
    value = roll_up(zones(40.0, *[100.0] * others)).value
    assert value is not None
    assert (value <= 40) == is_capped


def test_place_that_is_only_uncomfortable_caps_nothing():
    dull = a_value(0, 38.0, zone="dull", detail={"cap": 100.0})
    assert roll_up([(dull, 1.0), *zones(100.0, 100.0)]).detail["capped"] is False


def test_orange_places_cap_at_60():
    assert roll_up(zones(60.0, 60.0, 60.0, *[100.0] * 3)).value == 60


def test_roll_up_of_mostly_unknown_places_is_not_available():
    assert roll_up(zones(100.0, None)).value is None
    measure = roll_up(zones(100.0, 100.0, 100.0, None, None))
    assert measure.value == pytest.approx(100)
    assert measure.detail["unknown_places"] == 2


def test_roll_up_of_places_without_exposure_is_not_available():
    assert roll_up(zones(100.0, 50.0, weight=0.0)).value is None


def test_roll_up_of_nothing_is_not_available():
    assert roll_up([]).value is None


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(0.1, 10)), min_size=1, max_size=20))
def test_roll_up_lies_between_the_worst_and_the_best(members):
    values = [(a_value(0, score), weight) for score, weight in members]
    low, high = min(s for s, _ in members), max(s for s, _ in members)
    found = roll_up(values).value
    assert found is not None
    assert min(max(low, 5.0), 40.0) - 1e-9 <= found <= max(high, 5.0) + 1e-9
