"""Imperfect terminals: duplicates, late packs, wrong clocks, garbage, strangers; all counted."""

from collections import Counter
from collections.abc import Iterator
from random import Random

from sensors.outgoing import Outgoing
from sensors.reason import Outcome, Reason
from sensors.simulator.scenario import Imperfections
from sensors.simulator.sender import Pack

STRANGER = "XX-99"
"""A terminal that no city knows."""
_STALE = -27 * 3600.0
_FUTURE = 3600.0
_GARBAGE: tuple[tuple[bytes, Reason], ...] = (
    (b'[{"bn":"', Reason.INVALID_JSON),
    (b"\xff\xfe\x00\x07", Reason.INVALID_JSON),
    (b'{"level":0.2}', Reason.BAD_SENML),
    (b"", Reason.EMPTY_PAYLOAD),
)

Fate = Outcome | Reason


class Counts:
    """What was sent, in the terms of the ledger, which has to find the same.

    Attributes:
        packs: Messages.
        outcomes: Outcome → readings.
        reasons: Reason → readings that are late or rejected.
        terminals: Terminal → outcome → readings.
    """

    def __init__(self) -> None:
        self.packs = 0
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.terminals: dict[str, Counter[str]] = {}

    @property
    def received(self) -> int:
        """All readings."""
        return self.outcomes.total()

    def add(self, message: Outgoing, fate: Fate) -> None:
        """Count a message that was sent."""
        outcome = fate.outcome if isinstance(fate, Reason) else fate
        self.packs += 1
        self.outcomes[outcome.value] += message.records
        row = self.terminals.setdefault(message.terminal, Counter())
        row[outcome.value] += message.records
        if isinstance(fate, Reason):
            self.reasons[fate.value] += message.records

    def summary(self) -> dict[str, object]:
        """Totals as plain data: packs, received, one entry an outcome, reasons, terminals."""
        return {
            "packs": self.packs,
            "received": self.received,
            **{outcome.value: self.outcomes[outcome.value] for outcome in Outcome},
            "reasons": dict(sorted(self.reasons.items())),
            "terminals": {
                terminal: {"received": row.total(), **{o.value: row[o.value] for o in Outcome}}
                for terminal, row in sorted(self.terminals.items())
            },
        }


class Faults:
    """What goes wrong between measuring and sending.

    Args:
        imperfections: Shares of packs.
        seed: Seed of the run.
    """

    def __init__(self, imperfections: Imperfections, seed: int) -> None:
        self._shares = imperfections
        self._random = Random(f"{seed}/faults")  # noqa: S311 - chance, not a secret

    def messages(self, terminal: str, pack: Pack) -> Iterator[tuple[Outgoing, Fate]]:
        """The messages that come of a pack, in no order, each with what the ledger will say."""
        shares, count = self._shares, len(pack.readings)
        payload = pack.payload(terminal)
        due = pack.due + (self._random.uniform(20, 240) if self._chance(shares.delayed) else 0.0)
        yield Outgoing(due, terminal, payload, count), Outcome.ACCEPTED
        if self._chance(shares.duplicate):
            again = due + self._random.uniform(1, 30)
            yield Outgoing(again, terminal, payload, count), Outcome.DUPLICATE
        if self._chance(shares.stale):
            old = pack.payload(terminal, _STALE)
            yield Outgoing(due, terminal, old, count), Reason.BEYOND_HORIZON
        if self._chance(shares.future):
            ahead = pack.payload(terminal, _FUTURE)
            yield Outgoing(due, terminal, ahead, count), Reason.FUTURE
        if self._chance(shares.garbage):
            rubbish, reason = self._random.choice(_GARBAGE)
            yield Outgoing(due, terminal, rubbish, 1), reason
        if self._chance(shares.stranger):
            foreign = pack.payload(STRANGER)
            yield Outgoing(due, STRANGER, foreign, count), Reason.UNKNOWN_TERMINAL

    def _chance(self, share: float) -> bool:
        return share > 0.0 and self._random.random() < share
