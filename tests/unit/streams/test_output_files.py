"""Output files: ordered whatever the order of arrival, each output once, a digest anyone can make."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from indicators.vital_sign import VitalValue
from streams.engine.outputs import Outputs
from streams.engine.published import DIGESTED, Published, publish_event
from streams.output_files import STREAMS, OutputFiles


def an_output(at=1, zone="z", stream="vitals", body=b"{}", **changes):
    fields = {"kind": "k", "window_end": 0, "revision": 0, "id": ""}
    return Published(stream=stream, at=at, zone=zone, **{**fields, **changes}, body=body)


def contents(folder, stream="vitals"):
    return (folder / f"{stream}.ndjson").read_bytes().splitlines()


_outputs = st.lists(
    st.builds(
        lambda at, zone, revision: an_output(at, zone, revision=revision, body=b"%d%s%d" % (at, zone.encode(), revision)),
        st.integers(0, 9), st.sampled_from("ab"), st.integers(0, 2),
    ),
    max_size=30,
)  # fmt: skip


@given(_outputs, st.data())
def test_any_order_of_arrival_gives_the_same_file(tmp_path_factory, outputs, data):
    folder = tmp_path_factory.mktemp("out")
    with OutputFiles(folder) as files:
        for output in data.draw(st.permutations(outputs)):
            files.add([output])
        files.close()
        unique = sorted(set(outputs), key=lambda o: o.order)
        assert contents(folder) == [output.body for output in unique]
        assert files.counts["vitals"] == len(unique)


@given(_outputs)
def test_release_in_steps_gives_the_file_of_one_release(tmp_path_factory, outputs):
    folder = tmp_path_factory.mktemp("out")
    with OutputFiles(folder) as files:
        for at in range(10):
            files.add([output for output in outputs if output.at == at])
            files.release(at)
        files.close()
    assert contents(folder) == [o.body for o in sorted(set(outputs), key=lambda o: o.order)]


def test_release_holds_back_what_is_not_settled(tmp_path):
    with OutputFiles(tmp_path) as files:
        files.add([an_output(at) for at in (1, 2, 3)])
        files.release(2)
        assert files.counts["vitals"] == 1
        files.close()
        assert files.counts["vitals"] == 3


def test_outputs_that_differ_in_their_bytes_are_both_kept(tmp_path):
    with OutputFiles(tmp_path) as files:
        files.add([an_output(body=b"2"), an_output(body=b"1"), an_output(body=b"2")])
        files.close()
    assert contents(tmp_path) == [b"1", b"2"]


def test_digest_is_that_of_the_files_in_their_order(tmp_path):
    with OutputFiles(tmp_path) as files:
        for number, stream in enumerate(STREAMS):
            files.add([an_output(stream=stream, body=b"%d" % number)])
        files.close()
        joined = b"".join((tmp_path / f"{stream}.ndjson").read_bytes() for stream in DIGESTED)
        assert files.digest() == hashlib.sha256(joined).hexdigest()
    assert joined == b"0\n1\n2\n3\n4\n"


def test_files_of_an_earlier_run_are_replaced(tmp_path):
    (tmp_path / "vitals.ndjson").write_bytes(b"old\n")
    with OutputFiles(tmp_path) as files:
        files.close()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        f"{s}.ndjson": b"" for s in STREAMS
    }


def test_tenth_event_of_an_incident_comes_after_the_ninth():
    nine, ten = (publish_event("alerts", 1, "z", "k", {"id": f"a-b-{n}"}) for n in (9, 10))
    assert nine.order < ten.order


def a_value(at, zone="z", indicator="k"):
    return VitalValue(at, zone, indicator, at - 10, at, 1.0, "m", None, 1.0, 0)


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab")), min_size=1), max_size=6),
    st.integers(0, 10),
)
def test_values_published_together_stand_where_they_would_one_by_one(
    tmp_path_factory, batches, until
):
    """Batches in order are written as they are; batches that overlap, repeat or are in none, not."""
    together, alone = tmp_path_factory.mktemp("together"), tmp_path_factory.mktemp("alone")
    with OutputFiles(together) as whole, OutputFiles(alone) as single:
        for batch in batches:
            outputs = Outputs()
            lines = b"\n".join(b"%d%s" % (at, zone.encode()) for at, zone in batch)
            outputs.add_values([a_value(at, zone) for at, zone in batch], lines)
            whole.add(outputs)
            single.add(list(outputs))
        for files in (whole, single):
            files.release(until)
            files.close()
        assert contents(together) == contents(alone)
        assert whole.counts == single.counts
        assert whole.digest() == single.digest()


def test_corrections_in_a_later_batch_stand_before_what_is_held_back(tmp_path):
    early, late = Outputs(), Outputs()
    early.add_values([a_value(3), a_value(7)], b"3\n7")
    late.add_values([a_value(5)], b"5")
    with OutputFiles(tmp_path) as files:
        files.add(early)
        files.release(5)
        files.add(late)
        files.close()
    assert contents(tmp_path) == [b"3", b"5", b"7"]
