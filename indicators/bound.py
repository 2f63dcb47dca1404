"""Binds a formula to the settings of a city; keeps its name and words."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, cast

from indicators.vital_sign import Formula


def bound(formula: Callable[..., Any], *settings: object) -> Formula:
    """The formula with its settings given."""
    return cast("Formula", update_wrapper(partial(formula, *settings), formula))
