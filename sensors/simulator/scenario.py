"""A scenario as data: rain, crowds, how people answer orders, how imperfect the terminals are."""

import msgspec

from sensors.simulator.rain import DesignStorm


class Gathering(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A crowd that comes and goes.

    Attributes:
        zone: Where.
        course: (minute of the run, people per m² on top of the ordinary day), minutes increasing;
            linear between the points, the first and last value hold outside.
    """

    zone: str
    course: tuple[tuple[float, float], ...]


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How crews answer an order; stream seconds from its dispatch.

    Attributes:
        accept_after: Accepted.
        start_after: Work begun.
        done_after: Reported done.
        redo_after: Reported done again after the order came back; seconds from its return.
    """

    accept_after: float = 60.0
    start_after: float = 600.0
    done_after: float = 2700.0
    redo_after: float = 900.0


class Imperfections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of packs, each in [0, 1], that go wrong.

    Attributes:
        duplicate: Sent twice.
        delayed: Held back by 20 to 240 s, still early enough to be taken.
        stale: Followed by a pack stamped 27 h ago, beyond every horizon.
        future: Followed by a pack stamped an hour ahead.
        garbage: Followed by a payload that is no SenML pack.
        stranger: Followed by a pack of a terminal that nobody knows.
    """

    duplicate: float = 0.0
    delayed: float = 0.0
    stale: float = 0.0
    future: float = 0.0
    garbage: float = 0.0
    stranger: float = 0.0


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens in a simulated run; minutes count from its beginning.

    Attributes:
        name: In Chinese.
        name_en: In English.
        local_start: Local time of day at the run's beginning, "HH:MM"; None: as the clock says.
        temperature: Mean air temperature of the day, °C.
        storms: Bursts of rain.
        rain_factor: Zone → what its rain is multiplied with; 1 where absent.
        crowds: Gatherings.
        people: How crews answer.
        imperfections: How imperfect the terminals are.
    """

    name: str
    name_en: str
    local_start: str | None = None
    temperature: float = 26.0
    storms: tuple[DesignStorm, ...] = ()
    rain_factor: dict[str, float] = {}
    crowds: tuple[Gathering, ...] = ()
    people: People = People()
    imperfections: Imperfections = Imperfections()


def hour_of(local_start: str) -> float:
    """Hour of the day of an "HH:MM".

    Raises:
        ValueError: It is not of that form.

    Example:
        >>> hour_of("17:30")
        17.5
    """
    hours, minutes = (int(part) for part in local_start.split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60):
        raise ValueError(f"no time of day: {local_start}")
    return hours + minutes / 60.0
