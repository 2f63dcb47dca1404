"""A window never seen before: how far the newest stretch is from its nearest neighbour of the past.

A stretch is some means of blocks of values, one after the other. The past holds the stretches that
began at each block, but for the newest ones, which share values with the stretch at hand or are
still part of what is going on.
"""

import math
from typing import Final

import msgspec
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sensors.decimals import Floats

_FEW: Final = 8
"""Stretches of the past before a distance means anything."""


class NoveltyState(msgspec.Struct, frozen=True, array_like=True):
    """What a `Novelty` knows: values of the unfinished block, means of blocks (float64)."""

    block: tuple[float, ...]
    means: bytes


class Novelty:
    """Distance of the newest stretch to the nearest of the past.

    Args:
        block: Values a block.
        length: Blocks a stretch.
        gap: Stretches between the past and the one at hand.
        memory: Stretches of the past that are kept.
    """

    def __init__(self, block: int = 4, length: int = 10, gap: int = 20, memory: int = 100) -> None:
        self._size, self._length, self._gap = block, length, gap
        self._most = memory + gap + length
        self._block: list[float] = []
        # Written on and on, and moved to the front where it is full; stretches are views of it.
        self._means = np.zeros(4 * self._most)
        self._stretches = sliding_window_view(self._means, length)
        self._start = self._end = 0

    def distance(self, value: float) -> float | None:
        """What the distance would be with a value more, per block, in the value's unit.

        None where the value finishes no block, or the past is too short.
        """
        if len(self._block) + 1 < self._size:
            return None
        past = self._end - self._start + 1 - self._length - self._gap
        if past < _FEW:
            return None
        # The stretch at hand ends where the next mean will be written.
        self._means[self._end] = (sum(self._block) + value) / self._size
        stretch = self._stretches[self._end - self._length + 1]
        away = self._stretches[self._start : self._start + past] - stretch
        away *= away
        return math.sqrt(float(away.sum(axis=1).min()) / self._length)

    def learn(self, value: float) -> None:
        """Learn from a value."""
        self._block.append(value)
        if len(self._block) == self._size:
            self._means[self._end] = sum(self._block) / self._size
            self._block.clear()
            self._end += 1
            self._start = max(self._start, self._end - self._most)
            if self._end == self._means.size:
                self._restart(self._means[self._start : self._end].copy())

    def _restart(self, means: Floats) -> None:
        self._means[: means.size] = means
        self._start, self._end = 0, means.size

    def dump(self) -> NoveltyState:
        """The state."""
        means = self._means[self._start : self._end]
        return NoveltyState(tuple(self._block), means.tobytes())

    def load(self, state: NoveltyState) -> None:
        """Continue from a `dump`."""
        self._block = list(state.block)
        self._restart(np.frombuffer(state.means))
