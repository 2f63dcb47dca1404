"""The spool: durable, in order, cut where torn, refusing when full."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.spool import Spool, Spooled, SpoolError, SpoolFullError

MIB = 1 << 20


def frame(number: int, size: int = 100, partition: int = 0) -> Spooled:
    value = f"{number:08}".encode().ljust(size, b".")
    return Spooled("readings", partition, value, 3, (("a/ack", b"{}"),))


def reopened(folder: Path, limit: int = MIB) -> tuple[Spool, list[Spooled]]:
    spool = Spool(folder, limit)
    return spool, [spool.read(place) for place, _, _ in spool.recovered()]


def test_frames_are_read_back_as_they_were(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MIB)
    frames = [frame(n, partition=n % 3) for n in range(10)]
    places = spool.append(frames)
    assert [spool.read(place) for place in places] == frames


def test_reopened_spool_gives_back_what_is_not_done_in_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MIB, segment_bytes=300)
    places = [spool.append([frame(n)])[0] for n in range(12)]
    spool.done([places[4], places[7]])
    spool.close()
    again, frames = reopened(tmp_path)
    assert frames == [frame(n) for n in range(12) if n not in (4, 7)]
    assert again.torn_bytes == 0


def test_segments_that_are_done_leave_the_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MIB, segment_bytes=300)
    places = [spool.append([frame(n)])[0] for n in range(12)]
    for place in places:
        spool.done([place])
    assert spool.size == 0
    assert list(tmp_path.glob("*.spool")) == []
    assert spool.read(spool.append([frame(99)])[0]) == frame(99)


@pytest.mark.parametrize("cut", [1, 5, 9, 60, 130])
def test_torn_end_is_cut_and_everything_before_it_kept(tmp_path: Path, cut: int) -> None:
    spool = Spool(tmp_path, MIB)
    spool.append([frame(n) for n in range(5)])
    spool.close()
    path = next(tmp_path.glob("*.spool"))
    path.write_bytes(path.read_bytes()[:-cut])
    again, frames = reopened(tmp_path)
    assert frames == [frame(n) for n in range(4)]
    assert again.torn_bytes > 0
    again.append([frame(7)])
    again.close()
    third, frames = reopened(tmp_path)
    assert frames == [*(frame(n) for n in range(4)), frame(7)]
    assert third.torn_bytes == 0


@given(st.data())
def test_end_cut_anywhere_keeps_a_beginning(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, MIB)
    sizes = data.draw(st.lists(st.integers(8, 200), min_size=1, max_size=6))
    for number, size in enumerate(sizes):
        spool.append([frame(number, size)])
    spool.close()
    path = next(folder.glob("*.spool"))
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    again, frames = reopened(folder)
    assert frames == [frame(n, size) for n, size in enumerate(sizes)][: len(frames)]
    again.close()


def test_damaged_middle_is_kept_for_a_person_and_the_rest_is_used(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MIB, segment_bytes=300)
    for number in range(9):
        spool.append([frame(number)])
    spool.close()
    first = min(tmp_path.glob("*.spool"))
    data = bytearray(first.read_bytes())
    data[60] ^= 0xFF
    first.write_bytes(data)
    again, frames = reopened(tmp_path)
    assert again.torn_bytes > 0
    assert frames[-1] == frame(8)
    assert len(frames) < 9
    damaged = first.with_suffix(".damaged")
    assert bytes(data).endswith(damaged.read_bytes())


def test_full_spool_refuses_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 3000, segment_bytes=1000)
    places = [spool.append([frame(n, 200)])[0] for n in range(12)]
    with pytest.raises(SpoolFullError, match="3000 bytes"):
        spool.append([frame(12, 200)])
    spool.done(places[:8])
    spool.append([frame(1000, 200)])
    spool.close()
    _, frames = reopened(tmp_path)
    assert frames == [*(frame(n, 200) for n in range(8, len(places))), frame(1000, 200)]


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """A real refusal of the kernel to write on, as of a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_disk_that_refuses_leaves_nothing_half_written(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MIB)
    first = spool.append([frame(0)])
    with files_no_longer_than(1000), pytest.raises(SpoolFullError, match="disk refuses"):
        spool.append([frame(n, 300) for n in range(1, 9)])
    later = spool.append([frame(20)])
    assert spool.read(first[0]) == frame(0)
    assert spool.read(later[0]) == frame(20)
    spool.close()
    again, frames = reopened(tmp_path)
    assert frames == [frame(0), frame(20)]
    assert again.torn_bytes == 0


def test_spool_in_use_is_refused_to_a_second_gateway(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MIB)
    with pytest.raises(SpoolError, match="another gateway"):
        Spool(tmp_path, MIB)
    spool.close()
    Spool(tmp_path, MIB).close()
