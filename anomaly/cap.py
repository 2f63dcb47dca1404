"""Alert messages as CloudEvents 1.0 whose data is CAP-1.2 shaped, in Chinese and English."""

from typing import Any, Final

from anomaly.alert_state import AlertEvent, Change
from anomaly.rule import AlertRule, RuleSet
from indicators.rounding import rfc3339
from sensors.city import City, Zone

TYPE: Final = "cn.cityvitals.alert.v1"
_MSG_TYPE: Final = {Change.RAISED: "Alert", Change.CLEARED: "Cancel"}
_NEW_LEVEL: Final = {Change.RAISED, Change.ESCALATED}
_FLAPPING: Final = {"zh-CN": "（反复波动）", "en": " (it comes and goes)"}
_SEVERITY_NUMBER: Final = {"Minor": 9, "Moderate": 13, "Severe": 17, "Extreme": 21}
_CHANGE_ZH: Final = {
    Change.RAISED: "达到",
    Change.ESCALATED: "升级至",
    Change.EASED: "降至",
    Change.CLEARED: "解除",
    Change.STALE: "数据中断，状态未知，保持",
    Change.RESUMED: "数据恢复，保持",
    Change.FLAPPING: "反复波动，保持",
    Change.SETTLED: "波动结束，保持",
    Change.CORRECTED: "历史数据更正，保持",
}
_CHANGE_EN: Final = {
    Change.RAISED: "raised to",
    Change.ESCALATED: "escalated to",
    Change.EASED: "eased to",
    Change.CLEARED: "cleared from",
    Change.STALE: "data stopped, state unknown, stays at",
    Change.RESUMED: "data are back, stays at",
    Change.FLAPPING: "comes and goes, stays at",
    Change.SETTLED: "no longer comes and goes, stays at",
    Change.CORRECTED: "earlier data corrected, stays at",
}


def incident_id(kind: str, zone: str, onset: int) -> str:
    """The id of an alert over its whole life: kind, place and the event time of its first breach.

    Example:
        >>> incident_id("waterlogging", "xq-07", 1760000000000)
        'waterlogging-xq-07-20251009T085320Z'
    """
    stamp = rfc3339(onset, "UTC").split("+")[0].replace("-", "").replace(":", "")
    return f"{kind}-{zone}-{stamp}Z"


class CapWriter:
    """Writes alert messages.

    Args:
        sender: Id of the city.
        rules: The rules in force, for their texts and version.
        city: For places and time zones.
    """

    def __init__(self, sender: str, rules: RuleSet, city: City) -> None:
        self._sender = sender
        self._version = rules.version
        self._rules = {rule.id: rule for rule in rules.rules}
        self._city = city

    def cloud_event(self, event: AlertEvent) -> dict[str, Any]:
        """The CloudEvent of one message; its id is (kind, place, onset, number)."""
        zone = self._city.zones[event.zone]
        rule = self._rules[event.rule]
        incident = incident_id(event.kind, event.zone, event.onset)
        identifier = f"{incident}-{event.number}"
        sent = rfc3339(event.at, zone.timezone)
        references = []
        if event.number > 1:
            before = rfc3339(event.previous_at, zone.timezone)
            references = [f"{self._sender},{incident}-{event.number - 1},{before}"]
        data = {
            "identifier": identifier,
            "incident": incident,
            "sender": self._sender,
            "sent": sent,
            "status": "Actual",
            "msgType": _MSG_TYPE.get(event.change, "Update"),
            "scope": "Restricted",
            "references": references,
            "kind": event.kind,
            "zone": event.zone,
            "district": zone.district,
            "level": event.level.level,
            "change": event.change,
            "info": [self._info(event, rule, zone, language) for language in ("zh-CN", "en")],
            "reason": self._reason(event, zone),
        }
        return {
            "specversion": "1.0",
            "id": identifier,
            "source": f"/cities/{self._sender}/alerts",
            "type": TYPE,
            "subject": f"{event.zone}/{event.kind}",
            "time": sent,
            "datacontenttype": "application/json",
            "partitionkey": zone.district,
            "correlationid": incident,
            "severitynumber": _SEVERITY_NUMBER[event.level.severity],
            "severitytext": event.level.severity,
            "data": data,
        }

    def _reason(self, event: AlertEvent, zone: Zone) -> dict[str, Any]:
        reason = {
            "rule": event.rule,
            "version": self._version,
            "change": event.change,
            "indicator": event.indicator,
            "value": event.value,
            "threshold": event.threshold,
            "unit": self._rules[event.rule].unit,
            "window_end": rfc3339(event.window_end, zone.timezone),
            "onset": rfc3339(event.onset, zone.timezone),
            "previous_level": event.previous,
        }
        if event.corrected_from is not None:
            reason["corrected_from"] = event.corrected_from
        if event.is_flapping:
            reason["flapping"] = True
        return reason

    def _info(
        self, event: AlertEvent, rule: AlertRule, zone: Zone, language: str
    ) -> dict[str, Any]:
        is_zh = language == "zh-CN"
        name = zone.name if is_zh else zone.name_en or zone.name
        title = rule.event.zh if is_zh else rule.event.en
        value = "NA" if event.value is None else f"{event.value:.3g} {rule.unit}"
        limit = f"{event.threshold:g} {rule.unit}"
        level = event.level.level
        if event.is_flapping and event.change in _NEW_LEVEL:
            level += _FLAPPING[language]
        if is_zh:
            headline = f"{name}：{title}{_CHANGE_ZH[event.change]} {level}"
            description = f"当前值 {value}，阈值 {limit}，规则 {event.rule}（{self._version}）"
        else:
            headline = f"{name}: {title} {_CHANGE_EN[event.change]} {level}"
            description = f"Value {value}, threshold {limit}, rule {event.rule} ({self._version})"
        return {
            "language": language,
            "category": list(rule.category),
            "event": title,
            "responseType": ["AllClear"] if event.change is Change.CLEARED else ["Execute"],
            "urgency": "Past" if event.change is Change.CLEARED else rule.urgency,
            "severity": event.level.severity,
            "certainty": "Unknown" if event.change is Change.STALE else "Observed",
            "effective": rfc3339(event.at, zone.timezone),
            "onset": rfc3339(event.onset, zone.timezone),
            "headline": headline[:160],
            "description": description,
            "instruction": rule.instruction.zh if is_zh else rule.instruction.en,
            "parameter": [{"valueName": "colour", "value": event.level.colour}],
            "area": [{"areaDesc": name}],
        }
