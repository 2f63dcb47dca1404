"""A recording of the storm scenario with everything in it: faults, ticks, two gateways, commands."""

import json
from collections.abc import Callable
from pathlib import Path

from sensors.line import Command, encode_command, encode_reception, encode_tick
from sensors.simulator.scenario import Scenario
from sensors.simulator.simulate import simulate
from streams.citypack import CityPack, load_pack, seeds_dir
from streams.replay import replay

START = 1_782_896_400.0
"""2026-07-01 17:00 in Sanshui."""


def sanshui() -> CityPack:
    return load_pack(seeds_dir() / "sanshui")


def storm_lines(pack: CityPack, scenario: Scenario, minutes: float, seed: int = 1) -> list[bytes]:
    """Reception lines of a storm as two gateways stamp them: `received` goes back now and then."""
    lines = []
    messages = simulate(pack.city, scenario, START, minutes * 60, seed)
    for number, message in enumerate(messages):
        # The second gateway's clock is half a second slow: every third line steps back.
        received = round(message.due + 0.7 - 0.5 * (number % 3 == 2), 3)
        lines.append(encode_reception(message.terminal, received, message.payload))
        if number % 40 == 39:
            lines.append(encode_tick(received))
    lines.append(encode_tick(START + minutes * 60 + 5))
    return lines


Say = Callable[[float, float], float]
"""What a broken gauge says: of the minute of the storm and the true depth, m."""


def with_gauge(lines: list[bytes], terminal: str, says: Say) -> list[bytes]:
    """The lines with a depth gauge that says something else."""
    return [
        _again(line, says) if b'"terminal":"%b"' % terminal.encode() in line else line
        for line in lines
    ]


def leaping(minute: float, by: float) -> Say:
    """From a minute on it says so much more, at once."""
    return lambda now, depth: round(depth + by, 3) if now >= minute else depth


def _again(line: bytes, says: Say) -> bytes:
    tree = json.loads(line)
    pack = tree.get("pack")
    if not isinstance(pack, list) or not all(isinstance(record, dict) for record in pack):
        return line
    base = pack[0].get("bt", 0.0) if pack else 0.0
    for record in pack:
        if record.get("n") == "water_depth" and "v" in record:
            minute = (base + record.get("t", 0.0) - START) / 60
            record["v"] = says(minute, record["v"])
    payload = json.dumps(pack, separators=(",", ":")).encode()
    return encode_reception(tree["terminal"], tree["received"], payload)


def with_commands(pack: CityPack, lines: list[bytes], folder: Path) -> list[bytes]:
    """The lines with the commands of crews who answer each order: accept, start, done, done again."""
    plain = folder / "plain.ndjson"
    plain.write_bytes(b"\n".join(lines) + b"\n")
    replay([plain], pack, folder / "plain")
    orders: dict[str, str] = {}
    for event in (folder / "plain" / "workorders.ndjson").read_text().splitlines():
        data = json.loads(event)["data"]
        orders.setdefault(data["order"], data["zone"])
    stamped: list[tuple[float, bytes]] = []
    last = 0.0
    for line in lines:
        last = max(last, json.loads(line)["received"])
        stamped.append((last, line))
    for number, (order, zone) in enumerate(sorted(orders.items())):
        for minute, action in (
            (20, "accept"),
            (24, "start"),
            (28, "done"),
            (40, "done"),
            (55, "done"),
        ):
            command = Command(
                id=f"c{number}-{minute}", order=order, zone=zone, action=action, actor="crew"
            )
            at = START + minute * 60 + number
            stamped.append((at, encode_command(at, command)))
            if minute == 28:
                # The operator pressed twice: the same command again.
                stamped.append((at + 1, encode_command(at + 1, command)))
    stamped.sort(key=lambda entry: entry[0])
    return [line for _, line in stamped]
