"""What the page calls things, in Chinese and English. Pure data and look-ups."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from anomaly.rule import RuleSet
from indicators.registry import SIGNS
from indicators.topics import TOPIC_OF, Topic
from indicators.vital_sign import VitalSign
from indicators.words import Label
from streams.workorders.dispatch import Department

RANKS: Final = {
    "green": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4, "purple": 5, "maroon": 6,
}  # fmt: skip
"""How bad a warning colour is; 0 needs nobody."""

COLOURS: Final[Mapping[str, Label]] = {
    "green": ("正常", "Normal"), "blue": ("蓝色", "Blue"), "yellow": ("黄色", "Yellow"),
    "orange": ("橙色", "Orange"), "red": ("红色", "Red"), "purple": ("紫色", "Purple"),
    "maroon": ("褐红", "Maroon"),
}  # fmt: skip

KINDS: Final[Mapping[str, Label]] = {
    "waterlogging": ("道路积水", "Waterlogging"), "crowd": ("人员密集", "Crowd"),
    "congestion": ("交通拥堵", "Congestion"), "air": ("空气污染", "Air quality"),
    "noise": ("噪声", "Noise"), "heat": ("高温", "Heat"), "fire": ("火情", "Fire"),
    "manhole": ("井盖异常", "Manhole cover"), "gas": ("可燃气体", "Combustible gas"),
    "toxic_gas": ("有毒气体", "Toxic gas"), "lighting": ("照明故障", "Lighting"),
    "device": ("设备故障", "Device"),
}  # fmt: skip

STATES: Final[Mapping[str, Label]] = {
    "new": ("待派遣", "New"), "dispatched": ("待签收", "Dispatched"),
    "accepted": ("已签收", "Accepted"), "in_progress": ("处置中", "In progress"),
    "verifying": ("核查中", "Verifying"), "closed": ("已结案", "Closed"),
}  # fmt: skip

ACTIONS: Final[Mapping[str, Label]] = {
    "accept": ("签收", "Accept"), "start": ("开始处置", "Start"), "done": ("处置完成", "Done"),
}  # fmt: skip

NEXT_ACTION: Final = {"dispatched": "accept", "accepted": "start", "in_progress": "done"}
"""Order state → what a person does next."""

QUALITIES: Final[Mapping[str, Label]] = {
    "pass": ("可信", "good"), "suspect": ("存疑", "doubtful"), "missing": ("缺失", "missing"),
    "": ("未判定", "not judged"),
}  # fmt: skip

VIEWS: Final[Mapping[str, Label]] = {
    "residual": ("与此时平时相差很大", "far from what is usual at this hour"),
    "drift": ("持续偏向一侧", "long to one side of what is usual"),
    "shape": ("从未见过的走势", "a course never seen"),
    "range": ("从未见过的数值", "a value never seen"),
    "joint": ("多项体征从未如此同时出现", "signs that never went together so"),
}  # fmt: skip
"""What makes a value unusual; see `anomaly.surprise`."""

OTHER: Final = Topic("other", "其他", "Other", ())
"""Of signs that are in no topic: plain windows, and what the catalogue does not know."""

_SIX_COLOURS = 6


class LevelLook(msgspec.Struct, frozen=True):
    """How a level is shown.

    Attributes:
        label: Chinese and English.
        colour: One of `RANKS`, or none where there is no level to show.
        rank: 0 (needs nobody) to 6; places are sorted by it.
    """

    label: Label
    colour: str
    rank: int


UNKNOWN: Final = LevelLook(("未知", "Unknown"), "none", 0)
"""Nothing is known, which is never clear."""
NOT_GRADED: Final = LevelLook(("不分级", "Not graded"), "none", 0)
"""A sign without levels: its value says neither good nor bad."""


class Wording(msgspec.Struct, frozen=True):
    """The labels that come from the registry of vital signs, the rules and the city pack.

    Attributes:
        signs: Id of a vital sign → label; their order is the page's, life safety first.
        levels: Level id → how it is shown.
        departments: Department id → label.
        catalogue: The declarations of the vital signs themselves, by id.
    """

    signs: Mapping[str, Label] = {}
    levels: Mapping[str, LevelLook] = {}
    departments: Mapping[str, Label] = {}
    catalogue: Mapping[str, VitalSign] = msgspec.field(default_factory=lambda: SIGNS)

    def sign(self, indicator: str) -> Label:
        """The label of a vital sign; its id where nobody named it."""
        return self.signs.get(indicator, (indicator, indicator))

    def edges(self, indicator: str) -> list[float]:
        """The edges of a vital sign's levels."""
        sign = self.catalogue.get(indicator)
        return [level.edge for level in sign.levels] if sign else []

    def level(self, level: str | None) -> LevelLook:
        """How a level is shown; None is normal, an unknown one is blue under its own id."""
        if level is None:
            return LevelLook(COLOURS["green"], "green", 0)
        return self.levels.get(level, LevelLook((level, level), "blue", RANKS["blue"]))

    def look(self, indicator: str, level: str | None) -> LevelLook:
        """How the level of a known value of a sign is shown."""
        sign = self.catalogue.get(indicator)
        if level is None and sign is not None and not sign.levels:
            return NOT_GRADED
        return self.level(level)

    def topic(self, indicator: str) -> Topic:
        """The topic of a sign."""
        sign = self.catalogue.get(indicator)
        return OTHER if sign is None else TOPIC_OF.get(sign.group, OTHER)

    def is_vital(self, indicator: str) -> bool:
        """Whether not to know a sign is a danger: the index counts it for life safety."""
        sign = self.catalogue.get(indicator)
        return sign is not None and sign.is_life_safety

    def department(self, department: str) -> Label:
        """The label of a department; its id where nobody named it."""
        return self.departments.get(department, (department, department))


def wording_of(
    signs: Iterable[VitalSign], rules: RuleSet, departments: Iterable[Department]
) -> Wording:
    """Collect the labels of a city.

    Levels that only a rule knows are called by their colour.
    """
    signs = tuple(signs)
    levels = {
        level.level: LevelLook(COLOURS[level.colour], level.colour, RANKS[level.colour])
        for rule in rules.rules for level in rule.levels
    }  # fmt: skip
    for sign in signs:
        levels |= _levels_of(sign)
    return Wording(
        {sign.id: (sign.zh, sign.en) for sign in signs},
        levels,
        {d.id: (d.name, d.name_en or d.name) for d in departments},
        {sign.id: sign for sign in signs},
    )


def _levels_of(sign: VitalSign) -> dict[str, LevelLook]:
    """A scale of six colours (air quality, HJ 633) begins two steps below the warning colours."""
    is_six = len({level.colour for level in sign.levels}) == _SIX_COLOURS
    return {
        level.id: LevelLook(
            (level.zh, level.en), level.colour,
            max(0, index - 1) if is_six else RANKS[level.colour],
        )
        for index, level in enumerate(sign.levels)
    }  # fmt: skip


def named(labels: Mapping[str, Label], key: str) -> Label:
    """A label; the key itself where there is none."""
    return labels.get(key, (key, key))
