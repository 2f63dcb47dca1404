"""Safe speed in water, and courses between their points."""

import pytest

from sensors.simulator.surroundings import course_at
from sensors.simulator.traffic import safe_speed


@pytest.mark.parametrize(
    ("depth", "speed"), [(0.05, 61), (0.10, 41), (0.15, 24), (0.20, 12), (0.27, 3), (0.30, 0)]
)
def test_water_of_a_depth_allows_the_published_speed(depth: float, speed: float) -> None:
    assert safe_speed(depth) == pytest.approx(speed, abs=0.6)


def test_course_holds_its_ends_and_is_linear_between() -> None:
    course = ((5.0, 1.0), (10.0, 3.0), (20.0, 0.0))
    assert [course_at(course, m) for m in (0, 5, 7.5, 10, 15, 20, 99)] == [1, 1, 2, 3, 1.5, 0, 0]
    assert course_at((), 5) == 0.0
