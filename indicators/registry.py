"""The one list of vital signs. To add one: write its formula and declaration, name it here."""

from enum import StrEnum
from typing import Final

from indicators.air import AIR_SIGNS
from indicators.ambient import AMBIENT_SIGNS
from indicators.crowd.signs import crowd_signs
from indicators.devices.signs import device_signs
from indicators.facilities.signs import facility_signs
from indicators.fire.signs import fire_signs
from indicators.health.signs import health_sign
from indicators.plain_windows import PLAIN_WINDOWS
from indicators.services.signs import service_signs
from indicators.settings import SignSettings
from indicators.traffic.signs import traffic_signs
from indicators.vital_sign import VitalSign
from indicators.water.signs import water_signs


def catalogue(settings: SignSettings) -> dict[str, VitalSign]:
    """All vital signs by id, with a city's figures, in the order of the page."""
    measured = (
        *water_signs(settings.water),
        *crowd_signs(settings.crowd),
        *traffic_signs(settings.traffic),
        *AIR_SIGNS,
        *AMBIENT_SIGNS,
        *fire_signs(settings.fire),
        *facility_signs(settings.facilities),
        *device_signs(settings.devices),
        *service_signs(settings.services),
    )
    signs = (*measured, health_sign(measured, settings.health))
    return {sign.id: sign for sign in signs}


SIGNS: Final = catalogue(SignSettings())
"""The catalogue with the default figures."""


class SignSet(StrEnum):
    """Which signs a run computes: the catalogue, or plain windows of every quantity."""

    CATALOGUE = "catalogue"
    WINDOWS = "windows"

    def of(self, settings: SignSettings) -> dict[str, VitalSign]:
        """The signs by id, with a city's figures."""
        return catalogue(settings) if self is SignSet.CATALOGUE else PLAIN_WINDOWS

    @property
    def signs(self) -> dict[str, VitalSign]:
        """The signs by id, with the default figures."""
        return SIGNS if self is SignSet.CATALOGUE else PLAIN_WINDOWS
