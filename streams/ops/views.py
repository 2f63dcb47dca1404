"""Vital signs as the page shows them: rows of the store in, plain structures out. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from indicators.words import UNITS, Label, figure, reason_in_words
from sensors.city import City, Place, Zone
from streams.ops.times import local, span
from streams.ops.wording import LevelLook, Wording
from streams.stores.store import Vital

HEALTH = "health_index"
_STALE_WINDOWS = 3
"""A value is called stale when this many of its windows have passed since its end."""
_STALE_LEAST = timedelta(minutes=10)


class SignView(msgspec.Struct, frozen=True, kw_only=True):
    """One vital sign of a place.

    Attributes:
        id: Unique on the page.
        indicator: Id of the vital sign.
        label: Its name.
        value: Ready to show, NA where nothing is known.
        unit: Ready to show, may be empty.
        look: Level.
        reason: Why the value is NA, else empty.
        ended: Local time of the window's end.
        coverage: 0–100, %.
        revision: 0 for the first value.
        stale: How old the value is where it is too old, else empty.
    """

    id: str
    indicator: str
    label: Label
    value: str
    unit: str
    look: LevelLook
    reason: Label
    ended: str
    coverage: int
    revision: int
    stale: Label

    @property
    def needs_attention(self) -> bool:
        """Whether it is shown without unfolding."""
        return self.look.rank > 0 or self.value == "NA" or bool(self.stale[0])


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A zone, town or district with its vital signs, the worst first.

    Attributes:
        id: Of the place.
        label: Its name.
        context: Names of what it belongs to.
        look: The worst level of its signs.
        health: Its health index, None where it has none.
        notable: Signs that need attention.
        quiet: The others.
    """

    id: str
    label: Label
    context: Label
    look: LevelLook
    health: SignView | None
    notable: tuple[SignView, ...]
    quiet: tuple[SignView, ...]


def places(
    vitals: Iterable[Vital], city: City, wording: Wording, now: datetime
) -> tuple[list[PlaceView], list[PlaceView]]:
    """What the page shows of the vital signs.

    Args:
        vitals: The newest of each (place, sign).
        city: Names and time zones; places that it does not know are shown by their id.
        wording: Labels and levels.
        now: Stream time, aware.

    Returns:
        The roll-ups (districts, then towns) and the zones, each the worst first.
    """
    zones: list[PlaceView] = []
    above: list[PlaceView] = []
    order = {name: number for number, name in enumerate(wording.signs)}
    ordered = sorted(vitals, key=lambda v: (v.zone, v.kind, order.get(v.indicator, len(order))))
    for (id_, kind), rows in groupby(ordered, key=lambda row: (row.zone, row.kind)):
        label, context, timezone = _place(id_, kind, city)
        signs = [_sign(row, wording, timezone, now) for row in rows]
        (zones if kind == "zone" else above).append(_view(id_, label, context, signs))
    tiers = {id_: number for number, id_ in enumerate((*city.districts, *city.towns))}
    above.sort(key=lambda place: tiers.get(place.id, len(tiers)))
    return above, sorted(zones, key=_worst_first)


def _view(id_: str, label: Label, context: Label, signs: Sequence[SignView]) -> PlaceView:
    health = next((sign for sign in signs if sign.indicator == HEALTH), None)
    # Sorting is stable: signs of one level stay in the order they came.
    others = sorted(
        (sign for sign in signs if sign is not health),
        key=lambda sign: (-sign.look.rank, sign.value == "NA"),
    )
    looks = [sign.look for sign in others] or [sign.look for sign in signs]
    return PlaceView(
        id=id_, label=label, context=context, look=max(looks, key=lambda look: look.rank),
        health=health, notable=tuple(s for s in others if s.needs_attention),
        quiet=tuple(s for s in others if not s.needs_attention),
    )  # fmt: skip


def _worst_first(place: PlaceView) -> tuple[int, float, str]:
    health = 101.0 if place.health is None or place.health.value == "NA" else float(
        place.health.value
    )  # fmt: skip
    return -place.look.rank, health, place.id


def _sign(row: Vital, wording: Wording, timezone: str, now: datetime) -> SignView:
    age, window = now - row.window_end, row.window_end - row.window_start
    is_stale = age > max(_STALE_LEAST, _STALE_WINDOWS * window)
    return SignView(
        id=f"{row.zone}-{row.indicator}",
        indicator=row.indicator,
        label=wording.sign(row.indicator),
        value="NA" if row.value is None else figure(row.value, wording.edges(row.indicator)),
        unit="" if row.value is None else UNITS.get(row.unit, (row.unit, row.unit))[0],
        look=wording.level(row.level),
        reason=reason_in_words(row.reason or "no_data") if row.value is None else ("", ""),
        ended=local(row.window_end, timezone, now),
        coverage=round(100 * min(1.0, max(0.0, row.coverage))),
        revision=row.revision,
        stale=span(age.total_seconds()) if is_stale else ("", ""),
    )


def zone_label(zone: Zone | None, id_: str) -> Label:
    """Name of a zone; the id where it is unknown or nameless."""
    if zone is None:
        return id_, id_
    return zone.name or id_, zone.name_en or zone.name or id_


def _place(id_: str, kind: str, city: City) -> tuple[Label, Label, str]:
    """Name, what it belongs to, and time zone of a place."""
    zone = city.zones.get(id_)
    if kind == "zone":
        town = city.towns.get(zone.town) if zone else None
        return zone_label(zone, id_), _named(town), zone.timezone if zone else "Asia/Shanghai"
    known = (city.towns if kind == "town" else city.districts).get(id_)
    what = ("镇街", "Town") if kind == "town" else ("区", "District")
    within = (z.timezone for z in city.zones.values() if id_ in (z.town, z.district))
    return _named(known) if known else (id_, id_), what, next(within, "Asia/Shanghai")


def _named(place: Place | None) -> Label:
    if place is None:
        return "", ""
    return place.name or place.id, place.name_en or place.name or place.id
