"""What feeds a vital sign, as arrays: those of its members that have been heard."""

from typing import NamedTuple

import numpy as np

from indicators.plan import SignPlan, ZonePlan
from indicators.pooling import exact
from sensors.decimals import Bools, Floats, Ints
from sensors.directory import Directory
from sensors.quantity import CATALOGUE, Quantity


class SignMembers(NamedTuple):
    """The heard members of one sign; those of one quantity stand together and are a *pool*.

    Attributes:
        terminals: Terminal of each member.
        group: Its group in the row store.
        column: Its cell in a row of the group.
        shift: By how much (ms) its stamps are shifted.
        expected: Readings that its cadence promises in a window.
        scale: Steps per unit of its quantity.
        energetic: Whether sound energy is summed.
        quantities: Quantity of each pool.
        pool_first: First member of each pool.
        promised: Readings that all members, heard or not, should have in a window, summed `exact`.
    """

    terminals: list[str]
    group: Ints
    column: Ints
    shift: Ints
    expected: Floats
    scale: Floats
    energetic: Bools
    quantities: list[Quantity]
    pool_first: Ints
    promised: float


def members_of(zone: ZonePlan, plan: SignPlan, directory: Directory) -> SignMembers:
    """Look up the members of a sign of a zone; again whenever one of them gets a group."""
    heard, everyone = [], zone.members(plan)
    for member in sorted(everyone, key=lambda m: (m.quantity, m.terminal)):
        channel = directory.channel_of(f"{member.terminal}/{member.quantity}")
        if channel is not None and directory.group[channel] >= 0:
            heard.append((member, channel))
    channels = np.array([channel for _, channel in heard], np.int64)
    names = [member.quantity for member, _ in heard]
    firsts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
    quantities = [CATALOGUE[name] for name in names]
    return SignMembers(
        [member.terminal for member, _ in heard],
        directory.group[channels].astype(np.int64),
        directory.column[channels].astype(np.int64),
        np.array([directory.about(channel).shift_ms for _, channel in heard], np.int64),
        np.array([member.expected for member, _ in heard], np.float64),
        np.array([float(quantity.scale) for quantity in quantities], np.float64),
        np.array([quantity.energetic for quantity in quantities], np.bool_),
        [quantities[first] for first in firsts],
        np.array(firsts, np.int64),
        float(exact(np.array([member.expected for member in everyone])).sum()),
    )
