"""A vital sign (体征): its declaration, the inputs of its formula, and its value."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec

from indicators.window import Aggregate, Pooled
from sensors.city import Zone
from sensors.decimals import Floats

PLAIN: Final = "windows"
"""Group of the plain windows, whose values are neither weighed nor put in words."""


class Basis(StrEnum):
    """From what a vital sign is computed."""

    READINGS = "readings"
    LIVENESS = "liveness"
    CLOCKS = "clocks"
    HISTORY = "history"
    SIGNS = "signs"


UNRATED: Final = frozenset({"no_capacity", "no_warning_stage"})
"""Why a sign says nothing of a place where nobody rated what it is about: it is not unknown."""


class Quality(StrEnum):
    """How far a value can be trusted, in QARTOD's words.

    `SUSPECT`: half of the expected readings or less arrived, or something speaks against it.
    """

    PASS = "pass"  # noqa: S105 - QARTOD's word
    SUSPECT = "suspect"
    MISSING = "missing"


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a vital sign's scale.

    Attributes:
        id: Short code, e.g. `W4`.
        edge: The value from which the level holds (to which, where `descending`).
        zh: Chinese label.
        en: English label.
        colour: blue, yellow, orange, red, green, purple or maroon.
    """

    id: str
    edge: float
    zh: str
    en: str
    colour: str


class Measure(msgspec.Struct, frozen=True):
    """What a formula found.

    Attributes:
        value: In the sign's unit; None where nothing can be said.
        reason: Why there is no value.
        detail: What the value is made of; numbers and short words only.
        level: Overrides the level found by the sign's edges.
        weights: Terminal → its share in the value, 0–1; together 1 where all is known.
        is_suspect: Whether something speaks against the value, which stands in `detail`.
        coverage: Share of what it needs that is known, 0–1, where that is not all of its window.
    """

    value: float | None
    reason: str | None = None
    detail: dict[str, Any] = {}
    level: str | None = None
    weights: dict[str, float] = {}
    is_suspect: bool = False
    coverage: float | None = None


class VitalValue(msgspec.Struct, frozen=True, array_like=True):
    """One value of a vital sign at a place in a window. Times are Unix ms.

    Attributes:
        at: Stream time of its publication.
        zone: Zone, town or district id.
        indicator: Id of the vital sign.
        window_start: First instant of the window.
        window_end: First instant after it.
        value: In `unit`, nine significant digits; None is NA.
        unit: Unit.
        level: Level id or None.
        coverage: Share of the expected readings that arrived, 0–1.
        revision: 0 for the value known on time, then one more for each correction.
        reason: Why the value is NA.
        detail: What it is made of.
        place: zone, town or district.
        weights: Terminal → its share in the value, 0–1, the largest first; at most eight.
        quality: How far it can be trusted.
    """

    at: int
    zone: str
    indicator: str
    window_start: int
    window_end: int
    value: float | None
    unit: str
    level: str | None
    coverage: float
    revision: int
    reason: str | None = None
    detail: dict[str, Any] = {}
    place: str = "zone"
    weights: dict[str, float] = {}
    quality: Quality = Quality.MISSING


class Past(msgspec.Struct, frozen=True):
    """What is remembered of a past value of a sign; see `VitalValue`."""

    window_start: int
    window_end: int
    value: float | None
    level: str | None
    coverage: float
    detail: dict[str, Any] = {}
    weights: dict[str, float] = {}
    is_suspect: bool = False


class Inputs(msgspec.Struct, frozen=True):
    """What a formula gets.

    Attributes:
        zone: The place.
        start: Window start, Unix ms.
        end: Window end, Unix ms.
        by_quantity: Aggregates of the terminals that reported, by quantity.
        heard: Terminal → (latest event time or None, seconds between its readings), for LIVENESS.
        lags: Terminal → (least of received - newest reading of its packs in the window, ms;
            seconds between its readings), for CLOCKS.
        latest: Sign id → its newest value, for SIGNS.
        hops: Sign id → ms between its values in this zone, for SIGNS.
        history: Sign id → its values whose windows end in (start, end], oldest first, for HISTORY.
        ratings: (terminal, quantity) → what the thing is built for, as its terminal declares it.
        declared: Quantity → terminal → seconds between the readings that it promises.
        memory: The sign's own memory in this zone; the formula may change it. Ints and floats only.
            A window that is corrected comes again: it must not be learned twice.
    """

    zone: Zone
    start: int
    end: int
    by_quantity: Mapping[str, Sequence[Aggregate]] = {}
    heard: Mapping[str, tuple[int | None, float]] = {}
    lags: Mapping[str, tuple[int, float]] = {}
    latest: Mapping[str, VitalValue] = {}
    hops: Mapping[str, int] = {}
    history: Mapping[str, Sequence[Past]] = {}
    ratings: Mapping[tuple[str, str], float] = {}
    declared: Mapping[str, Mapping[str, float]] = {}
    memory: dict[str, Any] = {}

    def all(self, *quantities: str) -> Sequence[Aggregate]:
        """The aggregates of the first of `quantities` that was reported."""
        for quantity in quantities:
            found = self.by_quantity.get(quantity)
            if found:
                return found
        return ()


Formula = Callable[[Inputs], Measure]


class Measures(msgspec.Struct, frozen=True):
    """What a formula found in many windows; columns, one element a window.

    Attributes:
        values: In the sign's unit.
        details: What each value is made of, numbers as they are published.
    """

    values: Floats
    details: Sequence[dict[str, Any]]


ManyFormula = Callable[[Pooled], Measures]


class VitalSign(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration of one vital sign; everything about it that is not its formula.

    Attributes:
        id: `noun_detail`.
        zh: Chinese name.
        en: English name.
        group: What it belongs to on the page and in the index: see `indicators.topics`.
        unit: Unit of its value.
        inputs: Quantities it reads; the zone has the sign where a terminal declares one of them.
        needs: Those of them without which there is nothing to say: a zone has the sign where all of
            these are declared, and its windows follow their cadence; none: any input will do.
        made_by: Inputs that make the sign, each with the slowest cadence that does, s: where it
            is not empty, a zone without one of them has not the sign.
        formula: Its formula.
        many: The same for many windows at once, where all that it needs is the readings of one
            quantity together. What it says of windows without readings is not looked at.
        source: Where formula and levels come from, with clause and [V], [M] or [D].
        owner: Id of the department that answers for it.
        window_s: Length of its window, s; stretched to the cadence where data come more slowly.
        hop_s: Seconds between two windows; 0 is the window's length.
        align_s: Seconds from local midnight to the end of a window whose hop is a day.
        basis: From what it is computed.
        sources: Ids of the signs it is made of, for HISTORY.
        source_hop_s: Of its sources only the windows that end at multiples of this are looked at,
            s; 0 is all of them.
        kept: What signs that are made of this one find in the `detail` of its past values.
        shown_in: Unit in which sentences and the page show the value; `unit` where empty.
        in_words: What the published sentence says in place of number and unit, in Chinese and
            English; None where it is the number.
        remark: What the published sentence adds, in Chinese and in English: `str.format` patterns
            over `detail`, left out where one of their fields is not in it.
        or_remark: The same where that is left out.
        asides: More of them, after a remark, which are told where there is no value, too.
        names: Fields of `detail` that hold ids of signs or places (one, or a list); remarks and
            asides say their labels.
        levels: From harmless to severe.
        descending: Levels hold at values ≤ edge (speed ratio, availability).
        min_coverage: Below this share of expected readings the value is NA, 0–1.
        utility: (value, sub-score 1–100) points of the health index, ascending in value.
        is_life_safety: Whether the index takes it into the minimum over life safety.
        is_extreme: Whether its value is that of its worst terminal. Then the silence of any one
            makes it a bound, which is suspect; and where cadences differ, each terminal counts with
            its newest word.
        is_scored: Whether the anomaly stage scores it.
        is_internal: Whether its windows are only handed on: neither published nor corrected.
    """

    id: str
    zh: str
    en: str
    group: str
    unit: str
    formula: Formula
    source: str
    owner: str = "operations"
    inputs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    made_by: tuple[tuple[str, float], ...] = ()
    many: ManyFormula | None = None
    window_s: float = 60.0
    hop_s: float = 0.0
    align_s: float = 0.0
    basis: Basis = Basis.READINGS
    sources: tuple[str, ...] = ()
    source_hop_s: float = 0.0
    kept: tuple[str, ...] = ()
    shown_in: str = ""
    in_words: Callable[[VitalValue], tuple[str, str] | None] | None = None
    remark: tuple[str, str] = ("", "")
    or_remark: tuple[str, str] = ("", "")
    asides: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    descending: bool = False
    min_coverage: float = 0.25
    utility: tuple[tuple[float, float], ...] = ()
    is_life_safety: bool = False
    is_extreme: bool = False
    is_scored: bool = True
    is_internal: bool = False

    def is_made_by(self, cadences: Iterable[tuple[str, float]]) -> bool:
        """Whether a zone has the sign that declares these inputs, as (quantity, cadence in s)."""
        declared = list(cadences)
        slowest = dict(self.made_by or ((name, math.inf) for name in self.inputs))
        is_enough = any(cadence <= slowest.get(name, -1.0) for name, cadence in declared)
        return is_enough and {name for name, _ in declared} >= set(self.needs)

    def level_of(self, value: float) -> str | None:
        """The id of the level a value is at, None where it is below the first edge."""
        found: str | None = None
        for level in self.levels:
            if (value <= level.edge) if self.descending else (value >= level.edge):
                found = level.id
        return found

    def rank(self, level: str | None) -> int:
        """How severe a level is, from 0 for the mildest; -1 below all."""
        return next((at for at, known in enumerate(self.levels) if known.id == level), -1)
