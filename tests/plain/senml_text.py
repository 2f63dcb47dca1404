"""Packs as text: the same records with base fields or without, in many spellings."""

from random import Random
from typing import NamedTuple

from tests.plain import spelling


class Record(NamedTuple):
    """A SenML record to be written.

    Attributes:
        name: Full name.
        unit: Unit.
        at: Event time, Unix ms.
        value: JSON text of `v`, or the label of another value field: vs, vb, vd or s.
    """

    name: str
    unit: str
    at: float
    value: str


class Base(NamedTuple):
    """The base fields of a pack: name, time (Unix ms) and, where there is one, unit."""

    name: str
    time: float
    unit: str | None


OTHER_VALUES = {"vs": '"a"', "vb": "true", "vd": '"YQ"', "s": "5"}


def payload_of(random: Random, records: list[Record], *, is_usual: bool) -> bytes:
    """The pack's bytes.

    Args:
        random: Chooses the spelling.
        records: At least one.
        is_usual: Base name and time in the first record, keys in one order, no white space.
    """
    base = _base_of(random, records, is_usual=is_usual)
    entries = []
    for index, record in enumerate(records):
        fields = [] if index else _base_fields(random, base, is_usual=is_usual)
        fields += _own_fields(random, record, base, is_usual=is_usual)
        if not is_usual and random.random() < 0.1:
            _disturb(random, fields, base)
        entries.append(spelling.an_object(random, fields, is_usual=is_usual))
    return spelling.an_array(random, entries, is_usual=is_usual)


def _base_of(random: Random, records: list[Record], *, is_usual: bool) -> Base:
    owners = {record.name.rpartition("/")[0] for record in records}
    name = f"{owners.pop()}/" if len(owners) == 1 else ""
    time = records[0].at
    if not is_usual:
        name = random.choice([name, name, "", name[:1]])
        time = random.choice([time, 0, records[-1].at, time - time % 1000])
    unit = random.choice([r.unit for r in records]) if random.random() < 0.1 else None
    return Base(name, time, unit)


def _base_fields(random: Random, base: Base, *, is_usual: bool) -> spelling.Fields:
    """The base fields as they stand in the first record."""
    fields = [("bn", spelling.text(random, base.name, is_usual=is_usual))] if base.name else []
    if base.time:
        fields.append(("bt", spelling.number(random, base.time / 1000)))
    if base.unit is not None:
        fields.append(("bu", spelling.text(random, base.unit, is_usual=is_usual)))
    if random.random() < 0.03:
        fields.append(random.choice([("bver", "10"), ("bver", "5.0"), ("bv", "0.5"), ("bv", "0")]))
    return fields


def _own_fields(random: Random, record: Record, base: Base, *, is_usual: bool) -> spelling.Fields:
    own = record.name[len(base.name) :] if record.name.startswith(base.name) else record.name
    fields = [("n", spelling.text(random, own, is_usual=is_usual))]
    if record.unit != (base.unit or ""):
        fields.append(("u", spelling.text(random, record.unit, is_usual=is_usual)))
    if record.at != base.time or (not is_usual and random.random() < 0.2):
        fields.append(("t", spelling.number(random, (record.at - base.time) / 1000)))
    if record.value in OTHER_VALUES:
        return [*fields, (record.value, OTHER_VALUES[record.value])]
    return [*fields, ("v", record.value)]


def _disturb(random: Random, fields: spelling.Fields, base: Base) -> None:
    """Something that the RFC allows, or JSON does, and that no terminal of ours sends."""
    again = [("bt", spelling.number(random, base.time / 1000)), ("bs", "1")]
    fields.insert(
        random.randrange(len(fields)),
        random.choice([*again, ("v", "7"), ("extra", '{"v":[1]}'), ("ut", "60"), ("s", "3")]),
    )
