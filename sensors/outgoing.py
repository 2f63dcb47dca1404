"""What a simulated terminal sends: the seam between the pure simulator and its publisher."""

import msgspec


class Outgoing(msgspec.Struct, frozen=True):
    """One MQTT message that a terminal has to publish.

    Attributes:
        due: Stream time (Unix seconds) at which it leaves the terminal; streams of these are
            ordered by it.
        terminal: Id of the publishing terminal; need not be one of the city's.
        payload: The bytes, a SenML JSON pack or deliberate rubbish.
        records: Readings that the ledger counts as received for it: its resolved SenML records,
            1 for a payload that cannot be decoded.
        topic_zone: Zone in the MQTT topic where it deliberately is not the terminal's own;
            None for the terminal's own zone.
    """

    due: float
    terminal: str
    payload: bytes
    records: int
    topic_zone: str | None = None
