"""Order events as CloudEvents 1.0. Pure."""

from typing import Any, Final

from anomaly.rule import RuleSet
from indicators.rounding import rfc3339
from sensors.city import City
from streams.workorders.dispatch import Department
from streams.workorders.order import OrderEvent, Refusal

TYPE: Final = "cn.cityvitals.workorder.{state}.v1"


class OrderWriter:
    """Writes order events.

    Args:
        sender: Id of the city.
        city: For places and time zones.
        departments: For names, by id.
        rules: For the titles of the kinds of alerts.
    """

    def __init__(
        self, sender: str, city: City, departments: dict[str, Department], rules: RuleSet
    ) -> None:
        self._sender = sender
        self._city = city
        self._departments = departments
        self._titles = {rule.kind: rule.event for rule in rules.rules}

    def cloud_event(self, event: OrderEvent) -> dict[str, Any]:
        """The CloudEvent of an order's event; its id is (order, number)."""
        order = event.order
        zone = self._city.zones[order.zone]
        department = self._departments.get(order.department) or Department(
            id=order.department, name=order.department
        )
        title = self._titles[order.kind]
        name_en = zone.name_en or zone.name
        data = {
            "order": order.id,
            "incident": order.incidents[0],
            "incidents": order.incidents,
            "kind": order.kind,
            "zone": order.zone,
            "town": zone.town,
            "district": order.district,
            "level": order.level,
            "priority": order.priority,
            "state": order.state,
            "change": event.change,
            "title": {"zh": f"{zone.name}{title.zh}", "en": f"{title.en}, {name_en}"},
            "department": order.department,
            "department_name": {"zh": department.name, "en": department.name_en},
            "copies": list(order.copies),
            "created": rfc3339(order.created_at, zone.timezone),
            "accept_by": rfc3339(order.accept_by, zone.timezone) if order.accept_by else None,
            "done_by": rfc3339(order.done_by, zone.timezone) if order.done_by else None,
            "history": order.events,
            "reason": {"change": event.change, **event.reason},
        }
        return self._envelope(
            f"{order.id}-{order.events}", order.state, event.at, order.zone,
            {"subject": f"{order.zone}/{order.kind}", "correlationid": order.incidents[0]}, data,
        )  # fmt: skip

    def refusal(self, refusal: Refusal) -> dict[str, Any]:
        """The CloudEvent of a refused command; its id is (command, time)."""
        data = {
            "order": refusal.order, "command": refusal.command, "zone": refusal.zone,
            "action": refusal.action, "actor": refusal.actor, "reason": refusal.reason,
        }  # fmt: skip
        return self._envelope(
            f"refused-{refusal.command}-{refusal.at}", "refused", refusal.at, refusal.zone,
            {"subject": refusal.order}, data,
        )  # fmt: skip

    def _envelope(
        self, id_: str, state: str, at: int, zone: str, extra: dict[str, str], data: dict[str, Any]
    ) -> dict[str, Any]:
        place = self._city.zones.get(zone)
        return {
            "specversion": "1.0",
            "id": id_,
            "source": f"/cities/{self._sender}/workorders",
            "type": TYPE.format(state=state),
            "time": rfc3339(at, place.timezone if place else "UTC"),
            "datacontenttype": "application/json",
            "partitionkey": place.district if place else "",
            **extra,
            "data": data,
        }
