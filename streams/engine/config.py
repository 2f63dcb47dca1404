"""What every partition of a run shares: city, signs, rules, and how the city is cut."""

from collections.abc import Callable, Mapping

from anomaly.day_kind import DayKind, by_weekday
from anomaly.rule import RuleSet
from indicators.every_series import EVERY_SERIES
from indicators.health.settings import HealthSettings
from indicators.plan import Declared, MakeUp, ZonePlan
from indicators.planning import plan_zone
from indicators.vital_sign import PLAIN, VitalSign
from sensors.city import City
from streams.topics import partition_of
from streams.workorders.deadline import Deadlines
from streams.workorders.dispatch import Department, DispatchRow


class EngineConfig:
    """Fixed for a run.

    Args:
        city_id: Id of the city, the sender of its alerts.
        city: Places and terminals.
        signs: The catalogue of vital signs.
        health: Figures of the health index.
        day_kinds: Time zone → kinds of its days.
        rules: Alert rules.
        departments: By id.
        dispatch: Who gets what.
        deadlines: By when.
        zone_partitions: Partitions by zone.
        district_partitions: Partitions by district.
    """

    def __init__(  # noqa: PLR0913 - the parts of a pack, named once
        self,
        *,
        city_id: str,
        city: City,
        signs: Mapping[str, VitalSign],
        rules: RuleSet,
        departments: dict[str, Department],
        dispatch: tuple[DispatchRow, ...],
        deadlines: Deadlines,
        health: HealthSettings = HealthSettings(),  # noqa: B008 - it cannot be changed
        day_kinds: Callable[[str], DayKind] = lambda _: by_weekday,
        zone_partitions: int = 4,
        district_partitions: int = 2,
    ) -> None:
        self.city_id = city_id
        self.city = city
        self.signs = signs
        self.health = health
        self.day_kinds = day_kinds
        self.rules = rules
        self.departments = departments
        self.dispatch = dispatch
        self.deadlines = deadlines
        self.zone_partitions = zone_partitions
        self.district_partitions = district_partitions
        self.indicated = {rule.indicator for rule in rules.rules} | {"health_index"}
        # Plain windows measure the engine by itself, without any judgement.
        self.judges_faults = any(sign.group != PLAIN for sign in signs.values())
        self._planned = (*signs.values(), *((EVERY_SERIES,) if self.judges_faults else ()))
        self._plans: dict[str, ZonePlan] = {}
        self._made_up: dict[frozenset[Declared], MakeUp] = {}

    def plan(self, zone: str) -> ZonePlan:
        """What a zone computes; worked out at its first reading."""
        found = self._plans.get(zone)
        if found is None:
            found = self._plans[zone] = plan_zone(
                self.city, self.city.zones[zone], self._planned, self._made_up
            )
        return found

    def zone_partition(self, terminal: str) -> int:
        """The readings partition of a terminal: of its zone, or of its own name where unknown."""
        home = self.city.terminals.get(terminal)
        return partition_of(home.zone if home else terminal, self.zone_partitions)

    def district_partition(self, district: str) -> int:
        """The partition of a district's alerts, orders and commands."""
        return partition_of(district, self.district_partitions)
