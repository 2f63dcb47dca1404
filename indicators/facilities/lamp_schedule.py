"""Whether street lamps should burn: by command, or else by the hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

from indicators.facilities.settings import FacilitySettings
from indicators.vital_sign import Inputs
from indicators.window import Aggregate, pooled


def is_between(hour: float, span: tuple[float, float]) -> bool:
    """Whether an hour of the day lies in [start, end), also over midnight.

    Example:
        >>> is_between(23.0, (19.5, 5.5)), is_between(5.5, (19.5, 5.5)), is_between(8, (7.5, 17.5))
        (True, False, True)
    """
    start, end = span
    return start <= hour < end if start <= end else hour >= start or hour < end


def local_hour(at_ms: int, timezone: str) -> float:
    """Hour of the local day of an instant (Unix ms), 0–24."""
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(timezone))
    return local.hour + local.minute / 60 + local.second / 3600 + local.microsecond / 3.6e9


def scheduled(settings: FacilitySettings, inputs: Inputs) -> bool | None:
    """Whether lamps burn by the hour all through the window; None where nobody can say."""
    ends = [local_hour(at, inputs.zone.timezone) for at in (inputs.start, inputs.end - 1)]
    for span, is_on in ((settings.lamps_on, True), (settings.lamps_off, False)):
        if all(is_between(hour, span) for hour in ends):
            return is_on
    return None


def expectations(settings: FacilitySettings, inputs: Inputs) -> dict[str, bool | None]:
    """Whether lamps should burn all through the window, by terminal; "" is for all others.

    A terminal's own command counts, else that of the place's other terminals, else the hour. None
    where the command changed within the window, or the hour does not tell.
    """
    commands = inputs.all("lamp_commanded")
    own = {command.terminal: _commanded(command) for command in commands}
    pool = pooled(commands)
    others = scheduled(settings, inputs) if pool is None else _commanded(pool)
    return {**own, "": others}


def _commanded(command: Aggregate) -> bool | None:
    if (command.low >= 0.5) != (command.high >= 0.5):
        return None
    return command.low >= 0.5
