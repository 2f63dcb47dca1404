"""Gzip in pieces: what the standard library reads, and all of it that stands before a damage."""

import gzip
import io
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.gunzip import gunzip

TEXT = b"".join(b"%d %r\n" % (n, random.Random(n).random()) for n in range(400))
WHOLE = gzip.compress(TEXT, mtime=0)


def pieces_of(content, size=1000):
    """What is given, and the error that ends it."""
    given_: list[bytes] = []
    try:
        given_.extend(gunzip(io.BytesIO(content), size))
    except (EOFError, zlib.error) as error:
        return given_, error
    return given_, None


@pytest.mark.parametrize("size", [1, 100, len(TEXT), 10**6])
def test_pieces_are_the_content_and_no_longer_than_asked(size):
    pieces, error = pieces_of(WHOLE, size)
    assert error is None
    assert b"".join(pieces) == TEXT
    assert all(0 < len(piece) <= size for piece in pieces)


def test_content_that_packs_well_comes_in_pieces_too():
    pieces, error = pieces_of(gzip.compress(bytes(10**6), mtime=0), 1 << 16)
    assert error is None
    assert sum(map(len, pieces)) == 10**6
    assert max(map(len, pieces)) <= 1 << 16


@pytest.mark.parametrize("zeros", [0, 1, 200_000])
def test_members_follow_one_another_also_behind_zeros(zeros):
    content = WHOLE + bytes(zeros) + gzip.compress(b"more", mtime=0) + bytes(zeros)
    assert gzip.decompress(content) == TEXT + b"more"
    pieces, error = pieces_of(content)
    assert error is None
    assert b"".join(pieces) == TEXT + b"more"


def test_empty_file_has_no_content():
    assert pieces_of(b"") == ([], None)


@pytest.mark.parametrize("content", [b"no gzip", bytes(20), WHOLE + b"rubbish"])
def test_what_is_no_gzip_is_told_after_what_is(content):
    pieces, error = pieces_of(content)
    assert isinstance(error, zlib.error)
    assert b"".join(pieces) == (TEXT if content.startswith(WHOLE) else b"")


@given(st.integers(1, len(WHOLE) - 1), st.sampled_from([7, 1000, 10**6]))
def test_file_cut_anywhere_gives_all_that_is_left(length, size):
    pieces, error = pieces_of(WHOLE[:length], size)
    assert isinstance(error, EOFError)
    assert b"".join(pieces) == zlib.decompressobj(31).decompress(WHOLE[:length])


@given(st.integers(10, len(WHOLE) - 1), st.integers(1, 255), st.sampled_from([1, 7, 1000, 10**6]))
def test_damage_anywhere_is_told_after_all_that_stands_before_it(place, flipped, size):
    content = bytearray(WHOLE)
    content[place] ^= flipped
    pieces, error = pieces_of(bytes(content), size)
    assert error is not None
    found = b"".join(pieces)
    assert found.startswith(zlib.decompressobj(31).decompress(WHOLE[:place]))
    # Whatever the pieces, what is read is the same.
    assert found == b"".join(pieces_of(bytes(content), 3)[0])
