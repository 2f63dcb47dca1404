"""The one list of vital signs. To add one: write its formula and declaration, name it here."""

from enum import StrEnum

from indicators.air import AIR_SIGNS
from indicators.ambient import AMBIENT_SIGNS
from indicators.crowd.signs import crowd_signs
from indicators.device import DEVICE_SIGNS
from indicators.health import health_sign
from indicators.plain_windows import PLAIN_WINDOWS
from indicators.traffic.signs import traffic_signs
from indicators.vital_sign import VitalSign
from indicators.water import WATER_SIGNS

_MEASURED: tuple[VitalSign, ...] = (
    *WATER_SIGNS,
    *crowd_signs(),
    *traffic_signs(),
    *AIR_SIGNS,
    *AMBIENT_SIGNS,
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
