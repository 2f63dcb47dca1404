"""The engine's configuration for a city pack: the same for every host."""

from indicators.registry import SIGNS
from streams.citypack import CityPack
from streams.engine.config import EngineConfig


def engine_config(
    pack: CityPack, zone_partitions: int = 4, district_partitions: int = 2
) -> EngineConfig:
    """The engine's configuration for a city pack.

    Args:
        pack: The city.
        zone_partitions: Partitions by zone, >= 1.
        district_partitions: Partitions by district, >= 1.
    """
    return EngineConfig(
        city_id=pack.id,
        city=pack.city,
        signs=SIGNS,
        rules=pack.rules,
        departments=pack.departments,
        dispatch=pack.dispatch,
        deadlines=pack.deadlines,
        zone_partitions=zone_partitions,
        district_partitions=district_partitions,
    )
