"""Records of a replay: its output files and the recordings that it was made of."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from sensors.city import City
from sensors.quantity import CATALOGUE
from streams.lineage import notes
from streams.lineage.readings import Picked, Picker, Wanted
from streams.lineage.times import instant_of
from streams.recording import read_lines


class ReplayRecords:
    """What a replay wrote, and what it read.

    Args:
        folder: Its output folder.
        recordings: Its recordings, in the order in which they were given.
        city: Its city.
    """

    def __init__(self, folder: Path, recordings: Sequence[Path], city: City) -> None:
        self._folder, self._recordings, self._city = folder, recordings, city
        self._values: dict[str, list[dict[str, Any]]] = {}
        self._pickers: dict[str, Picker] = {}

    def event(self, id_: str) -> dict[str, Any] | None:
        """See `Records`."""
        newest = None
        for name, subject in (("alerts", "incident"), ("workorders", "order")):
            for event in self._events(name, id_):
                if event["id"] == id_:
                    return event
                # A command that an order refused names it too, and is no state of it.
                if event["data"].get(subject) == id_ and "level" in event["data"]:
                    newest = event
        return newest

    def incident(self, id_: str) -> list[dict[str, Any]]:
        """See `Records`."""
        return [e for e in self._events("alerts", id_) if e["data"]["incident"] == id_]

    def _events(self, name: str, mark: str) -> Iterator[dict[str, Any]]:
        """The CloudEvents of a file in which an id stands."""
        for line in read_lines(self._folder / f"{name}.ndjson"):
            if mark.encode() in line:
                yield msgspec.json.decode(line)

    def values(
        self, place: str, signs: Collection[str], after: int, until: int, by: int | None
    ) -> list[dict[str, Any]]:
        """See `Records`."""
        newest: dict[tuple[int, str], dict[str, Any]] = {}
        for line in self._of_place(place):
            if line["indicator"] in signs:
                end = instant_of(line["window_end"])
                if after < end <= until and (by is None or instant_of(line["at"]) <= by):
                    newest[end, line["indicator"]] = line
        return [line for _, line in sorted(newest.items())]

    def newest(
        self, place: str, signs: Collection[str], within: int, by: int | None
    ) -> list[dict[str, Any]]:
        """See `Records`."""
        first, last = (0, 2**62) if by is None else (by - within, by)
        lines = self.values(place, signs, first, last, by)
        return [line for _, line in sorted({line["indicator"]: line for line in lines}.items())]

    def _of_place(self, place: str) -> list[dict[str, Any]]:
        """All values of a place, in the order of their publication."""
        if place not in self._values:
            mark = f'"zone":{msgspec.json.encode(place).decode()}'.encode()
            self._values[place] = [
                msgspec.json.decode(line)
                for line in read_lines(self._folder / "vitals.ndjson")
                if line.endswith(mark + b"}")
            ]
        return self._values[place]

    def readings(self, wanted: Iterable[Wanted]) -> dict[Wanted, Picked]:
        """The readings of values, from the recordings.

        Raises:
            RecordingError: One cannot be read.
        """
        if not self._recordings:
            return {each: Picked([], notes.NOT_GIVEN) for each in wanted}
        return {each: Picked(self._picker(each.zone).readings(each)) for each in wanted}

    def _picker(self, zone: str) -> Picker:
        """What the recordings hold of a zone."""
        if zone not in self._pickers:
            picker = self._pickers[zone] = Picker(self._city, {zone: CATALOGUE.keys()})
            for path in self._recordings:
                picker.now = 0
                picker.take(read_lines(path))
        return self._pickers[zone]
