"""All figures of the vital signs that a city may change: limits, levels, weights."""

import msgspec

from indicators.crowd.settings import CrowdSettings
from indicators.devices.settings import DeviceSettings
from indicators.facilities.settings import FacilitySettings
from indicators.fire.settings import FireSettings
from indicators.health.settings import HealthSettings
from indicators.services.settings import ServiceSettings
from indicators.traffic.settings import TrafficSettings
from indicators.water.settings import WaterSettings


class SignSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`limits.yaml` of a city pack, by subject; what it does not name has its default.

    Defaults are from memory [M] or ours [D]; verified figures of standards stand in the code.
    """

    water: WaterSettings = WaterSettings()
    crowd: CrowdSettings = CrowdSettings()
    traffic: TrafficSettings = TrafficSettings()
    fire: FireSettings = FireSettings()
    facilities: FacilitySettings = FacilitySettings()
    devices: DeviceSettings = DeviceSettings()
    services: ServiceSettings = ServiceSettings()
    health: HealthSettings = HealthSettings()
