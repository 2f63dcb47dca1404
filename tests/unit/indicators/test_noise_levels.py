"""Energy means, day-night level and grades as numbers."""

import math

import pytest

from indicators.noise.level import area_grade, energy_mean, grade, ldn, road_grade
from indicators.noise.settings import NoiseSettings

DEFAULTS = NoiseSettings()


def test_mean_is_of_energy_and_not_of_decibels():
    assert energy_mean([(60.0, 1.0), (70.0, 1.0)]) == pytest.approx(10 * math.log10(5.5e6))


def test_mean_weighs_by_time():
    assert energy_mean([(60.0, 3.0), (70.0, 1.0)]) == pytest.approx(10 * math.log10(1.3e7 / 4))


def test_day_night_level_counts_the_night_ten_decibels_louder():
    expected = 10 * math.log10((16 * 10**6.0 + 8 * 10**6.5) / 24)
    assert ldn(DEFAULTS, 60.0, 55.0) == pytest.approx(expected)


@pytest.mark.parametrize("level", [40.0, 65.0])
def test_day_night_level_of_a_night_ten_decibels_quieter_is_the_days(level):
    assert ldn(DEFAULTS, level, level - 10) == pytest.approx(level)


@pytest.mark.parametrize("which", ["area_day", "area_night", "road_day", "road_night"])
def test_level_at_the_end_of_a_grade_still_has_it(which):
    ends = getattr(DEFAULTS, which)
    assert len(ends) == 4
    for number, end in enumerate(ends, start=1):
        assert grade(ends, end - 0.1) == number
        assert grade(ends, end) == number
        assert grade(ends, end + 0.1) == number + 1


@pytest.mark.parametrize(
    ("of", "day", "night"), [(area_grade, 50.0, 40.0), (road_grade, 68.0, 58.0)]
)
def test_grades_of_day_and_night_differ(of, day, night):
    assert of(DEFAULTS, day, at_night=False) == 1
    assert of(DEFAULTS, day, at_night=True) > 1
    assert of(DEFAULTS, night, at_night=True) == 1


def test_grades_are_settings():
    assert area_grade(NoiseSettings(area_day=(10.0, 20.0, 30.0, 40.0)), 50.0, at_night=False) == 5
