"""By when a work order must be accepted and done, per priority. Pure."""

import msgspec


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds of stream time from dispatch.

    Attributes:
        accept_s: The department has accepted the order, > 0.
        done_s: The crew has reported it done, >= `accept_s`.
    """

    accept_s: float
    done_s: float


class Deadlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The deadlines of every priority.

    Attributes:
        priorities: P1–P5 → deadline.
        verify_clear_s: Seconds for which the indicator must have stayed clear before an order is
            closed.
    """

    priorities: dict[str, Deadline]
    verify_clear_s: float

    def of(self, priority: str) -> Deadline:
        """The deadline of a priority.

        Raises:
            KeyError: The priority is unknown.
        """
        return self.priorities[priority]
