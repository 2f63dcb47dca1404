"""The CloudEvents on `alerts` and `workorders` as types, for schemas.

`anomaly.cap` and `streams.workorders.cloudevent` write them; a contract test holds both together.
"""

from typing import Annotated, Literal

import msgspec

from anomaly.alert_state import Change
from streams.engine.lines import Instant, Words
from streams.workorders.order import OrderChange, OrderState

Severity = Literal["Minor", "Moderate", "Severe", "Extreme"]
Priority = Annotated[str, msgspec.Meta(pattern="^P[1-5]$")]


class Area(msgspec.Struct):
    """Where: the name of a place."""

    areaDesc: str  # noqa: N815 - CAP's own name


class Parameter(msgspec.Struct):
    """A named value, e.g. the colour of the warning."""

    valueName: str  # noqa: N815
    value: str


class AlertInfo(msgspec.Struct):
    """What people read, in one language (CAP 1.2, `info`)."""

    language: Literal["zh-CN", "en"]
    category: list[str]
    event: str
    responseType: list[str]  # noqa: N815
    urgency: str
    severity: Severity
    certainty: Literal["Observed", "Unknown"]
    effective: Instant
    onset: Instant
    headline: Annotated[str, msgspec.Meta(max_length=160)]
    description: str
    instruction: str
    parameter: list[Parameter]
    area: list[Area]


class AlertReason(msgspec.Struct):
    """The rule and the value that fired it."""

    rule: str
    version: str
    change: Change
    indicator: str
    value: float | None
    threshold: float
    unit: str
    window_end: Instant
    onset: Instant
    previous_level: str | None
    corrected_from: float | msgspec.UnsetType | None = msgspec.UNSET
    flapping: Annotated[
        bool | msgspec.UnsetType, msgspec.Meta(description="True where the alert comes and goes")
    ] = msgspec.UNSET


class AlertMessage(msgspec.Struct):
    """A message about an alert, in the form of CAP 1.2."""

    identifier: Annotated[
        str, msgspec.Meta(description="The incident and the number of the message")
    ]
    incident: Annotated[str, msgspec.Meta(description="The alert over its whole life")]
    sender: str
    sent: Instant
    status: Literal["Actual"]
    msgType: Literal["Alert", "Update", "Cancel"]  # noqa: N815
    scope: Literal["Restricted"]
    references: list[str]
    kind: str
    zone: str
    district: str
    level: str
    change: Change
    info: list[AlertInfo]
    reason: AlertReason


class _CloudEvent(msgspec.Struct, kw_only=True):
    specversion: Literal["1.0"]
    id: str
    source: str
    subject: str
    time: Instant
    datacontenttype: Literal["application/json"]
    partitionkey: Annotated[str, msgspec.Meta(description="District")]


class AlertCloudEvent(_CloudEvent, kw_only=True):
    """A CloudEvent 1.0 on `alerts`."""

    type: Literal["cn.cityvitals.alert.v1"]
    correlationid: Annotated[str, msgspec.Meta(description="The incident")]
    severitynumber: int
    severitytext: Severity
    data: AlertMessage


class OrderReason(msgspec.Struct):
    """Why the order changed: what of this there is."""

    change: OrderChange
    rule: str | msgspec.UnsetType = msgspec.UNSET
    threshold: float | msgspec.UnsetType = msgspec.UNSET
    value: float | msgspec.UnsetType = msgspec.UNSET
    incident: str | msgspec.UnsetType = msgspec.UNSET
    dispatch_row: int | msgspec.UnsetType = msgspec.UNSET
    command: str | msgspec.UnsetType = msgspec.UNSET
    actor: str | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType = msgspec.UNSET
    clear_for_s: float | msgspec.UnsetType = msgspec.UNSET


class OrderMessage(msgspec.Struct):
    """A work order after a change."""

    order: str
    incident: str
    incidents: list[str]
    kind: str
    zone: str
    town: str
    district: str
    level: str
    priority: Priority
    state: OrderState
    change: OrderChange
    title: Words
    department: str
    department_name: Words
    copies: Annotated[list[str], msgspec.Meta(description="Departments that are informed")]
    created: Instant
    accept_by: Instant | None
    done_by: Instant | None
    history: Annotated[int, msgspec.Meta(description="Number of the event in the order's life")]
    reason: OrderReason


class OrderCloudEvent(_CloudEvent, kw_only=True):
    """A CloudEvent 1.0 on `workorders`: an order after a change."""

    type: Annotated[
        str,
        msgspec.Meta(
            pattern="^cn\\.cityvitals\\.workorder\\."
            "(new|dispatched|accepted|in_progress|verifying|closed)\\.v1$"
        ),
    ]
    correlationid: Annotated[str, msgspec.Meta(description="The first incident")]
    data: OrderMessage


class RefusalMessage(msgspec.Struct):
    """A command that an order did not take, and why."""

    order: str
    command: str
    zone: str
    action: str
    actor: str
    reason: str


class RefusalCloudEvent(_CloudEvent, kw_only=True):
    """A CloudEvent 1.0 on `workorders`: a command was refused."""

    type: Literal["cn.cityvitals.workorder.refused.v1"]
    data: RefusalMessage
