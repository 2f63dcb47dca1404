"""The merge: whatever the interleaving of the sources, the same items in the same order."""

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.merge import Arrived, Merge, MergeState, SourceState

SOURCES = 3


def fresh():
    return Merge(MergeState([SourceState() for _ in range(SOURCES)]), [])


def item(at, zone, source):
    return Arrived(at, 0, zone, "water_depth", at, 0, "", source)


class Consumer:
    """Takes (source, seq, clock-or-item) and keeps what is released."""

    def __init__(self, merge=None):
        self.merge = merge or fresh()
        self.released = []

    def take(self, source, seq, content):
        if self.merge.is_next(source, seq):
            if isinstance(content, int):
                self.merge.set_clock(source, content)
            else:
                self.merge.put(content)
        moved = self.merge.advance()
        if moved is not None:
            self.released += moved[1]


@st.composite
def sources(draw):
    """Per source: numbered items and clocks; no item is before its source's clock."""
    out = []
    for source in range(SOURCES):
        now, entries = 0, []
        for _ in range(draw(st.integers(0, 6))):
            now += draw(st.integers(0, 3))
            if draw(st.booleans()):
                entries.append(item(now, f"z{source}", source))
            else:
                entries.append(now)
        entries.append(100)
        out.append([(source, n, content) for n, content in enumerate(entries, 1)])
    return out


def interleaved(draw, streams):
    waiting, out = [list(stream) for stream in streams], []
    while any(waiting):
        choice = draw(st.sampled_from([n for n, stream in enumerate(waiting) if stream]))
        out.append(waiting[choice].pop(0))
    return out


@given(sources(), st.data())
def test_any_interleaving_releases_the_same_sequence(streams, data):
    one, other = Consumer(), Consumer()
    for entry in interleaved(data.draw, streams):
        one.take(*entry)
    for entry in interleaved(data.draw, streams):
        other.take(*entry)
    assert one.released == other.released
    items = [
        content for stream in streams for _, _, content in stream if not isinstance(content, int)
    ]
    assert len(one.released) == len(items)
    assert [i.order for i in one.released] == sorted(i.order for i in items)


@given(sources(), st.data())
def test_items_that_arrive_again_are_dropped_and_counted(streams, data):
    once, twice = Consumer(), Consumer()
    sequence = interleaved(data.draw, streams)
    repeats = 0
    for number, entry in enumerate(sequence):
        once.take(*entry)
        twice.take(*entry)
        back = data.draw(st.integers(0, min(number, 3)))
        for again in sequence[number - back : number]:
            twice.take(*again)
            repeats += 1
    assert twice.released == once.released
    assert twice.merge.state.repeated == repeats


@given(sources(), st.data())
def test_snapshot_at_any_point_releases_the_same_sequence(streams, data):
    sequence = interleaved(data.draw, streams)
    cut = data.draw(st.integers(0, len(sequence)))
    whole, part = Consumer(), Consumer()
    for entry in sequence:
        whole.take(*entry)
    for entry in sequence[:cut]:
        part.take(*entry)
    resumed = Consumer(Merge(part.merge.state, list(reversed(part.merge.waiting))))
    for entry in sequence[cut:]:
        resumed.take(*entry)
    assert part.released + resumed.released == whole.released


def test_item_beyond_the_next_number_is_a_gap_until_its_owner_sends_again():
    consumer = Consumer()
    consumer.take(0, 2, item(5, "z", 0))
    assert consumer.merge.state.gaps == 1
    consumer.take(0, 1, item(4, "z", 0))
    consumer.take(0, 2, item(5, "z", 0))
    for source in range(SOURCES):
        consumer.take(source, 3 if source == 0 else 1, 100)
    assert [released.at for released in consumer.released] == [4, 5]


def test_nothing_is_released_before_every_source_was_heard():
    consumer = Consumer()
    consumer.take(0, 1, item(5, "z", 0))
    consumer.take(0, 2, 100)
    consumer.take(1, 1, 100)
    assert consumer.released == []
    consumer.take(2, 1, 6)
    assert [released.at for released in consumer.released] == [5]


def test_item_at_the_clock_waits_for_the_next_one():
    consumer = Consumer()
    consumer.take(0, 1, item(50, "z", 0))
    for source in range(SOURCES):
        consumer.take(source, 2 if source == 0 else 1, 50)
    assert consumer.released == []
    assert [waiting.at for waiting in consumer.merge.waiting] == [50]


def test_clock_never_goes_back():
    merge = fresh()
    merge.set_clock(0, 10)
    merge.set_clock(0, 5)
    assert merge.state.sources[0].clock == 10


def test_equal_items_are_both_kept_without_comparing_what_they_carry():
    consumer = Consumer()
    for seq in (1, 2):
        consumer.take(0, seq, Arrived(1, 9, "z", "accept", 0, 0, "c", object()))
    for source in range(SOURCES):
        consumer.take(source, 3 if source == 0 else 1, 100)
    assert len(consumer.released) == 2
