"""What a value is made of, as a page shows it: a lineage in, plain structures out. Pure.

One level at a time: each part leads to its own page, so that a page costs one level of look-ups.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from indicators.topics import TOPICS
from indicators.vital_sign import VitalSign
from indicators.words import Label, shown
from sensors.city import City
from streams.lineage.readings import Found
from streams.lineage.times import instant_of
from streams.lineage.tree import Node
from streams.ops.sign_views import SignView, sign_view
from streams.ops.views import timezone_of
from streams.ops.wording import LevelLook, Wording
from streams.stores.store import Vital

READINGS_SHOWN = 200


class Share(msgspec.Struct, frozen=True):
    """A terminal's part in a value, or a topic's in what an index lacks to 100; `percent` 0–100."""

    id: str
    label: Label
    percent: int
    score: float | None = None


class Step(msgspec.Struct, frozen=True):
    """A level of the sign: from which value on (down to which) it holds, ready to show."""

    look: LevelLook
    edge: str


class Below(msgspec.Struct, frozen=True):
    """A value that it is made of, and of which place."""

    place: Label
    sign: SignView


class ExplainView(msgspec.Struct, frozen=True, kw_only=True):
    """A value, or an alert or work order that values led to.

    Attributes:
        headline: Of the alert or work order; empty for a value.
        place: Id of the place; empty for an event.
        place_label: Its name.
        sign: The value; None for an event.
        rules: Version of the rules.
        about: The declaration of the sign; None where there is none.
        steps: Its levels.
        terminals: Who made the value, the largest share first.
        topics: What takes the index down, the largest share first.
        detail: Field → JSON of what it is made of.
        events: Id and headline of the alerts that it is made of.
        below: Values that it is made of.
        readings: The first of its readings.
        count: How many readings there are.
        note: What cannot be shown, and why; may be empty.
    """

    headline: Label = ("", "")
    place: str = ""
    place_label: Label = ("", "")
    sign: SignView | None = None
    rules: str = ""
    about: VitalSign | None = None
    steps: tuple[Step, ...] = ()
    terminals: tuple[Share, ...] = ()
    topics: tuple[Share, ...] = ()
    detail: tuple[tuple[str, str], ...] = ()
    events: tuple[tuple[str, Label], ...] = ()
    below: tuple[Below, ...] = ()
    readings: tuple[Found, ...] = ()
    count: int = 0
    note: Label = ("", "")

    @property
    def title(self) -> Label:
        """What the page is about."""
        return self.headline if self.sign is None else self.sign.label

    @property
    def formula(self) -> str:
        """The first line of what the formula says of itself."""
        return "" if self.about is None else (self.about.formula.__doc__ or "").split("\n")[0]


def explain_view(node: Node, city: City, wording: Wording, now: datetime) -> ExplainView:
    """The page's view of a node, one level deep."""
    below = tuple(
        Below(city.label_of(part.line["zone"]), _part(part.line, city, wording))
        for part in node.made_of
        if not _is_event(part)
    )
    if _is_event(node):
        events = tuple((part.id, _headline(part.line)) for part in node.made_of if _is_event(part))
        return ExplainView(headline=_headline(node.line), events=events, below=below)
    line = node.line
    about = wording.catalogue.get(line["indicator"])
    return ExplainView(
        place=line["zone"], place_label=city.label_of(line["zone"]),
        sign=_sign(line, city, wording, now), rules=line.get("rules") or "", about=about,
        steps=_steps(about, wording), terminals=_terminals(line, city), topics=_topics(line),
        detail=tuple((name, _json(value)) for name, value in sorted(line["detail"].items())),
        below=below, readings=tuple(node.readings[:READINGS_SHOWN]), count=len(node.readings),
        note=(node.note.get("zh", ""), node.note.get("en", "")),
    )  # fmt: skip


def _is_event(node: Node) -> bool:
    """Whether it is a CloudEvent, of an alert or a work order, and not a value."""
    return "specversion" in node.line


def _headline(event: Mapping[str, Any]) -> Label:
    """What an alert says, or the title of a work order."""
    data = event["data"]
    if "info" in data:
        return data["info"][0]["headline"], data["info"][-1]["headline"]
    title = data.get("title") or {}
    return title.get("zh") or event["id"], title.get("en") or event["id"]


def _sign(line: Mapping[str, Any], city: City, wording: Wording, now: datetime) -> SignView:
    timezone = timezone_of(line["zone"], city)
    return sign_view(msgspec.convert(line, Vital), wording, timezone, now)


def _part(line: Mapping[str, Any], city: City, wording: Wording) -> SignView:
    """A value that another is made of: it is of its time, and not old."""
    then = instant_of(line["window_end"])
    return _sign(line, city, wording, datetime.fromtimestamp(then / 1000, UTC))


def _steps(about: VitalSign | None, wording: Wording) -> tuple[Step, ...]:
    if about is None:
        return ()
    mark = "≤" if about.descending else "≥"
    return tuple(
        Step(wording.level(level.id), f"{mark} {shown(level.edge, about.unit, about.shown_in)[0]}")
        for level in about.levels
    )


def _terminals(line: Mapping[str, Any], city: City) -> tuple[Share, ...]:
    found = []
    for id_, share in (line.get("weights") or {}).items():
        terminal = city.terminals.get(id_)
        name = terminal.name if terminal else ""
        label = (name, terminal.name_en or name) if terminal else ("", "")
        found.append(Share(id_, label, round(100 * share)))
    return tuple(found)


def _topics(line: Mapping[str, Any]) -> tuple[Share, ...]:
    """Topics of a health index with their scores."""
    detail = line["detail"]
    scores, lost = detail.get("domains"), detail.get("contributions")
    if not isinstance(scores, dict) or not isinstance(lost, dict):
        return ()
    found = [
        Share(t.id, (t.zh, t.en), round(100 * lost.get(t.id, 0.0)), scores[t.id])
        for t in TOPICS
        if t.id in scores
    ]
    return tuple(sorted(found, key=lambda share: -share.percent))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
