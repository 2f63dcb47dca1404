"""The lines of vital signs, scores and forecasts: what stands in a file and on a topic.

Their fields stand in the order of their names, as canonical JSON has them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from indicators.vital_sign import Quality

Instant = Annotated[
    str, msgspec.Meta(description="RFC 3339 with offset", extra_json_schema={"format": "date-time"})
]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
PlaceKind = Literal["zone", "town", "district"]
View = Literal["residual", "drift", "shape", "range", "joint"]
"""The views of `anomaly.surprise`, and that of `anomaly.joint`."""


class Words(msgspec.Struct, gc=False):
    """The same in English and in Chinese."""

    en: str
    zh: str


class VitalLine(msgspec.Struct, gc=False):
    """A value of a vital sign: a line of `vitals`.

    See `indicators.vital_sign.VitalValue`. The fields stand in the order of their names, as
    canonical JSON has them.
    """

    at: Annotated[Instant, msgspec.Meta(description="Stream time of the publication")]
    coverage: Annotated[float, msgspec.Meta(ge=0, le=1, description="Readings that arrived, share")]
    detail: Annotated[dict[str, Any], msgspec.Meta(description="What the value is made of")]
    indicator: str
    kind: PlaceKind
    level: Annotated[str | None, msgspec.Meta(description="Null below the first level, and for NA")]
    quality: Quality
    reason: Annotated[str | None, msgspec.Meta(description="Why there is no value")]
    revision: Annotated[int, msgspec.Meta(ge=0, description="0, then one more a correction")]
    rules: Annotated[str, msgspec.Meta(description="Version of rules, limits and catalogue")]
    text: Annotated[Words, msgspec.Meta(description="The value in one sentence")]
    unit: str
    value: Annotated[float | None, msgspec.Meta(description="In `unit`; null is NA, never clear")]
    weights: Annotated[
        dict[str, float], msgspec.Meta(description="Terminal → its share, the largest first")
    ]
    window_end: Annotated[Instant, msgspec.Meta(description="First instant after the window")]
    window_start: Annotated[Instant, msgspec.Meta(description="First instant of the window")]
    zone: Annotated[str, msgspec.Meta(description="Id of the zone, town or district")]


class WindowLine(msgspec.Struct, gc=False):
    """A value of a plain window: a line of `vitals` of a run with VITALS_SIGNS=windows."""

    at: Instant
    coverage: float
    detail: dict[str, Any]
    indicator: str
    kind: PlaceKind
    level: str | None
    reason: str | None
    revision: int
    unit: str
    value: float | None
    window_end: Instant
    window_start: Instant
    zone: str


class ScoreLine(msgspec.Struct, gc=False):
    """How unusual a value is: a line of `scores`; the fields in the order of their names."""

    at: Instant
    deviation: Annotated[
        float | None,
        msgspec.Meta(description="Value less expectation, in robust standard deviations"),
    ]
    expected: Annotated[float | None, msgspec.Meta(description="In the sign's unit")]
    high: Annotated[
        float | None, msgspec.Meta(description="One value of ten was expected above this")
    ]
    indicator: str
    low: Annotated[
        float | None, msgspec.Meta(description="One value of ten was expected below this")
    ]
    new_regime: Annotated[
        bool,
        msgspec.Meta(description="The series has been another one for days and is learnt anew"),
    ]
    onset: Annotated[
        bool, msgspec.Meta(description="Something unusual begins here, or gets worse than it was")
    ]
    revision: int
    score: Annotated[
        Share | None,
        msgspec.Meta(description="0 usual, 0.5 and more unusual; null while learning"),
    ]
    shares: Annotated[
        Mapping[str, float],
        msgspec.Meta(
            description="Of a joint score: sign -> its share of what is unusual, 1 in all"
        ),
    ]
    view: Annotated[
        View | None,
        msgspec.Meta(
            description="What adds most to the score: far from what is usual at that hour"
            " (residual), long to one side of it (drift), a course never seen (shape), a value"
            " never seen (range), or several signs that never went together so (joint)"
        ),
    ]
    window_end: Instant
    zone: str


Reached = tuple[float | None, float | None, float | None]


class ForecastLine(msgspec.Struct, gc=False):
    """What a vital sign is expected to be at one horizon: a line of `forecasts`."""

    at: Instant
    horizon: Annotated[int, msgspec.Meta(description="Seconds after `made_at`")]
    indicator: str
    made_at: Annotated[Instant, msgspec.Meta(description="End of the newest window it knows")]
    method: Annotated[str, msgspec.Meta(description="What made it")]
    p10: Annotated[float, msgspec.Meta(description="Below this with a probability of 0.1")]
    p50: Annotated[float, msgspec.Meta(description="The median")]
    p90: Annotated[float, msgspec.Meta(description="Below this with a probability of 0.9")]
    p_exceed: Annotated[
        Mapping[str, Share],
        msgspec.Meta(description="Level -> probability of this level or a worse one"),
    ]
    reached_in: Annotated[
        Mapping[str, Reached],
        msgspec.Meta(
            description="Level -> seconds after `made_at` in which it is reached, with the"
            " probabilities 0.1, 0.5 and 0.9; null: not within the horizons"
        ),
    ]
    skill: Annotated[
        float | None,
        msgspec.Meta(
            description="How much less it erred than persistence lately, -1 to 1; where the method"
            " is persistence, that of the forecast it stands in for"
        ),
    ]
    zone: str
