"""What is in a stream: how often each case that matters came up, by the plain reference."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from indicators.registry import SIGNS
from indicators.vital_sign import Basis, VitalValue
from sensors.line import decode_line
from sensors.quantity import CATALOGUE
from sensors.senml import Resolved, SenmlError, decode
from streams.engine.payload import payload_of
from tests.plain.partition import PlainPartition

MINUTE_MS = 60_000
DERIVED = {sign.id for sign in SIGNS.values() if sign.basis is not Basis.READINGS}


def census(lines: list[bytes], plain: PlainPartition) -> Counter[str]:
    """Case → how often.

    Args:
        lines: A stream.
        plain: The reference that has taken all of it.
    """
    found: Counter[str] = Counter()
    for row in plain.accounts.values():
        found.update(row)
    found.update({str(reason): count for reason, count in plain.reasons.items()})
    for reading in plain.accepted:
        found[f"stamped {'end' if reading.is_end_stamped else 'otherwise'} on an edge"] += (
            reading.at % MINUTE_MS == 0
        )
    found.update(case for value in plain.vitals for case in _cases_of(value))
    found.update(_series(plain.vitals))
    found.update(case for line in lines for case in _cases_in(line))
    for zone in plain.zones.values():
        found.update(
            f"{c.before} → {c.verdict.verdict.told}: {c.verdict.kind}" for _, c in zone.changes
        )
    received = [decoded for line in lines if (decoded := _received(line)) is not None]
    found["received going back"] = sum(b < a for a, b in pairwise(received))
    due = {value.at for value in plain.vitals if not value.revision}
    found["received on a due time"] = len(due & set(received))
    return found


def _cases_of(value: VitalValue) -> Iterator[str]:
    """Of one published value."""
    yield f"revision {min(value.revision, 3)}"
    yield f"{value.indicator} {'without' if value.value is None else 'with'} value"
    if value.reason is not None:
        yield f"NA: {value.reason}"
    if value.revision and value.value is not None:
        yield "correction with value"
    if 0 < value.coverage < 1:
        yield "partly covered"


def _series(vitals: list[VitalValue]) -> Iterator[str]:
    """Of what follows what in one series."""
    latest: dict[tuple[str, str], VitalValue] = {}
    published: set[tuple[str, str, int]] = set()
    for value in vitals:
        series = (value.zone, value.indicator)
        if value.revision and (*series, value.window_end) not in published:
            yield "first published late"
        published.add((*series, value.window_end))
        if value.revision:
            continue
        before = latest.get(series)
        latest[series] = value
        if before is not None and value.window_start > before.window_end:
            derived = value.indicator in DERIVED
            yield "derived sign slept and woke" if derived else "measured sign slept and woke"


def _received(line: bytes) -> int | None:
    try:
        return round(decode_line(line).received * 1000)
    except (msgspec.DecodeError, ValueError, OverflowError):
        return None


def _cases_in(line: bytes) -> Iterator[str]:
    """Of how one line is written."""
    try:
        decoded = decode_line(line)
    except msgspec.DecodeError:
        return
    if decoded.terminal is None:
        yield "tick" if decoded.command is None else "command"
        return
    if not line.startswith(b'{"terminal":'):
        yield "line with its keys in another order"
    try:
        payload = bytes(payload_of(decoded))
        records = decode(payload)
    except SenmlError:
        return
    yield "pack in raw" if decoded.raw is not None else "pack"
    if b" " in payload or b"\t" in payload:
        yield "white space in the pack"
    yield from _cases_of_pack(records)


def _cases_of_pack(records: list[Resolved]) -> Iterator[str]:
    instants: dict[str, set[int]] = {}
    for record in records:
        known = instants.setdefault(record.name, set())
        if record.at in known:
            yield "name twice in a pack"
        known.add(record.at)
        quantity = CATALOGUE.get(record.name.rpartition("/")[2])
        if quantity is not None and record.unit in quantity.conversions:
            yield "convertible unit"
    if max(len(known) for known in instants.values()) > 1:
        yield "several instants in a pack"
