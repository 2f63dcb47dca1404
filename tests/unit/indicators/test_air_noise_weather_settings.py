"""Settings of air, noise and weather as a city writes them in YAML."""

import msgspec
import pytest

from indicators.air.settings import AirSettings
from indicators.air.signs import air_signs
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
