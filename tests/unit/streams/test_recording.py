"""Recordings: blocks of whole lines, and what is cut is told with its line."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.recording import RecordingError, read_blocks, read_lines
from tests.builders import T0, a_line

LINES = [a_line("wl-1", T0 + n, water_depth=0.1) for n in range(3000)]


def written(path, lines):
    content = b"\n".join(lines) + b"\n"
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["a.ndjson.gz", "a.ndjson"])
def test_recording_gives_its_lines(tmp_path, name):
    assert list(read_lines(written(tmp_path / name, LINES))) == LINES


def test_empty_lines_and_line_ends_of_windows_are_read_over(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n\r\n" + LINES[0] + b"\r\n\n" + LINES[1])
    assert list(read_lines(path)) == LINES[:2]


def test_cut_gzip_names_file_and_line_after_giving_what_it_has(tmp_path):
    path = written(tmp_path / "a.ndjson.gz", LINES)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    got: list[bytes] = []
    with pytest.raises(RecordingError, match=r"a\.ndjson\.gz: damaged after line \d+") as caught:
        got.extend(read_lines(path))
    assert 0 < len(got) < len(LINES)
    assert got == LINES[: len(got)]
    assert f"after line {len(got)} " in str(caught.value)


def test_flipped_byte_in_the_middle_is_a_recording_error(tmp_path):
    path = written(tmp_path / "a.ndjson.gz", LINES)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(RecordingError):
        list(read_lines(path))


@pytest.mark.parametrize("content", [b"", b"no gzip at all"])
def test_file_that_is_no_gzip_is_a_recording_error_or_empty(tmp_path, content):
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(content)
    if content:
        with pytest.raises(RecordingError, match="after line 0"):
            list(read_lines(path))
    else:
        assert list(read_lines(path)) == []


def test_missing_recording_says_so(tmp_path):
    with pytest.raises(RecordingError, match="check the path"):
        list(read_lines(tmp_path / "none.ndjson.gz"))


def test_progress_ends_with_the_size_of_the_file(tmp_path):
    path = written(tmp_path / "a.ndjson.gz", LINES)
    told: list[int] = []
    list(read_lines(path, told.append))
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size


def test_progress_of_a_damaged_recording_does_not_claim_its_end(tmp_path):
    path = written(tmp_path / "a.ndjson.gz", LINES)
    path.write_bytes(path.read_bytes()[:-4])
    told: list[int] = []
    with pytest.raises(RecordingError):
        list(read_lines(path, told.append))
    assert told == sorted(told)


@pytest.mark.parametrize("name", ["a.ndjson.gz", "a.ndjson"])
@pytest.mark.parametrize("size", [1, 13, len(LINES[0]), len(LINES[0]) + 1, 1000, 10**7])
def test_block_of_any_size_ends_where_a_line_ends(tmp_path, name, size):
    path = written(tmp_path / name, LINES[:60])
    blocks = list(read_blocks(path, size=size))
    assert b"\n".join(blocks) == b"\n".join(LINES[:60])
    assert len(blocks) <= 60
    assert all(len(block) < size + len(LINES[59]) for block in blocks)


_contents = st.lists(
    st.sampled_from([b"a", b"bcd", b"e f", b" ", b"\r", b"\n", b"\r\n"]), max_size=30
)


@given(_contents, st.integers(1, 9), st.booleans())
def test_blocks_hold_the_lines_however_they_end(tmp_path_factory, content, size, is_gzip):
    path = tmp_path_factory.mktemp("blocks") / ("a.gz" if is_gzip else "a")
    joined = b"".join(content)
    path.write_bytes(gzip.compress(joined, mtime=0) if is_gzip else joined)
    expected = [line for raw in joined.split(b"\n") if (line := raw.rstrip(b"\r"))]
    blocks = list(read_blocks(path, size=size))
    assert all(block.strip(b"\n") for block in blocks)
    assert [line for block in blocks for line in block.split(b"\n") if line] == expected
    assert list(read_lines(path)) == expected


def test_last_line_without_line_end_is_given(tmp_path):
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(LINES[:9]), mtime=0))
    assert list(read_lines(path)) == LINES[:9]


def test_damaged_recording_counts_empty_lines_too(tmp_path):
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n\n" + LINES[0] + b"\n\r\nhalf a line", mtime=0)[:-9])
    got: list[bytes] = []
    with pytest.raises(RecordingError, match="damaged after line 4 "):
        got.extend(read_lines(path))
    assert got == [LINES[0]]


@given(st.data())
def test_recording_damaged_anywhere_gives_the_whole_lines_before(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damage") / "a.gz"
    content = bytearray(gzip.compress(b"\n".join(LINES[:300]) + b"\n", mtime=0))
    # Beyond the header, where a flipped bit of the date or the system would be no damage.
    place = data.draw(st.integers(10, len(content) - 1))
    if data.draw(st.booleans()):
        del content[place:]
        is_cut = True
    else:
        content[place] ^= data.draw(st.integers(1, 255))
        is_cut = False
    path.write_bytes(bytes(content))
    got: list[bytes] = []
    with pytest.raises(RecordingError, match=r"damaged after line \d+ "):
        got.extend(read_lines(path))
    if is_cut:
        assert got == LINES[: _lines_of_the_readable(bytes(content))]


def _lines_of_the_readable(content):
    """How many lines the standard library reads of a cut file, byte by byte."""
    return zlib.decompressobj(31).decompress(content).count(b"\n")
