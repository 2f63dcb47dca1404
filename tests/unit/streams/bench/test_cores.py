"""Who had the cores, and what several processes would have done on cores of their own."""

import os
import sys

import pytest

from streams.bench.contender import Row
from streams.bench.cores import Look, Shares, look, shares
from streams.bench.shares_report import cores_grid, on_free_cores


def a_row(processes: int, seconds: float, found: Shares | None) -> Row:
    name = "ours" if processes == 1 else f"ours, {processes} processes"
    return Row(
        name=name, packs=1000, seconds=seconds, cpu_s=1.0, cpu_total_s=1.0, broker_cpu_s=1.0,
        peak_bytes=1, processes=processes, shares=found,
    )  # fmt: skip


ALONE = Shares(2, 10.0, (9.0,), broker=1.0, poller=0.5, others=0.5, idle=9.0)
TWO = Shares(2, 8.0, (6.0, 5.0), broker=2.0, poller=1.0, others=1.0, idle=1.0)


def test_shares_sum_up_to_all_cores():
    cores = os.cpu_count() or 1
    before = Look(100.0, {1: 5.0}, broker=1.0, poller=1.0, idle=50.0)
    after = Look(110.0, {1: 5.01, 2: 4.0, 3: 6.0}, broker=2.0, poller=1.5, idle=51.0)
    found = shares(before, after)
    assert found.workers == (6.0, 4.0), "the parent did nothing"
    assert (found.broker, found.poller, found.idle) == (1.0, 0.5, 1.0)
    assert found.others == pytest.approx(max(0.0, cores * 10.0 - 12.5))


def test_one_process_has_at_most_one_core_and_two_what_the_others_leave():
    assert ALONE.left(1) == 1.0
    assert TWO.left(2) == pytest.approx(1.5)


def test_speed_up_on_free_cores_is_by_core_that_was_left():
    rows = [a_row(1, 10.0, ALONE), a_row(2, 8.0, TWO)]
    assert on_free_cores(rows) == {"2": pytest.approx(2 * (1000 / 8 / 1.5) / (1000 / 10 / 1.0))}
    (grid,) = cores_grid(rows)
    assert grid.rows[1][-2:] == ("1.25", "1.67")
    assert grid.rows[0][-2:] == ("", "")


def test_nothing_is_said_where_nobody_looked():
    rows = [a_row(1, 10.0, None)]
    assert on_free_cores(rows) == {}
    assert list(cores_grid(rows)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_look_at_this_process():
    own = os.getpid()
    found = look(own, own)
    assert found.processes[own] == pytest.approx(found.poller, abs=0.1)
    assert found.idle >= 0
