"""The one list of vital signs. To add one: write its formula and declaration, name it here."""

from enum import StrEnum

from indicators.air.signs import air_signs
from indicators.crowd import CROWD_SIGNS
from indicators.device import DEVICE_SIGNS
from indicators.health import health_sign
from indicators.noise.signs import noise_signs
from indicators.plain_windows import PLAIN_WINDOWS
from indicators.traffic import TRAFFIC_SIGNS
from indicators.vital_sign import VitalSign
from indicators.water import WATER_SIGNS
from indicators.weather.signs import weather_signs

_MEASURED: tuple[VitalSign, ...] = (
    *WATER_SIGNS,
    *CROWD_SIGNS,
    *TRAFFIC_SIGNS,
    *air_signs(),
    *noise_signs(),
    *weather_signs(),
    *DEVICE_SIGNS,
)

SIGNS: dict[str, VitalSign] = {sign.id: sign for sign in (*_MEASURED, health_sign(_MEASURED))}


class SignSet(StrEnum):
    """Which signs a run computes: the catalogue, or plain windows of every quantity."""

    CATALOGUE = "catalogue"
    WINDOWS = "windows"

    @property
    def signs(self) -> dict[str, VitalSign]:
        """The signs by id."""
        return SIGNS if self is SignSet.CATALOGUE else PLAIN_WINDOWS
