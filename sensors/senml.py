"""SenML (RFC 8428) packs: JSON decoding and the resolution of base fields.

A pack that breaks the RFC is refused whole, with the record and the rule it breaks. NaN and
Infinity are no JSON, but terminals send them: such a pack is read all the same, so that one broken
reading costs one reading, and the values stay NaN for screening to reject.
"""

import json
import math
import re
from typing import Final, NamedTuple

import msgspec

from sensors.reason import Reason

ABSOLUTE_FROM: Final = 2**28
"""Times below this many seconds are relative to now (RFC 8428, 4.5.3)."""
SUPPORTED_VERSION: Final = 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*\Z")


class Record(msgspec.Struct, forbid_unknown_fields=True):
    """One record as it stands in a pack (RFC 8428, tables 1 and 2)."""

    n: str = ""
    u: str | None = None
    v: float | None = None
    t: float = 0.0
    bn: str | None = None
    bt: float | None = None
    bu: str | None = None
    bv: float | None = None
    bs: float | None = None
    bver: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: float | None = None
    ut: float | None = None


class Resolved(NamedTuple):
    """One record with its base fields applied.

    Attributes:
        name: Full name, `<terminal>/<quantity>`.
        unit: Unit as sent; empty where none was given.
        at: Event time, Unix ms; below 2^28 s where the pack gave relative time.
        value: The number; None where the record carries text, a boolean, data or only a sum.
    """

    name: str
    unit: str
    at: int
    value: float | None


class SenmlError(ValueError):
    """A payload that is no SenML pack; `reason` is its reject code."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


_decoder = msgspec.json.Decoder(list[Record])
_convert = msgspec.convert


def decode(payload: bytes | msgspec.Raw) -> list[Resolved]:
    """Decode a pack and resolve every record.

    Args:
        payload: The pack's bytes.

    Returns:
        One entry a record, in the pack's order; records with base fields only have none.

    Raises:
        SenmlError: The payload is empty, no JSON, or breaks RFC 8428.

    Example:
        >>> pack = b'[{"bn":"a/","bt":1.6e9,"n":"x","u":"m","v":1},{"n":"y","u":"m","t":-1,"v":2}]'
        >>> decode(pack)[1]
        Resolved(name='a/y', unit='m', at=1599999999000, value=2.0)
    """
    return resolve(records_of(payload))


def records_of(payload: bytes | msgspec.Raw) -> list[Record]:
    """The records of a pack as they stand in it; raises as `decode`."""
    try:
        return _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_slowly(bytes(payload))


def _decode_slowly(payload: bytes) -> list[Record]:
    """Find out what a payload that is not plainly a pack is; tolerate NaN and unknown labels."""
    if not payload.strip():
        raise SenmlError(Reason.EMPTY_PAYLOAD, "payload of no bytes")
    try:
        tree = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise SenmlError(Reason.INVALID_JSON, str(error)[:200]) from None
    if not isinstance(tree, list) or not tree:
        raise SenmlError(Reason.BAD_SENML, "a pack is an array of at least one record")
    return [_record(entry, index) for index, entry in enumerate(tree)]


def _record(entry: object, index: int) -> Record:
    if not isinstance(entry, dict):
        raise SenmlError(Reason.BAD_SENML, f"record {index} is no object")
    for label in entry:
        if label.endswith("_"):
            detail = f"record {index}: label {label!r} must be understood"
            raise SenmlError(Reason.BAD_SENML, detail)
    known = {label: value for label, value in entry.items() if label in Record.__struct_fields__}
    for label in ("n", "u", "v", "t", "bn", "bt", "bu", "bv", "bs", "bver", "vs", "vb", "vd", "s"):
        if label in known and known[label] is None:
            raise SenmlError(Reason.BAD_SENML, f"record {index}: {label} is null")
    try:
        return _convert(known, Record)
    except (msgspec.ValidationError, OverflowError) as error:
        raise SenmlError(Reason.BAD_SENML, f"record {index}: {error}") from None


def resolve(records: list[Record]) -> list[Resolved]:  # noqa: C901 - one pass, for speed
    """Apply base fields; raises SenmlError where a record breaks the RFC."""
    name = unit = ""
    time = value = 0.0
    out: list[Resolved] = []
    is_name = _NAME.match
    for index, record in enumerate(records):
        if record.bn is not None:
            name = record.bn
        if record.bt is not None:
            time = record.bt
        if record.bu is not None:
            unit = record.bu
        if record.bv is not None:
            value = record.bv
        if record.bver is not None and not 0 < record.bver <= SUPPORTED_VERSION:
            raise SenmlError(Reason.BAD_SENML, f"record {index}: version {record.bver:g}")
        number = record.v
        others = record.vs is not None or record.vb is not None or record.vd is not None
        if number is None or others:
            if _is_base_only(record):
                continue
            _check_value_fields(record, index)
        full = name + record.n
        if not is_name(full):
            detail = f"record {index}: name {full[:80]!r} breaks RFC 8428, 4.5.1"
            raise SenmlError(Reason.BAD_SENML, detail)
        at = (time + record.t) * 1000
        if not math.isfinite(at):
            raise SenmlError(Reason.BAD_SENML, f"record {index}: time is no number")
        out.append(
            Resolved(
                full,
                unit if record.u is None else record.u,
                round(at),
                None if number is None else number + value,
            )
        )
    if not out:
        raise SenmlError(Reason.BAD_SENML, "no record has a value")
    return out


def _is_base_only(record: Record) -> bool:
    return not record.n and all(
        field is None for field in (record.v, record.vs, record.vb, record.vd, record.s)
    )


def _check_value_fields(record: Record, index: int) -> None:
    given = sum(field is not None for field in (record.v, record.vs, record.vb, record.vd))
    if given > 1:
        raise SenmlError(Reason.BAD_SENML, f"record {index}: {given} value fields")
    if given == 0 and record.s is None:
        raise SenmlError(Reason.BAD_SENML, f"record {index}: no value")
