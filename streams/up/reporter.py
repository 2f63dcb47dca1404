"""What a run tells its user while it runs."""

import time
from collections.abc import Callable

import msgspec

from streams.topics import ALERTS, VITALS, WORKORDERS
from streams.up.stack import Running
from streams.up.topics_reader import event_of


class Reporter:
    """What a run tells its user while it runs.

    Args:
        say: Prints one sentence.
        show: Prints the table of what runs where.
    """

    def __init__(self, say: Callable[[str], None], show: Callable[[list[Running]], None]) -> None:
        self.say = say
        self.show = show
        self._began = time.monotonic()
        self._has_vitals = False

    def output(self, topic: str, value: bytes) -> None:
        """Look at one output record."""
        if topic == VITALS:
            self._first_vital(value)
        elif topic == ALERTS:
            data = event_of(value)["data"]
            self.say(f"alert   {data['sent']}  {data['info'][0]['headline']}")
        elif topic == WORKORDERS:
            event = event_of(value)
            data = event["data"]
            what = data.get("change", "refused")
            who = data.get("department_name", {}).get("zh", "")
            self.say(f"order   {event['time']}  {data['order']}  {what}  {who}")

    def _first_vital(self, value: bytes) -> None:
        if self._has_vitals:
            return
        for line in value.split(b"\n"):
            vital = msgspec.json.decode(line)
            if vital["value"] is not None:
                self._has_vitals = True
                what = f"{vital['zone']} {vital['indicator']} {vital['value']} {vital['unit']}"
                self.say(f"first vital sign after {time.monotonic() - self._began:.0f} s: {what}")
                return
