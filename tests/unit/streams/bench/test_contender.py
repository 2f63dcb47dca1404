"""Rates and ratios."""

import pytest

from streams.bench.contender import Ratio, Row, ratio, ratios


def a_row(name: str, packs: int, seconds: float, cpu_s: float) -> Row:
    return Row(
        name=name, packs=packs, seconds=seconds, cpu_s=cpu_s, cpu_total_s=cpu_s + 1,
        broker_cpu_s=0.5, peak_bytes=1,
    )  # fmt: skip


def test_rates_count_from_the_first_pack() -> None:
    row = a_row("ours", 1000, 2.0, 0.5)
    assert row.packs_per_second == 500
    assert row.cpu_us_per_pack == pytest.approx(500)


def test_ratio_is_ours_divided_by_the_other_per_second_and_per_cpu_second() -> None:
    ours, other = a_row("ours", 1000, 1.0, 1.0), a_row("other", 100, 1.0, 2.0)
    assert ratio(ours, other) == Ratio(10.0, 20.0)
    assert ratio(ours, ours) == Ratio(1.0, 1.0)


def test_ratio_compares_runs_of_unequal_length() -> None:
    ours, cut_short = a_row("ours", 1_000_000, 10.0, 9.0), a_row("other", 20_000, 40.0, 36.0)
    compared = ratio(ours, cut_short)
    assert (compared.wall, compared.cpu) == pytest.approx((200.0, 200.0))


def test_ratio_of_a_run_too_short_for_cpu_time_has_none() -> None:
    assert ratio(a_row("ours", 10, 1.0, 1.0), a_row("other", 10, 2.0, 0.0)).cpu is None


def test_ratios_are_named_after_the_others() -> None:
    ours = a_row("ours", 10, 1.0, 1.0)
    others = [a_row("x", 5, 1.0, 1.0), a_row("y", 20, 1.0, 1.0)]
    assert {name: value.wall for name, value in ratios(ours, others).items()} == {"x": 2, "y": 0.5}
