"""What every vital sign of the registry keeps."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from indicators.registry import SIGNS
from indicators.vital_sign import Basis, Inputs
from indicators.words import REASONS
from sensors.city import Zone
from sensors.quantity import CATALOGUE
from tests.builders import T0_MS

COLOURS = {"blue", "yellow", "orange", "red", "green", "purple", "maroon"}
FIXED = {
    "water_depth", "rain_60min", "crowd_density", "people_count", "traffic_speed_ratio",
    "traffic_speed", "aqi_hourly", "noise_leq", "temperature", "device_availability", "health_index",
}  # fmt: skip
LIFE_SAFETY = {"crowd_capacity_share", "crowd_density", "crowd_pressure", "fire_probability", "gas_ch4", "gas_h2s", "manhole_state", "river_above_warning", "shaft_fill", "water_depth", "water_hazard"}  # fmt: skip
"""What no good comfort may hide: water, crowd, fire, manhole, gas."""
every_sign = pytest.mark.parametrize("sign", SIGNS.values(), ids=lambda sign: sign.id)


def test_ids_that_others_build_on_are_there():
    assert set(SIGNS) >= FIXED


@every_sign
def test_id_follows_noun_detail(sign):
    assert SIGNS[sign.id] is sign
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", sign.id)


@every_sign
def test_names_are_chinese_and_english(sign):
    assert re.search(r"[\u4e00-\u9fff]", sign.zh)
    assert re.fullmatch(r"[ -~]+", sign.en)


@every_sign
def test_source_is_given(sign):
    assert len(sign.source) >= 3
    assert sign.formula.__doc__


@every_sign
def test_inputs_are_in_the_catalogue(sign):
    assert set(sign.inputs) <= set(CATALOGUE)
    assert set(sign.needs) <= set(sign.inputs)
    assert bool(sign.inputs) == (sign.basis is Basis.READINGS)


@every_sign
def test_levels_go_from_harmless_to_severe(sign):
    edges = [level.edge for level in sign.levels]
    assert edges == sorted(edges, reverse=sign.descending)
    assert len(set(edges)) == len(edges)
    assert len({level.id for level in sign.levels}) == len(edges)
    for level in sign.levels:
        assert level.colour in COLOURS
        assert re.search(r"[\u4e00-\u9fff]", level.zh)
        assert re.fullmatch(r"[ -~]+", level.en)


def test_level_id_means_one_thing_wherever_it_stands():
    looks: dict[str, tuple[str, str, str]] = {}
    for sign in SIGNS.values():
        for level in sign.levels:
            known = looks.setdefault(level.id, (level.zh, level.en, level.colour))
            assert known == (level.zh, level.en, level.colour), (sign.id, level.id)


def words_in(node: ast.AST | None) -> set[str]:
    """The reasons that stand in an expression, in all of its branches."""
    if isinstance(node, ast.IfExp):
        return words_in(node.body) | words_in(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return set()


def reasons_of(trees: list[ast.Module]) -> set[str]:
    """Reasons of measures: as they stand, by a name, or by what a function returns."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) == "Measure"]
    asked = [c.args[1] for c in calls if len(c.args) > 1 and ast.unparse(c.args[0]) == "None"]
    names = {
        ast.unparse(n) for reason in asked for n in ast.walk(reason) if isinstance(n, ast.Name)
    }
    assigned = [n for n in nodes if isinstance(n, ast.Assign) and words_in(n.value)]
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.returns]
    speaking = [f for f in functions if "str" in ast.unparse(f.returns or f).split(" | ")]
    found = {word for reason in asked for word in words_in(reason)}
    for node in assigned:
        if names & {ast.unparse(target) for target in node.targets}:
            found |= words_in(node.value)
    for function in speaking:
        if function.name in names or "|" in ast.unparse(function.returns or function):
            returns = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
            found |= {word for n in returns for word in words_in(n.value)}
    return found


def test_every_reason_is_put_in_words():
    modules = (Path(__file__).parents[2] / "indicators").rglob("*.py")
    named = reasons_of([ast.parse(module.read_text("utf-8")) for module in modules])
    assert {"no_data", "no_depth", "silent_sensors", "too_few_hours", "no_rating"} <= named
    assert named - set(REASONS) == set()


def test_no_level_claims_a_standard_that_is_only_remembered():
    labels = [level.zh for sign in SIGNS.values() for level in sign.levels]
    assert not [label for label in labels if re.search("超标|不达标", label)]


@every_sign
def test_utility_ascends_in_value_and_stays_within_1_and_100(sign):
    assert all(one[0] < other[0] for one, other in pairwise(sign.utility))
    assert all(1 <= score <= 100 for _, score in sign.utility)


def test_life_safety_is_water_crowd_fire_manholes_and_gas():
    assert {sign.id for sign in SIGNS.values() if sign.is_life_safety} == LIFE_SAFETY


@every_sign
def test_life_safety_has_a_utility_and_a_level_that_caps_the_index(sign):
    if sign.is_life_safety:
        assert sign.utility
        assert {"orange", "red"} & {level.colour for level in sign.levels}


@every_sign
def test_windows_and_coverage_are_sensible(sign):
    assert sign.window_s > 0
    assert 0 <= sign.hop_s <= sign.window_s
    assert 0 <= sign.min_coverage <= 1


@every_sign
def test_nothing_in_gives_no_value_and_says_why(sign):
    nothing = Inputs(zone=Zone(id="z"), start=T0_MS, end=T0_MS + 60_000)
    measure = sign.formula(nothing)
    assert measure.value is None
    assert measure.reason
