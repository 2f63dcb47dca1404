"""Reception lines: what a gateway saw, one JSON object a line; frames are lines joined by LF.

Three kinds, told apart by their fields: a reception (`terminal` with `pack` or `raw`), a command
(`command`), a tick (only `received`). A recording is these same lines, gzip'd.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

MAX_PAYLOAD: int = 256 * 1024
"""Payloads beyond this many bytes are kept as a beginning, a length and a digest."""
KEPT_OF_OVERSIZED: int = 64 * 1024


class Oversized(msgspec.Struct, frozen=True):
    """What is kept of a payload over 256 KiB, beside its first 64 KiB in `raw`."""

    length: int
    sha256: str


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person or a linked system asks of a work order.

    Attributes:
        id: Unique; the same command twice takes effect once.
        order: Id of the work order.
        zone: Zone of the order; decides its district and so its partition.
        action: accept, start or done.
        actor: Who asks.
        note: What the actor says about it.
    """

    id: str
    order: str
    zone: str
    action: str
    actor: str = ""
    note: str = ""


NO_PACK = msgspec.Raw()
"""msgspec reads no optional Raw; an absent pack is an empty one."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line as it stands in a frame or a recording.

    Attributes:
        received: Unix seconds (float) at which the gateway had it; stamped once, never changed.
        terminal: Terminal id from the MQTT topic; None in a tick or a command.
        pack: The SenML pack, byte for byte, where it was valid JSON on one line; else empty.
        raw: Base64 of the payload where it was not.
        oversized: Set where `raw` is only the beginning.
        command: A command instead of a pack.
    """

    received: float
    terminal: str | None = None
    pack: msgspec.Raw = NO_PACK
    raw: str | None = None
    oversized: Oversized | None = None
    command: Command | None = None


_decoder = msgspec.json.Decoder(Line)
_any_json = msgspec.json.Decoder()
_SURELY_FLAT: Final = 100
_MARGIN: Final = 300
_LATEST: Final = 253_370_764_800.0
"""The year 9999: what is received later cannot be written as a date."""


def is_json_line(payload: bytes) -> bool:
    """Whether a payload may stand verbatim in a line: valid JSON without CR, LF or outer space."""
    return _json_entries(payload) is not None


def _json_entries(payload: bytes) -> int | None:
    """Entries of a payload that may stand verbatim in a line; None where it may not."""
    if b"\n" in payload or b"\r" in payload or payload != payload.strip():
        return None
    try:
        tree = _any_json.decode(payload)
        if payload.count(b"[") + payload.count(b"{") > _SURELY_FLAT:
            # Whoever reads the line decodes it one level deeper, and deeper in its own stack.
            _any_json.decode(b"[" * _MARGIN + payload + b"]" * _MARGIN)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return len(tree) if isinstance(tree, list) else 1


def encode_reception(terminal: str, received: float, payload: bytes) -> bytes:
    """The line of one MQTT message (without LF), the payload kept as it came.

    Args:
        terminal: Terminal id, from the topic.
        received: Unix seconds.
        payload: The message's payload, any bytes of any length.
    """
    tail, _ = reception_tail(payload)
    return reception_head(terminal) + repr(received).encode() + tail


def reception_head(terminal: str) -> bytes:
    """What stands in the lines of a terminal's messages ahead of the time."""
    return b'{"terminal":' + msgspec.json.encode(terminal) + b',"received":'


def reception_tail(payload: bytes) -> tuple[bytes, int | None]:
    """What stands in the line of a message behind the time, and the entries of its array.

    Args:
        payload: The message's payload, any bytes of any length.

    Returns:
        The end of the line; the entries of the payload's array, 1 for other JSON, and None where
        the payload does not stand there verbatim.
    """
    if len(payload) > MAX_PAYLOAD:
        kept = base64.b64encode(payload[:KEPT_OF_OVERSIZED])
        digest = hashlib.sha256(payload).hexdigest().encode()
        length = str(len(payload)).encode()
        about = b',"oversized":{"length":' + length + b',"sha256":"' + digest + b'"}}'
        return b',"raw":"' + kept + b'"' + about, None
    entries = _json_entries(payload)
    if entries is None:
        return b',"raw":"' + base64.b64encode(payload) + b'"}', None
    return b',"pack":' + payload + b"}", entries


def encode_tick(received: float) -> bytes:
    """The line of a tick: stream time and nothing else."""
    return b'{"received":' + repr(received).encode() + b"}"


def encode_command(received: float, command: Command) -> bytes:
    """The line of a command."""
    return msgspec.json.encode(Line(received=received, command=command))


def decode_line(line: bytes) -> Line:
    """Read one line.

    Raises:
        msgspec.DecodeError: The line is not JSON or not of this shape.
    """
    try:
        return _decoder.decode(line)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from None


def received_ms(received: float) -> int:
    """The `received` of a line as Unix ms.

    Raises:
        msgspec.DecodeError: It is before 1970 or beyond the year 9999: no gateway stamped it.
    """
    if not 0.0 <= received < _LATEST:
        raise msgspec.DecodeError(f"received {received:g} is no time")
    return round(received * 1000)


class _Stamp(msgspec.Struct):
    """The one field that every line has."""

    received: float


_stamp_decoder = msgspec.json.Decoder(_Stamp)


def stamp_of(line: bytes) -> int | None:
    """The `received` (Unix ms) of a line that may be broken otherwise; None where it has none."""
    try:
        return received_ms(_stamp_decoder.decode(line).received)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def join_frame(lines: Iterable[bytes]) -> bytes:
    """A frame: lines separated by LF."""
    return b"\n".join(lines)


def split_frame(frame: bytes) -> Iterator[bytes]:
    """The lines of a frame; empty ones are skipped."""
    return (line for line in frame.split(b"\n") if line)
