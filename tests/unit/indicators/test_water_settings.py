"""A city changes its figures in a file."""

import msgspec
import pytest

from indicators.registry import SIGNS
from indicators.vital_sign import Basis
from indicators.water.settings import WaterSettings
from indicators.water.signs import water_signs
from tests.formula_inputs import aggregate, inputs

LEVELS = """
depth_levels:
  - {id: A, edge: 0.1, zh: 浅, en: shallow, colour: orange}
  - {id: B, edge: 0.5, zh: 深, en: deep, colour: red}
first_level: A
"""


def signs_of(text):
    settings = msgspec.yaml.decode(text, type=WaterSettings)
    return {sign.id: sign for sign in water_signs(settings)}


def test_levels_of_a_file_are_those_of_the_sign_and_its_formula():
    signs = signs_of(LEVELS)
    assert signs["water_depth"].level_of(0.2) == "A"
    depth = inputs(aggregate("water_depth", [0.2]))
    assert signs["water_depth"].formula(depth).level == "A"
    assert signs["water_points"].formula(depth).value == 1
    assert SIGNS["water_points"].formula(inputs(aggregate("water_depth", [0.14]))).value == 0


def test_city_brings_its_own_storm_formula():
    signs = signs_of("""
storm_station: own
storm_tables:
  own: {zh: 佛山, en: Foshan, rows: [{period: 2, a: 1000, b: 10, n: 0.5}]}
""")
    assert "rain_return_period" in signs


@pytest.mark.parametrize(
    ("text", "message"),
    [("first_level: W9", "W9"), ("storm_station: nowhere", "nowhere"), ("clear: 1", "clear"),
     ("clear_m: deep", "float"),
     ("storm_tables: {huadu: {zh: 花, en: H, rows: []}}", "storm rows"),
     ("storm_tables: {huadu: {zh: 花, en: H, rows: [{period: 2, a: 1, b: 1, n: 1}, {period: 2, a: 1, b: 1, n: 1}]}}", "ascending")],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(text, message):
    with pytest.raises(msgspec.ValidationError, match=message):
        signs_of(text)


def test_defaults_survive_the_file():
    text = msgspec.yaml.encode(WaterSettings())
    assert msgspec.yaml.decode(text, type=WaterSettings) == WaterSettings()


@pytest.mark.parametrize("sign", water_signs(), ids=lambda sign: sign.id)
def test_history_is_made_of_signs_that_are(sign):
    assert bool(sign.sources) == (sign.basis is Basis.HISTORY)
    assert set(sign.sources) <= set(SIGNS)
    assert sign.window_s % (sign.hop_s or sign.window_s) == 0
