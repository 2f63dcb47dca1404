"""Routes: every topic has one."""

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.city import Terminal, Zone, build_city
from streams.gateway.route import Route, Router
from streams.topics import partition_of

CITY = build_city(
    [Zone(id="xq-07", district="sanshui")], [Terminal(id="WL-07", zone="xq-07", quantities=())]
)


def test_known_terminal_goes_by_the_zone_of_the_pack_and_not_of_the_topic() -> None:
    route = Router(CITY, 16).route("vitals/v1/sanshui/elsewhere/WL-07/up")
    assert route == Route(
        "WL-07", partition_of("xq-07", 16), "sanshui", "elsewhere",
        "vitals/v1/sanshui/elsewhere/WL-07/ack",
    )  # fmt: skip


def test_unknown_terminal_goes_by_its_own_id() -> None:
    route = Router(CITY, 7).route("vitals/v1/d/z/stranger/up")
    assert route.partition == crc32(b"stranger") % 7
    assert route.terminal == "stranger"


@pytest.mark.parametrize(
    ("topic", "terminal"),
    [
        ("a/b/c", "b"),
        ("vitals/v2/d/z/WL-07/up", "WL-07"),
        ("vitals/v1/d/z/WL-07/extra/up", "extra"),
        ("lonely", "lonely"),
        ("", ""),
        ("//", "//"),
        ("水位/终端/up", "终端"),
    ],
)
def test_malformed_topic_still_names_a_terminal_and_gets_no_receipt(
    topic: str, terminal: str
) -> None:
    route = Router(CITY, 4).route(topic)
    assert route.terminal == terminal
    assert route.receipts == ""


@given(st.text(), st.integers(1, 64))
def test_any_topic_has_a_partition_and_the_same_one_again(topic: str, partitions: int) -> None:
    router = Router(CITY, partitions)
    route = router.route(topic)
    assert 0 <= route.partition < partitions
    assert router.route(topic) == route
