"""Mappings of settings of which a city names only some entries."""

from collections.abc import Mapping
from typing import Any

import msgspec


def complete(settings: msgspec.Struct, field: str, defaults: Mapping[str, Any]) -> None:
    """Give a mapping of frozen settings the entries that it does not name.

    Args:
        settings: The settings, of whose `__post_init__` this is a part.
        field: Name of the mapping.
        defaults: All entries that there are.

    Raises:
        ValueError: It names an entry that there is not.
    """
    given = getattr(settings, field)
    if unknown := sorted(given.keys() - defaults.keys()):
        known = ", ".join(sorted(defaults))
        raise ValueError(f"{field} has no '{unknown[0]}'; it has {known}")
    msgspec.structs.force_setattr(settings, field, {**defaults, **given})
