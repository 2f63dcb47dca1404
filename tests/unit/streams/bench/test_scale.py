"""The sizes of the scale measurement are comparable, and a case measures what it says."""

import pytest

from sensors.screening import horizon_ms
from streams.bench.scale import SIZES, spec_of
from streams.bench.scale_case import ScaleSpec, run_case


@pytest.mark.parametrize("terminals", SIZES)
def test_every_size_has_equal_readings_a_second_and_outputs_a_reading(terminals: int) -> None:
    spec, window = spec_of(terminals, 240, 480)
    assert spec.terminals / spec.cadence == pytest.approx(560)
    assert spec.zones / window == 5.6
    assert spec.zones <= terminals
    assert window >= spec.cadence
    assert 480 % window == 0
    assert (spec.warm_up, spec.packs) == (240 * 560, 480 * 560)


def test_case_counts_readings_outputs_and_snapshots() -> None:
    figures = run_case(ScaleSpec(56, 14, 1.0, 56 * 20, 56 * 40))
    # Measured are whole frames; 14 zones publish ten windows every ten seconds of 560 readings each.
    assert figures.readings >= 56 * 40 * 10
    assert figures.outputs / figures.readings == pytest.approx(14 * 10 / (560 * 10), rel=0.5)
    assert figures.snapshots.full_bytes > 0
    assert figures.snapshots.step_bytes > 0
    assert figures.frames == 4
    assert figures.state_bytes == 0


def test_traced_case_finds_more_state_for_more_terminals() -> None:
    few, many = (
        run_case(ScaleSpec(size, 14, 1.0, size, 2 * size, is_traced=True)) for size in (56, 560)
    )
    assert 0 < few.state_bytes < many.state_bytes


def test_memory_is_full_when_the_horizon_is() -> None:
    cadence = 300.0
    packs = 8 * horizon_ms(cadence) // 1000 // 300
    figures = run_case(ScaleSpec(8, 8, cadence, packs, 100))
    assert figures.full == 1.0
    assert figures.instants == pytest.approx(10 * 120)
