"""Kinds of terminals: what terminals that declare alike have in common, described once.

A city has some dozens of kinds and 50,000 terminals. A channel is the number of its terminal's
first channel plus the place of its quantity in the kind.
"""

from collections.abc import Mapping

from sensors.screening import Channel

Remembered = tuple[int, int]
"""How long readings are remembered, and how long at least in a flood, ms."""


class Kind:
    """Terminals that declare the same quantities, and whose readings are remembered as long.

    Args:
        channels: Quantity → what screening knows of it.
        remembered: Quantity → how long its readings are remembered; for its horizon at least.

    Attributes:
        quantities: Their names, by place.
        channels: What screening knows of each, by place.
        remembered: How long the readings of each are remembered, by place.
        place: Quantity → its place.
    """

    __slots__ = ("channels", "place", "quantities", "remembered")

    def __init__(
        self, channels: Mapping[str, Channel], remembered: Mapping[str, Remembered]
    ) -> None:
        self.quantities = tuple(channels)
        self.channels = tuple(channels.values())
        self.remembered = tuple(
            (max(remembered[name][0], channel.horizon_ms), remembered[name][1])
            for name, channel in channels.items()
        )
        self.place = {name: place for place, name in enumerate(channels)}

    def __len__(self) -> int:
        return len(self.quantities)
