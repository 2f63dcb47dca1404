"""What a zone partition tells a district partition: values and clocks, numbered per source.

A clock says that no value with a smaller `at` will follow from this source.
"""

import msgspec

from indicators.vital_sign import VitalValue

CLOCK_MS = 200
"""Clocks are multiples of this, so that how often a partition is ticked changes no result."""


class Indication(msgspec.Struct, frozen=True, array_like=True):
    """One numbered item; a clock where `value` is None."""

    seq: int
    at: int
    value: VitalValue | None = None


class IndicationFrame(msgspec.Struct, frozen=True, array_like=True):
    """The record of the `indications` topic: items of one source partition."""

    source: int
    items: list[Indication]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(IndicationFrame)


def encode_indications(frame: IndicationFrame) -> bytes:
    """The record's bytes (MessagePack)."""
    return _encoder.encode(frame)


def decode_indications(record: bytes) -> IndicationFrame:
    """Read a record; raises msgspec.DecodeError where it is none."""
    return _decoder.decode(record)


def clock_of(now: int) -> int:
    """The clock at a stream time (ms): the last multiple of `CLOCK_MS`."""
    return now - now % CLOCK_MS
