"""Why a reading was not taken: the codes of the ledger, the rejects topic and the page."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a received reading; the ledger's four columns."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    LATE = "late"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a reading is late or rejected."""

    EMPTY_PAYLOAD = "empty_payload"
    INVALID_JSON = "invalid_json"
    OVERSIZED = "oversized"
    BAD_SENML = "bad_senml"
    BROKEN_LINE = "broken_line"
    UNKNOWN_TERMINAL = "unknown_terminal"
    TERMINAL_MISMATCH = "terminal_mismatch"
    UNKNOWN_QUANTITY = "unknown_quantity"
    WRONG_UNIT = "wrong_unit"
    WRONG_TYPE = "wrong_type"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    RELATIVE_TIME = "relative_time"
    FUTURE = "future"
    CONFLICT = "conflict"
    BEYOND_HORIZON = "beyond_horizon"
    BEYOND_MEMORY = "beyond_memory"

    @property
    def outcome(self) -> Outcome:
        """Late for readings that came too late, rejected for all others."""
        late = self in {Reason.BEYOND_HORIZON, Reason.BEYOND_MEMORY}
        return Outcome.LATE if late else Outcome.REJECTED

    @property
    def mend(self) -> str:
        """What the owner of the terminal can do about it."""
        return _MENDS[self]


_MENDS: dict[Reason, str] = {
    Reason.EMPTY_PAYLOAD: "send a SenML pack; clear retained messages on …/state, not on …/up",
    Reason.INVALID_JSON: "send UTF-8 JSON",
    Reason.OVERSIZED: "keep a payload below 256 KiB; batch fewer readings",
    Reason.BAD_SENML: "follow RFC 8428: one value a record, valid names, bn and bt",
    Reason.BROKEN_LINE: "the record in the readings topic is no reception line; check its producer",
    Reason.UNKNOWN_TERMINAL: "add the terminal to the city pack, or publish under a known one",
    Reason.TERMINAL_MISMATCH: "the terminal in the topic and the one in bn must be the same",
    Reason.UNKNOWN_QUANTITY: "declare the quantity for this terminal in the city pack",
    Reason.WRONG_UNIT: "send the catalogue's unit or a known conversion",
    Reason.WRONG_TYPE: "send a number in v",
    Reason.NOT_A_NUMBER: "leave out a reading that could not be measured",
    Reason.OUT_OF_RANGE: "check the sensor; the value is not physically plausible",
    Reason.RELATIVE_TIME: "send absolute time: a redelivery would move a relative one",
    Reason.FUTURE: "set the terminal's clock",
    Reason.CONFLICT: "one instant has one value; a correction needs a new instant",
    Reason.BEYOND_HORIZON: "deliver within the horizon of the quantity",
    Reason.BEYOND_MEMORY: "send fewer readings than four times the declared cadence",
}
