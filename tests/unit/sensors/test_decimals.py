"""Decimals of a buffer: where they are good, to the last bit what `float()` says."""

import re
import struct
from collections.abc import Iterable
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.decimals import MARGIN, decimals, words_of

PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
"""The numbers of JSON that have no exponent."""
_texts = st.text("0123456789" * 3 + "..--+eE ", min_size=1, max_size=18)
_plain = st.from_regex(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,7})?", fullmatch=True)


def read(texts: Iterable[str], gap: str) -> list[tuple[float, bool]]:
    """The numbers of texts with something else between them."""
    buffer, starts, ends = " " * MARGIN, [], []
    for text in texts:
        starts.append(len(buffer))
        buffer += text
        ends.append(len(buffer))
        buffer += gap
    raw = np.frombuffer((buffer + " " * MARGIN).encode(), np.uint8)
    values, good = decimals(raw, np.array(starts, np.int64), np.array(ends, np.int64))
    return list(zip(values.tolist(), good.tolist(), strict=True))


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def must_be_good(text: str) -> bool:
    """JSON without exponent, at most 15 digits, at most seven after the point."""
    digits = sum(character.isdigit() for character in text)
    behind = len(text.partition(".")[2])
    return PLAIN.fullmatch(text) is not None and digits <= 15 and behind <= 7


def check(texts: list[str], gap: str) -> None:
    for text, (value, is_good) in zip(texts, read(texts, gap), strict=True):
        assert is_good or not must_be_good(text), text
        if is_good:
            assert PLAIN.fullmatch(text), text
            assert bits(value) == bits(float(text)), text


@given(st.lists(st.one_of(_texts, _plain), min_size=1, max_size=40), st.text("0123456789.-e,", max_size=3))  # fmt: skip
def test_good_number_is_what_float_says_whatever_stands_around_it(texts, gap):
    check(texts, gap)


@given(st.lists(_plain.filter(must_be_good), min_size=1, max_size=40))
def test_plain_number_is_good(texts):
    assert all(is_good for _, is_good in read(texts, ","))


def test_every_length_before_and_behind_the_point_is_read_or_left():
    random, texts = Random(1), []
    for whole, behind, sign in product(range(17), range(12), ("", "-")):
        for point in ("", ".") if not behind else (".",):
            digits = "".join(random.choice("0123456789") for _ in range(whole + behind))
            for filled in (digits, "9" * len(digits), "0" * len(digits), "1" + digits[1:]):
                text = sign + filled[:whole] + point + filled[whole:]
                if text:
                    texts.append(text)
    for gap in ("", ",", "0", "."):
        check(texts, gap)


def test_two_points_are_no_number_wherever_they_are():
    texts = ["1" * a + "." + "2" * b + "." + "3" * c for a, b, c in product(range(6), repeat=3)]
    assert not any(is_good for _, is_good in read(texts, ","))


def test_sign_alone_or_in_the_middle_is_no_number():
    texts = ["-", "--1", "1-", "1-2", "+1", "-.5", ".5", "5.", "-5.", ".", "-.", "01", "-01", "00", "0x1"]  # fmt: skip
    assert not any(is_good for _, is_good in read(texts, ","))


@pytest.mark.parametrize("byte", [*range(0x30), *range(0x3A, 0x100)])
def test_any_other_byte_in_a_number_is_seen(byte):
    if byte in b"-.":
        return
    for length, place in ((3, 1), (8, 7), (12, 0), (12, 5), (15, 14)):
        text = bytearray(b"123456789123456"[:length])
        text[place] = byte
        raw = np.frombuffer(b" " * MARGIN + bytes(text) + b" " * MARGIN, np.uint8)
        _, good = decimals(raw, np.array([MARGIN]), np.array([MARGIN + length]))
        assert not good[0], bytes(text)


def test_no_numbers_give_nothing():
    assert read([], ",") == []


def test_words_begin_at_every_byte():
    raw = bytes(range(20))
    found = words_of(np.frombuffer(raw, np.uint8))
    assert [int(word) for word in found] == [
        int.from_bytes(raw[i : i + 8], "little") for i in range(13)
    ]
