"""What is wrong with a city pack: every problem with its place and the way to mend it."""

from difflib import get_close_matches
from typing import NamedTuple

import msgspec

Step = str | int
Steps = tuple[Step, ...]
"""The way to a value in a file: keys of mappings and numbers of list items (from 0)."""

MISSING = "(missing)"
"""Stands for the value of a field that is not there."""


class Finding(NamedTuple):
    """A problem before its line is known: the way to the value, the value, the mend."""

    steps: Steps
    value: object
    mend: str


class Problem(msgspec.Struct, frozen=True):
    """One problem of a city pack.

    Attributes:
        file: Path of the file.
        line: Line in it, from 1.
        field: The field, e.g. `terminals[3].quantities[0].unit`; empty for the file as a whole.
        value: The value that stands there, as JSON.
        mend: What to write instead.
    """

    file: str
    line: int
    field: str
    value: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field or '(file)'} = {self.value} — {self.mend}"


class PackError(Exception):
    """A city pack that cannot be used; `problems` holds all that was found, by file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def spell(steps: Steps) -> str:
    """A way as a person writes it.

    Example:
        >>> spell(("terminals", 3, "quantities", 0, "unit"))
        'terminals[3].quantities[0].unit'
    """
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).removeprefix(".")


def show(value: object) -> str:
    """A value on one line, cut at 80 characters."""
    text = MISSING if value == MISSING else msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= 80 else text[:79] + "…"


def nearest(name: str, known: list[str]) -> str:
    """The mend for an unknown name: the most similar known one, or the list of all.

    Example:
        >>> nearest("water_dept", ["water_depth", "rain"])
        "write 'water_depth'"
    """
    similar = get_close_matches(name, known, n=1, cutoff=0.5)
    if similar:
        return f"write '{similar[0]}'"
    return "known are: " + ", ".join(known) if known else "none is known"
