"""Settings of air, noise and weather as a city writes them in YAML."""

import msgspec
import pytest

from indicators.air.settings import AirSettings
from indicators.air.signs import air_signs
from indicators.fire.settings import FireSettings
from indicators.noise.settings import NoiseSettings
from indicators.noise.signs import noise_signs
from indicators.weather.settings import WeatherSettings
from indicators.weather.signs import weather_signs

every = pytest.mark.parametrize("settings", [AirSettings, NoiseSettings, WeatherSettings])


@every
def test_settings_survive_being_written_and_read(settings):
    assert msgspec.convert(msgspec.to_builtins(settings()), settings) == settings()


@every
def test_misspelt_setting_is_refused(settings):
    with pytest.raises(msgspec.ValidationError, match="levls"):
        msgspec.convert({"levls": []}, settings)


def test_changed_level_and_utility_reach_the_signs():
    level = {"id": "X", "edge": 60.0, "zh": "吵", "en": "loud", "colour": "red"}
    given = msgspec.convert({"levels": [level], "utility": [[50, 100], [60, 1]]}, NoiseSettings)
    leq = {sign.id: sign for sign in noise_signs(given)}["noise_leq"]
    assert (leq.level_of(60.0), leq.utility) == ("X", ((50, 100), (60, 1)))


def test_values_of_the_first_catalogue_keep_their_declaration():
    signs = {s.id: s for s in (*air_signs(), *noise_signs(), *weather_signs())}
    assert [(signs[s].unit, signs[s].window_s) for s in ("aqi_hourly", "noise_leq", "temperature")] == [
        ("1", 3600), ("dB", 600), ("Cel", 600)]  # fmt: skip


def test_conversions_that_a_city_does_not_name_have_their_defaults():
    own = msgspec.convert({"ug_per_ppb": {"o3": 2.0}}, AirSettings)
    assert own.ug_per_ppb == {**AirSettings().ug_per_ppb, "o3": 2.0}
    assert len(own.ug_per_ppb) == 4


def test_probabilities_that_a_city_does_not_name_have_their_defaults():
    own = msgspec.convert({"probabilities": {"co": 0.6}}, FireSettings)
    assert own.probabilities == {"smoke": 0.7, "co": 0.6, "particles": 0.4, "spot": 0.8}


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        (AirSettings, {"ug_per_ppb": {"ozone": 2.0}}),
        (FireSettings, {"probabilities": {"smok": 1.0}}),
    ],
)
def test_entry_that_there_is_not_is_refused(settings, given):
    with pytest.raises(msgspec.ValidationError, match="has no '"):
        msgspec.convert(given, settings)
