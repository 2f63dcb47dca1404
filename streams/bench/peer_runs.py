"""The other engines that are written in Python: which they are, and how each is run."""

import sys
from collections.abc import Sequence
from importlib.machinery import PathFinder
from typing import Final, NamedTuple

from streams.bench.contender import Row
from streams.bench.program import Site, run_program
from streams.bench.report import BenchError


class Peer(NamedTuple):
    """One of them.

    Attributes:
        name: What its row is called.
        module: Its program, in `streams.bench.peers`.
        keeps: What it keeps its state in.
        needs: Packages that it imports.
    """

    name: str
    module: str
    keeps: str
    needs: tuple[str, ...]


PEERS: Final = (
    Peer("naive Faust", "faust_plain", "nothing", ("faust", "orjson")),
    Peer("naive Faust with a table", "faust_table", "memory, changelog", ("faust", "orjson")),
    Peer("Quix Streams", "quix_windows", "RocksDB, changelog", ("quixstreams", "orjson")),
    Peer("Bytewax", "bytewax_windows", "memory", ("bytewax", "confluent_kafka", "orjson")),
)
_START_AND_LAST_S: Final = 30.0


def check_installed(peers: Sequence[Peer] = PEERS) -> None:
    """See that the optional packages are there, before anything is started.

    Raises:
        BenchError: One is missing; says how to install it.
    """
    # Not importlib.util.find_spec: it refuses Faust once that is imported, which has no spec then.
    needs = {name for peer in peers for name in peer.needs}
    missing = sorted(name for name in needs if PathFinder.find_spec(name) is None)
    if missing:
        raise BenchError(
            f"--peers needs {', '.join(missing)}: install the optional group with "
            "`pip install 'city-vitals[bench]'`, or use `make bench`, which does so. Bytewax has "
            "wheels up to Python 3.12."
        )


def run_peer(peer: Peer, site: Site, packs: int, seconds: float) -> Row:
    """Let a peer read the topic of packs.

    Args:
        peer: Which.
        site: Where.
        packs: How many packs the topic has.
        seconds: After this long it is enough; the row then has the packs that it managed.

    Raises:
        BenchError: It failed.
    """
    module = f"streams.bench.peers.{peer.module}"
    argv = [sys.executable, "-m", module, site.kafka, str(packs), str(seconds)]
    return run_program(peer.name, argv, site, seconds + _START_AND_LAST_S, peer.keeps)
