"""The fault judges of zones as blocks `faults/<id>` of a snapshot.

Apart from the zone's other block: that one changes with each window of any sign, a judge once in
five minutes, and a zone has as many judges as series.
"""

from collections.abc import Iterable, Mapping

import msgspec

from anomaly.faults.zone_faults import ZoneFaultState
from streams.engine.packing import pack, unpack


def fault_blocks(judged: Iterable[tuple[str, ZoneFaultState]]) -> dict[str, bytes]:
    """The blocks of zones."""
    return {f"faults/{zone}": pack(msgspec.msgpack.encode(state)) for zone, state in judged}


def judges_in(blocks: Mapping[str, bytes], zone: str) -> ZoneFaultState:
    """The judges of a zone; those that know nothing where there is no block.

    Raises:
        msgspec.DecodeError: The block is of another version.
        zlib.error: It is damaged.
    """
    block = blocks.get(f"faults/{zone}")
    if block is None:
        return ZoneFaultState()
    return msgspec.msgpack.decode(unpack(block), type=ZoneFaultState)
