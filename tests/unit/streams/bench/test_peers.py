"""What the other engines need is looked for before anything is started."""

from pathlib import Path

import pytest

from streams.bench.java_runs import JAVA_PEERS, find_java
from streams.bench.peer_runs import PEERS, Peer, check_installed
from streams.bench.report import BenchError

FOLDER = Path(__file__).parents[4] / "streams" / "bench" / "peers"


def test_missing_package_is_named_with_the_way_to_install_it() -> None:
    peer = Peer("other", "nothing", "nothing", ("msgspec", "no_such_package_at_all"))
    with pytest.raises(BenchError, match=r"needs no_such_package_at_all: .*city-vitals\[bench\]"):
        check_installed([peer])


def test_engine_whose_packages_are_there_passes() -> None:
    check_installed([Peer("other", "nothing", "nothing", ("msgspec", "faust"))])


def test_missing_compiler_is_told_with_the_way_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BenchError, match="apt-get install openjdk-17"):
        find_java()


def test_every_engine_has_its_program() -> None:
    python = {FOLDER / f"{peer.module}.py" for peer in PEERS}
    java = {FOLDER / f"{peer.main}.java" for peer in JAVA_PEERS}
    assert [path for path in python | java if not path.is_file()] == []


def test_every_engine_has_a_name_of_its_own() -> None:
    names = [peer.name for peer in PEERS] + [peer.name for peer in JAVA_PEERS]
    assert len(set(names)) == len(names)
