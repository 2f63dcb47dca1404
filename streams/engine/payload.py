"""The payload that a reception line carries."""

import base64
import binascii

import msgspec

from sensors.line import MAX_PAYLOAD, Line
from sensors.reason import Reason
from sensors.senml import SenmlError


def payload_of(line: Line) -> bytes | msgspec.Raw:
    """The MQTT payload as it came.

    Raises:
        SenmlError: It was kept only in part, or the line carries none.
    """
    if line.oversized is not None:
        detail = f"{line.oversized.length} bytes, {MAX_PAYLOAD} are the limit"
        raise SenmlError(Reason.OVERSIZED, f"{detail}; sha256 {line.oversized.sha256}")
    if line.pack:
        return line.pack
    if line.raw is None:
        raise SenmlError(Reason.BROKEN_LINE, "the line has neither pack nor raw")
    try:
        return base64.b64decode(line.raw, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SenmlError(Reason.BROKEN_LINE, f"raw is not base64: {error}") from None
