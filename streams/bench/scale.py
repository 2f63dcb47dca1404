"""`vitals bench scale`: whether cost and state stay in proportion from 56 to 50,000 terminals.

Equal at every size: 560 packs = 5,600 readings a second of stream time (the cadence grows with the
number of terminals: N / 560 s), the frames (256 KiB), and the published windows a reading. A window
is ten seconds, or the next step of the ladder where the cadence is longer; so that outputs a
reading stay equal, there are `ZONES_A_SECOND` zones for each second of window.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from indicators.plain_windows import WINDOW_S
from indicators.window import stretch
from streams.bench.case_process import run_in_process
from streams.bench.report import Report
from streams.bench.restart import measure_restart
from streams.bench.scale_case import ScaleFigures, ScaleSpec
from streams.bench.scale_report import PACKS_A_SECOND, ZONES_A_SECOND, ScaleRow, scale_report

Say = Callable[[str], None]

SIZES: Final = (56, 560, 5_600, 50_000)


def spec_of(terminals: int, warm_up_s: int, measured_s: int) -> tuple[ScaleSpec, int]:
    """A size, and the length of its windows in seconds.

    Args:
        terminals: Count of terminals, at least as many as it has zones.
        warm_up_s: Stream seconds before the measurement.
        measured_s: Stream seconds of the measurement; a multiple of 120 holds whole windows at
            every size.

    Example:
        >>> spec, window = spec_of(50_000, 240, 480)
        >>> spec.zones, round(spec.cadence, 2), window, spec.packs
        (672, 89.29, 120, 268800)
    """
    cadence = terminals / PACKS_A_SECOND
    window = stretch(WINDOW_S, cadence)
    packs = (warm_up_s * PACKS_A_SECOND, measured_s * PACKS_A_SECOND)
    return ScaleSpec(terminals, round(ZONES_A_SECOND * window), cadence, *packs), window


def bench_scale(
    sizes: Sequence[int],
    warm_up_s: int,
    measured_s: int,
    say: Say,
    *,
    restart: bool,
) -> Report:
    """Measure the sizes one after the other.

    Args:
        sizes: Counts of terminals.
        warm_up_s: Stream seconds before each measurement.
        measured_s: Stream seconds of each measurement.
        say: Gets a line on each step.
        restart: Whether a worker is restarted from Kafka with the last size's state.

    Raises:
        BenchError: A case failed.
    """
    rows = []
    for size in sizes:
        spec, window = spec_of(size, warm_up_s, measured_s)
        say(f"{size:,} terminals: time")
        figures = run_in_process("scale_case", spec, ScaleFigures)
        say(f"{size:,} terminals: memory")
        traced = msgspec.structs.replace(spec, is_traced=True)
        state = run_in_process("scale_case", traced, ScaleFigures).state_bytes
        rows.append(ScaleRow(spec, window, figures, state))
    restarted = None
    if restart:
        restarted = measure_restart(rows[-1].spec, say)
    return scale_report(rows, restarted)
