"""Whether the ledger says what the generator knows."""

from sensors.ledger import Account, Ledger
from streams.bench.report import BenchError

_SHOWN = 5


def check(found: Ledger, expected: Ledger) -> None:
    """Compare two ledgers, terminal by terminal.

    Args:
        found: What the engine booked.
        expected: What the generator made.

    Raises:
        BenchError: They differ: the measurement is void, and the engine or the generator is wrong.
    """
    differing = [
        f"{name}: expected {_text(expected.terminals.get(name))}, "
        f"found {_text(found.terminals.get(name))}"
        for name in sorted(expected.terminals.keys() | found.terminals.keys())
        if expected.terminals.get(name) != found.terminals.get(name)
    ]
    if not differing and _plain(found.reasons) == _plain(expected.reasons):
        return
    more = [f"… and {len(differing) - _SHOWN} more"] if len(differing) > _SHOWN else []
    total = f"in all: expected {_text(expected.total())}, found {_text(found.total())}"
    reasons = f"reasons: expected {_plain(expected.reasons)}, found {_plain(found.reasons)}"
    raise BenchError(
        "\n".join(["the ledger is wrong:", *differing[:_SHOWN], *more, total, reasons])
    )


def _plain(reasons: dict[str, int]) -> dict[str, int]:
    return {str(reason): count for reason, count in reasons.items() if count}


def _text(account: Account | None) -> str:
    if account is None:
        return "nothing"
    return (
        f"{account.received} received = {account.accepted} accepted + {account.duplicate} "
        f"duplicate + {account.late} late + {account.rejected} rejected"
    )
