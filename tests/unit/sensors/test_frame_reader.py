"""The quick way through a line says what the full way says, or leaves the line alone."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from sensors.directory import Directory
from sensors.frame_reader import Scanned
from sensors.kind import Kind
from sensors.layout import MOST_OF_A_HEAD, LayoutTable, layout_of
from sensors.ledger import Ledger
from sensors.line import join_frame, split_frame
from sensors.native.scanning import scanner
from sensors.reason import Reason
from sensors.row_store import RowStore
from sensors.screening import channels
from sensors.senml import records_of
from streams.engine.incoming import FrameIntake, Incoming
from streams.engine.reception import receive
from tests.builders import T0, T0_MS, a_line
from tests.line_spelling import CITY, Speller

pytestmark = pytest.mark.usefixtures("twin")
_SEEDS = st.integers(0, 2**64 - 1)


class Reader:
    """A frame intake of its own."""

    def __init__(self) -> None:
        self.directory = Directory(RowStore())
        for terminal in CITY.terminals.values():
            known = channels(terminal.quantities)
            kind = Kind(known, dict.fromkeys(known, (3600000, 60000)))
            self.directory.add_terminal(terminal.id, kind)
        self.intake = FrameIntake(CITY, self.directory, Ledger(), lambda _: None)

    @property
    def layouts(self) -> LayoutTable:
        return self.intake.layouts

    def learn(self, lines: list[bytes]) -> None:
        for line in lines:
            self.intake.read(line, 0)

    def open_groups(self) -> None:
        """As if every terminal had sent all that it has."""
        for terminal in CITY.terminals.values():
            names = (f"{terminal.id}/{quantity}" for quantity in channels(terminal.quantities))
            found = [self.directory.channel_of(name) for name in names]
            self.directory.group_up(channel for channel in found if channel is not None)

    def another(self) -> FrameIntake:
        """Another one of the same terminals that knows no layout."""
        return FrameIntake(CITY, self.directory, Ledger(), lambda _: None)


Readings = list[tuple[int, int, int, float]]
"""Channel, record, event time (ms) and value."""


def readings_of(scanned: Scanned, line: int) -> Readings:
    some = np.flatnonzero(scanned.line == line)
    columns = scanned.channel, scanned.record, scanned.at, scanned.value
    return list(zip(*(column[some].tolist() for column in columns), strict=True))


def in_full(line: bytes, reader: Reader) -> tuple[int | None, str | None, Readings]:
    """Received, terminal and readings of a line that nothing but a range can refuse."""
    reception = receive(line, CITY, reader.directory, Ledger())
    assert reception.whole is None
    found = [(r.channel, r.record, r.at, r.value) for r in reception.readings]
    assert {reason for _, reason in reception.refused} <= {Reason.OUT_OF_RANGE}
    return reception.received, reception.terminal, found


def is_in_range(reader: Reader, reading: tuple[int, int, int, float]) -> bool:
    channel, _, _, value = reading
    about = reader.directory.about(channel).quantity
    return about.low <= value <= about.high


def check(reader: Reader, frame: bytes) -> int:
    """How many lines of a frame were read the quick way."""
    scanned = scanner(reader.layouts)(frame)
    spans = zip(scanned.starts.tolist(), scanned.ends.tolist(), strict=True)
    lines = [frame[start:end] for start, end in spans]
    assert lines == list(split_frame(frame))
    assert scanned.line.tolist() == sorted(scanned.line.tolist())
    for index, line in enumerate(lines):
        layout, found = int(scanned.layout[index]), readings_of(scanned, index)
        if layout < 0:
            assert (scanned.received[index], found) == (0, [])
            continue
        received, terminal, expected = in_full(line, reader)
        assert scanned.received[index] == received, line
        assert [r for r in found if is_in_range(reader, r)] == expected, line
        assert reader.layouts.terminal[layout] == reader.directory.terminal_of(terminal or "")
        records = sorted(record for _, record, _, _ in found)
        assert records == list(range(len(records))), line
    assert columns_of(reader.intake.read(frame, 0)) == columns_of(reader.another().read(frame, 0))
    return int((scanned.layout >= 0).sum())


def columns_of(incoming: Incoming) -> dict[str, object]:
    """All that a frame says, in whatever way its lines were read."""
    told = incoming._asdict()
    about = {index: r.whole for index, r in told.pop("receptions").items() if r.whole is not None}
    del told["layout"]
    arrays = {name: value.tolist() for name, value in told.items() if isinstance(value, np.ndarray)}
    refused = {index: sorted(found) for index, found in told["refused"].items()}
    return {**arrays, "refused": refused, "whole": about}


def frames_of(seed: int) -> tuple[list[bytes], bytes]:
    """Lines that are learned from, and a frame of lines that look like them."""
    random = Random(seed)
    speller = Speller(random)
    learned = [speller.odd() if random.random() < 0.3 else speller.usual() for _ in range(12)]
    lines = []
    for _ in range(40):
        line = random.choice(learned)
        kind = random.random()
        if kind < 0.75:
            line = speller.changed(line)
        elif kind < 0.85:
            line = speller.odd() if kind < 0.8 else speller.usual()
        lines.append(b"" if kind > 0.98 else line)
    return learned, random.choice([b"\n", b"\n", b"\n\n"]).join(lines)


@settings(max_examples=200)
@given(_SEEDS)
def test_quick_way_says_what_the_full_way_says_of_any_line(seed):
    learned, frame = frames_of(seed)
    reader = Reader()
    reader.learn([line.replace(b"\n", b" ") for line in learned])
    try:
        check(reader, frame)
    except BaseException:
        note(f"learned {learned!r}, read {frame!r}")
        raise


def test_arbitrary_lines_are_read_both_ways_and_often():
    quick = full = 0
    for seed in range(40):
        learned, frame = frames_of(seed)
        reader = Reader()
        reader.learn(learned)
        found = scanner(reader.layouts)(frame).layout
        quick, full = quick + int((found >= 0).sum()), full + int((found < 0).sum())
    assert quick > 300
    assert full > 300


@given(_SEEDS)
def test_usual_line_is_read_the_quick_way_with_any_plain_numbers(seed):
    speller = Speller(Random(seed))
    # A name in which a digit follows a colon looks like a number: such lines are decoded.
    usual = [line for line in (speller.usual() for _ in range(9)) if b"ts:1" not in line]
    usual = [line for line in usual if b"7:0.5" not in line]
    reader = Reader()
    reader.open_groups()
    reader.learn(usual)
    again = [line.replace(b'"v":', b'"v":1').replace(b"1-", b"-") for line in usual]
    assert check(reader, join_frame([*usual, *again])) == 2 * len(usual)


def read(*lines: bytes, learned: bytes) -> list[int]:
    """Which of these lines were read the quick way, as 1 and 0; all rightly."""
    reader = Reader()
    reader.learn([learned])
    found: list[int] = (scanner(reader.layouts)(join_frame(lines)).layout >= 0).astype(int).tolist()
    check(reader, join_frame(lines))
    return found


PLAIN = a_line("wl-1", T0, T0 + 1.0, water_depth=0.25, battery=80)


def with_value(text: str) -> bytes:
    return PLAIN.replace(b"0.25", text.encode())


def test_plain_line_is_learned_from_once():
    assert read(PLAIN, PLAIN, learned=PLAIN) == [1, 1]


@pytest.mark.parametrize(
    "text",
    ["1", "0.3", "-0.01", "5e-1", "1.5E+0", "0.12345678901234567", "2.50000000000000000000",
     "0.000000001", "1e-400", "-0", "-0.0", "9007199254740993.5", "0.1e-7", "123456789.1234567891",
     "179769313486231570000.0e288", "4.9e-324", "2.2250738585072011e-308"],
)  # fmt: skip
def test_number_of_json_is_read_quickly_in_any_spelling(text):
    assert read(with_value(text), learned=PLAIN) == [1]


@pytest.mark.parametrize(
    "text", ["NaN", "1e400", "01", "1.", ".5", "+1", "null", '"1"', "-", "1 ", "12345678901234567"]
)
def test_what_is_not_plainly_a_number_is_left_to_the_full_way(text):
    assert read(with_value(text), learned=PLAIN) == [0]


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(b"water_depth", b"temperature"),
        PLAIN.replace(b"wl-1", b"wl-2"),
        PLAIN.replace(b'"wl-1"', b'"wl-9"'),
        PLAIN.replace(b'"m"', b'"K"'),
        PLAIN.replace(b'{"n"', b'{ "n"'),
        PLAIN[:-1],
        PLAIN + b"}",
        PLAIN.replace(b"battery", b"batter\\u0079"),
        PLAIN.replace(b'"v":80', b'"v":80,"v":81'),
    ],
)
def test_any_other_text_is_left_to_the_full_way(other):
    assert read(other, learned=PLAIN) == [0]


def test_far_longer_gap_of_another_layout_does_not_reach_beyond_the_frame():
    noted = PLAIN.replace(b',"pack"', b',"note":"' + b"x" * 500 + b'","pack"')
    assert read(PLAIN, learned=noted) == [0]


def test_number_of_an_unknown_field_is_not_taken_for_a_value():
    alien = PLAIN.replace(b',"pack"', b',"x":{"v":0.1},"pack"').replace(b'"v":80', b'"v": 80')
    assert read(alien.replace(b"0.1", b"0.7"), learned=alien) == [0]


def test_time_of_an_unknown_field_is_not_taken_for_the_time():
    alien = PLAIN.replace(b',"pack"', b',"x":{"bt":5.0},"pack"').replace(b'"bt":', b'"bt": ')
    alien = alien.replace(b'"x":{"bt": ', b'"x":{"bt":')
    assert read(alien.replace(b"5.0", b"6.0"), learned=alien) == [0]


@pytest.mark.parametrize(("received", "is_quick"), [("0", 1), ("253370764799.9", 1), ("253370764800", 0), ("-1", 0)])  # fmt: skip
def test_time_of_reception_that_none_can_be_is_left_to_the_full_way(received, is_quick):
    line = PLAIN.replace(f"{T0 + 1.0}".encode(), received.encode())
    assert line != PLAIN
    assert read(line, learned=PLAIN) == [is_quick]


def test_lines_of_several_layouts_of_one_terminal_are_each_read_by_theirs():
    lines = [
        a_line("wl-1", T0, T0 + 1.0, water_depth=0.1),
        a_line("wl-1", T0, T0 + 2.0, water_depth=0.2, battery=70),
        a_line("wl-1", T0, T0 + 3.0, battery=60, water_depth=0.3),
        a_line("wl-1", T0, T0 + 4.0, rain=1.5),
    ]
    reader = Reader()
    reader.learn(lines)
    assert len(reader.layouts) == 4
    assert check(reader, join_frame(lines)) == 4


def test_terminal_has_only_so_many_layouts():
    reader = Reader()
    spaced = [PLAIN.replace(b'},{"n"', b"}," + b" " * n + b'{"n"') for n in range(50)]
    reader.learn(spaced)
    assert len(reader.layouts) == MOST_OF_A_HEAD
    assert check(reader, join_frame(spaced)) == MOST_OF_A_HEAD


def test_layout_keeps_what_is_between_the_numbers():
    layout = layout_of(PLAIN, records_of(PLAIN[PLAIN.index(b"[") : -1]))
    assert layout is not None
    text = f"{T0 + 1.0}", f"{T0}", "0.25", "80"
    rebuilt = layout.head + b"".join(
        number.encode() + gap for number, gap in zip(text, layout.gaps, strict=True)
    )
    assert rebuilt == PLAIN
    assert (layout.received, layout.base_time, layout.values) == (0, 1, (2, 3))


@pytest.mark.parametrize("frame", [b"", b"\n", b"\n\n", b"x", b"x\n", b":", b":1", b"a:1\nb:"])
def test_frame_without_a_known_line_is_left_as_it_is(frame):
    reader = Reader()
    reader.learn([PLAIN])
    assert check(reader, frame) == 0


def test_effective_received_of_quick_and_full_lines_is_one_clock():
    reader = Reader()
    reader.learn([PLAIN])
    early, late = PLAIN.replace(f"{T0 + 1.0}".encode(), f"{T0 - 9.0}".encode()), b'{"received":%d}' % (T0 + 5)  # fmt: skip
    incoming = reader.intake.read(join_frame([early, PLAIN, late, early]), T0_MS)
    assert incoming.effective.tolist() == [T0_MS, T0_MS + 1000, T0_MS + 5000, T0_MS + 5000]
