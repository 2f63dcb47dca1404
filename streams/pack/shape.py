"""From plain data to structs, collecting every problem instead of stopping at the first."""

from collections.abc import Iterator, Sequence
from datetime import date
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from streams.pack.problem import MISSING, Finding, Steps, nearest

T = TypeVar("T")


class _Invalid:
    """What stands where a value could not be converted, so that its neighbours keep their place."""


INVALID: Final = _Invalid()


def valid(items: Sequence[T]) -> Iterator[tuple[int, T]]:
    """The converted items of a list with their numbers in the file."""
    return ((number, item) for number, item in enumerate(items) if item is not INVALID)


def shaped(value: object, wanted: Any, steps: Steps, findings: list[Finding]) -> Any:  # noqa: ANN401
    """Convert plain data (mappings, lists, scalars) to a type.

    Args:
        value: What a JSON or YAML file held.
        wanted: A msgspec struct, a scalar, or tuple, dict and optional of these.
        steps: The way to the value.
        findings: Gets every problem.

    Returns:
        The value, or `INVALID`; lists keep `INVALID` in place of each item that failed.
    """
    try:
        # Nearly everything is right; only what is not is looked at part by part.
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        problem = str(error)
    origin = get_origin(wanted)
    if origin in (Union, UnionType):
        if value is None and NoneType in get_args(wanted):
            return None
        (wanted,) = (option for option in get_args(wanted) if option is not NoneType)
        return shaped(value, wanted, steps, findings)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _struct(value, wanted, steps, findings)
    if origin in (tuple, dict):
        collect = _items if origin is tuple else _entries
        return collect(value, get_args(wanted), steps, findings)
    mend = "write a date such as 2026-10-01" if wanted is date else problem
    findings.append(Finding(steps, value, mend))
    return INVALID


def _struct(
    value: object, wanted: type[msgspec.Struct], steps: Steps, findings: list[Finding]
) -> Any:  # noqa: ANN401
    if not isinstance(value, dict):
        findings.append(Finding(steps, value, "must be a mapping of fields"))
        return INVALID
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    if wanted.__struct_config__.forbid_unknown_fields:
        unknown = (str(name) for name in value if name not in fields)
        findings += [
            Finding((*steps, name), value.get(name), f"unknown field: {nearest(name, [*fields])}")
            for name in unknown
        ]
    made = {f.name: _field(value, f, steps, findings) for f in fields.values()}
    if any(part is INVALID for part in made.values()):
        return INVALID
    try:
        return wanted(**made)
    except ValueError as error:
        # Fields that do not go together; it says which.
        findings.append(Finding(steps, value, str(error)))
        return INVALID


def _field(value: dict[Any, Any], field: FieldInfo, steps: Steps, findings: list[Finding]) -> Any:  # noqa: ANN401
    here = (*steps, field.encode_name)
    if field.encode_name in value:
        made = shaped(value[field.encode_name], field.type, here, findings)
        if made is not INVALID or field.required:
            return made
        # Already reported; the default lets the checks of the other fields go on.
    elif field.required:
        findings.append(Finding(here, MISSING, "add this field"))
        return INVALID
    has_factory = field.default_factory is not msgspec.NODEFAULT
    return field.default_factory() if has_factory else field.default


def _items(value: object, args: Any, steps: Steps, findings: list[Finding]) -> Any:  # noqa: ANN401
    if not isinstance(value, list):
        findings.append(Finding(steps, value, "must be a list"))
        return INVALID
    if Ellipsis not in args and len(value) != len(args):
        findings.append(Finding(steps, value, f"must have {len(args)} items"))
        return INVALID
    return tuple(
        shaped(item, args[0], (*steps, number), findings) for number, item in enumerate(value)
    )


def _entries(value: object, args: Any, steps: Steps, findings: list[Finding]) -> Any:  # noqa: ANN401
    if not isinstance(value, dict):
        findings.append(Finding(steps, value, "must be a mapping"))
        return INVALID
    made = {
        str(key): shaped(item, args[1], (*steps, str(key)), findings) for key, item in value.items()
    }
    return {key: item for key, item in made.items() if item is not INVALID}
