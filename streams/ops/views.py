"""Places as the page shows them, with their vital signs by topic. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

import msgspec

from indicators.topics import TOPICS, Topic
from indicators.words import Label
from sensors.city import City
from streams.ops.outlook_views import Beside, joint_in_words
from streams.ops.sign_views import NOTHING, SignView, sign_view
from streams.ops.wording import OTHER, UNKNOWN, LevelLook, Wording
from streams.stores.store import Vital

HEALTH = "health_index"


class TopicView(msgspec.Struct, frozen=True, kw_only=True):
    """A topic of a place (专题).

    Attributes:
        topic: Which.
        look: The worst level of its signs; unknown where no value is current.
        unknown: How many of its signs have no current value.
        signs: The worst first.
    """

    topic: Topic
    look: LevelLook
    unknown: int
    signs: tuple[SignView, ...]


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A zone, town or district with its vital signs.

    Attributes:
        id: Of the place.
        kind: zone, town or district.
        label: Its name.
        context: Names of what it belongs to.
        look: The worst level of its signs; unknown where no value is current.
        dangers: How many signs of life safety are not known.
        health: Its health index, None where it has none.
        notable: Signs that need attention, the worst first.
        topics: All its signs by topic, in the order of the command centre.
        absent: Topics of which it has no sign.
        unusual: What signs of it never went together so.
    """

    id: str
    kind: str
    label: Label
    context: Label
    look: LevelLook
    dangers: int
    health: SignView | None
    notable: tuple[SignView, ...]
    topics: tuple[TopicView, ...]
    absent: tuple[Topic, ...]
    unusual: tuple[Label, ...] = ()

    @property
    def count(self) -> int:
        """Signs beside the health index."""
        return sum(len(topic.signs) for topic in self.topics)


def places(
    vitals: Iterable[Vital],
    city: City,
    wording: Wording,
    now: datetime,
    known: Mapping[tuple[str, str], Beside] = MappingProxyType({}),
) -> tuple[list[PlaceView], list[PlaceView]]:
    """What the page shows of the vital signs.

    Args:
        vitals: The newest of each (place, sign).
        city: Names and time zones; places that it does not know are shown by their id.
        wording: Labels and levels.
        now: Stream time, aware.
        known: Forecasts and scores of (zone, sign); see `outlook_views.beside`.

    Returns:
        The roll-ups (districts, then towns) and the zones, each the worst first.
    """
    zones: list[PlaceView] = []
    above: list[PlaceView] = []
    order = {name: number for number, name in enumerate(wording.signs)}
    ordered = sorted(vitals, key=lambda v: (v.zone, v.kind, order.get(v.indicator, len(order))))
    for (id_, kind), rows in groupby(ordered, key=lambda row: (row.zone, row.kind)):
        label, context, timezone = _place(id_, kind, city)
        signs = [
            sign_view(row, wording, timezone, now, known.get((id_, row.indicator), NOTHING))
            for row in rows
        ]
        unusual = tuple(joint_in_words(id_, known, wording, now)) if kind == "zone" else ()
        view = _view(id_, kind, (label, context), signs, unusual)
        (zones if kind == "zone" else above).append(view)
    tiers = {id_: number for number, id_ in enumerate((*city.districts, *city.towns))}
    above.sort(key=lambda place: tiers.get(place.id, len(tiers)))
    return above, sorted(zones, key=_worst_first)


def _view(
    id_: str,
    kind: str,
    names: tuple[Label, Label],
    signs: Sequence[SignView],
    unusual: tuple[Label, ...],
) -> PlaceView:
    health = next((sign for sign in signs if sign.indicator == HEALTH), None)
    # Sorting is stable: signs of one level stay in the order they came.
    others = sorted(
        (sign for sign in signs if sign is not health),
        key=lambda sign: (-sign.look.rank, not sign.is_known),
    )
    known = {topic.id for topic in (sign.topic for sign in others)}
    return PlaceView(
        id=id_, kind=kind, label=names[0], context=names[1], look=_worst(others or signs),
        dangers=sum(sign.is_vital and not sign.is_current for sign in others),
        health=health, notable=tuple(s for s in others if s.needs_attention),
        topics=tuple(_topic(t, others) for t in (*TOPICS, OTHER) if t.id in known),
        absent=tuple(topic for topic in TOPICS if topic.id not in known), unusual=unusual,
    )  # fmt: skip


def _topic(topic: Topic, signs: Sequence[SignView]) -> TopicView:
    own = tuple(sign for sign in signs if sign.topic.id == topic.id)
    unknown = sum(not sign.is_current for sign in own)
    return TopicView(topic=topic, look=_worst(own), unknown=unknown, signs=own)


def _worst(signs: Sequence[SignView]) -> LevelLook:
    """The worst level; without any sign of a level nothing is known to be clear."""
    graded = [sign.look for sign in signs if sign.look.rank or sign.is_current]
    return max(graded, key=lambda look: (look.rank, look.colour != "none"), default=UNKNOWN)


def _worst_first(place: PlaceView) -> tuple[int, bool, float, str]:
    health = place.health
    index = float(health.value) if health is not None and health.is_known else 101.0
    return -place.look.rank, not place.dangers, index, place.id


def _place(id_: str, kind: str, city: City) -> tuple[Label, Label, str]:
    """Name, what it belongs to, and time zone of a place."""
    zone = city.zones.get(id_)
    context = ("", "") if zone is None else city.label_of(zone.town)
    if kind != "zone":
        context = ("镇街", "Town") if kind == "town" else ("区", "District")
    return city.label_of(id_), context, timezone_of(id_, city)


def timezone_of(place: str, city: City) -> str:
    """IANA zone of a zone, or of the first zone of a town or district."""
    zone = city.zones.get(place)
    if zone is not None:
        return zone.timezone
    within = (z.timezone for z in city.zones.values() if place in (z.town, z.district))
    return next(within, "Asia/Shanghai")
