"""Frames: no line lost, order per partition kept, limits respected."""

from hypothesis import given
from hypothesis import strategies as st

from sensors.line import split_frame
from streams.gateway.framer import Frame, Framer, Slot

SLOTS = [Slot("readings", 0), Slot("readings", 1), Slot("commands", 0)]
MAX_AGE = 0.05
MAX_BYTES = 300

_steps = st.lists(
    st.tuples(
        st.sampled_from(SLOTS),
        st.integers(1, 400),                              # length of the line
        st.floats(0, 0.08, allow_nan=False),              # time since the step before
        st.sampled_from(["add", "add", "add", "flush"]),
    ),
    max_size=80,
)  # fmt: skip


def drive(
    steps: list[tuple[Slot, int, float, str]], quiet: float | None = None
) -> tuple[list[tuple[Slot, bytes, int]], list[Frame[int]], float]:
    """Lines given and frames got, the framer being asked whenever something is due."""
    framer = Framer[int](MAX_AGE, MAX_BYTES, quiet, crowd=3)
    now, oldest_seen = 100.0, 0.0
    given_lines: list[tuple[Slot, bytes, int]] = []
    frames: list[Frame[int]] = []

    def close(due: list[Frame[int]]) -> None:
        nonlocal oldest_seen
        for frame in due:
            oldest_seen = max(oldest_seen, now - frame.opened)
            frames.append(frame)

    for number, (slot, length, gap, what) in enumerate(steps):
        until = now + gap
        while (due := framer.next_due()) is not None and due <= until:
            now = max(now, due)
            close(framer.due(now))
        now = until
        if what == "flush":
            last = framer.flush(slot)
            close([last] if last else [])
        else:
            line = f"{number:06}".encode().ljust(length, b"x")
            given_lines.append((slot, line, number))
            close(framer.add(slot, line, number, now))
    frames.extend(framer.close())
    return given_lines, frames, oldest_seen


@given(_steps, st.sampled_from([None, 0.01]))
def test_any_arrivals_keep_every_line_in_its_partitions_order(
    steps: list[tuple[Slot, int, float, str]], quiet: float | None
) -> None:
    given_lines, frames, _ = drive(steps, quiet)
    for slot in SLOTS:
        sent = [line for s, line, _ in given_lines if s == slot]
        got = [line for f in frames if f.slot == slot for line in split_frame(f.value)]
        assert got == sent
        items = [item for f in frames if f.slot == slot for item in f.items]
        assert items == [number for s, _, number in given_lines if s == slot]


@given(_steps, st.sampled_from([None, 0.01]))
def test_any_arrivals_respect_age_and_length(
    steps: list[tuple[Slot, int, float, str]], quiet: float | None
) -> None:
    _, frames, oldest = drive(steps, quiet)
    assert oldest <= MAX_AGE + 1e-9
    for frame in frames:
        assert frame.size == len(frame.value)
        assert frame.size <= MAX_BYTES or len(frame.lines) == 1


def test_silence_makes_a_crowd_due_before_its_age() -> None:
    framer = Framer[int](quiet=0.005, crowd=2)
    framer.add(SLOTS[0], b"a", 1, 10.0)
    framer.add(SLOTS[1], b"b", 2, 10.004)
    assert framer.due(10.008) == []
    assert framer.next_due() == 10.004 + 0.005
    assert [frame.lines for frame in framer.due(10.0095)] == [[b"a"], [b"b"]]
    assert framer.next_due() is None


def test_line_over_the_limit_gets_a_frame_of_its_own_and_keeps_its_place() -> None:
    framer = Framer[int](max_bytes=10)
    framer.add(SLOTS[0], b"first", None, 1.0)
    frames = framer.add(SLOTS[0], b"x" * 50, None, 1.0)
    assert [frame.lines for frame in frames] == [[b"first"], [b"x" * 50]]


def test_line_without_an_item_leaves_no_item_behind() -> None:
    framer = Framer[int]()
    framer.add(SLOTS[0], b"tick", None, 1.0)
    frame = framer.flush(SLOTS[0])
    assert frame is not None
    assert frame.items == []
    assert framer.flush(SLOTS[0]) is None


def test_silence_leaves_a_few_lines_to_their_age() -> None:
    framer = Framer[int](quiet=0.005, crowd=2)
    framer.add(SLOTS[0], b"a", 1, 10.0)
    assert framer.next_due() == 10.0 + MAX_AGE
    assert framer.due(10.02) == []
    framer.add(SLOTS[1], b"b", 2, 10.03)
    assert framer.next_due() == 10.03 + 0.005
    assert len(framer.due(10.04)) == 2
    framer.add(SLOTS[1], b"c", 3, 10.05)
    assert framer.next_due() == 10.05 + MAX_AGE
