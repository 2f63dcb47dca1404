"""What the simulated terminals know they have sent, counted apart from gateway and engine."""

import msgspec


class PublishedCounts(msgspec.Struct):
    """Counts of one run of the publisher.

    Attributes:
        packs: Messages that were due, deliberate repetitions included.
        records: SenML records in them (1 for an undecodable one).
        unique: Different packs, by terminal and bytes.
        receipts: Different packs for which a receipt has come.
        resent: Messages sent again for want of a receipt.
        resent_records: SenML records in those.
        unconfirmed: Different packs without a receipt at the end.
    """

    packs: int = 0
    records: int = 0
    unique: int = 0
    receipts: int = 0
    resent: int = 0
    resent_records: int = 0
    unconfirmed: int = 0
