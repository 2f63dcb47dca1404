"""The other engines that are written in Java, where a JDK and Maven Central can be had."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree.ElementTree import ParseError

import jgo
import requests
from jgo.config import GlobalSettings

from streams.bench.contender import Row
from streams.bench.program import Site, run_program
from streams.bench.report import BenchError

_SOURCES: Final = Path(__file__).parent / "peers"
_START_AND_LAST_S: Final = 60.0
_OPENED: Final = ("java.util", "java.lang", "java.time")
_KAFKA_STREAMS: Final = (
    "org.apache.kafka:kafka-streams:4.1.0",
    "com.fasterxml.jackson.core:jackson-databind:2.19.0",
    "org.slf4j:slf4j-nop:1.7.36",
)
_FLINK: Final = (
    *(f"org.apache.flink:flink-{part}:1.20.1" for part in
      ("streaming-java", "clients", "connector-base")),
    "org.apache.flink:flink-connector-kafka:3.4.0-1.20",
    "com.fasterxml.jackson.core:jackson-databind:2.15.3",
    "org.slf4j:slf4j-nop:1.7.36",
)  # fmt: skip


class JavaPeer(NamedTuple):
    """One of them.

    Attributes:
        name: What its row is called.
        main: Its class, a file in `streams/bench/peers`.
        jars: Maven coordinates of what it needs.
        option: Its last argument.
        keeps: What it keeps its state in.
    """

    name: str
    main: str
    jars: tuple[str, ...]
    option: str
    keeps: str


JAVA_PEERS: Final = (
    JavaPeer("Kafka Streams", "KafkaStreamsWindows", _KAFKA_STREAMS, "memory", "memory, changelog"),
    JavaPeer("Kafka Streams on RocksDB", "KafkaStreamsWindows", _KAFKA_STREAMS, "rocksdb",
             "RocksDB, changelog"),
    JavaPeer("Flink", "FlinkWindows", _FLINK, "1", "memory"),
)  # fmt: skip


class Java(NamedTuple):
    """The paths of `java` and `javac`."""

    java: str
    javac: str


def find_java() -> Java:
    """The JDK on the path.

    Raises:
        BenchError: There is none; the JVM that runs the embedded Kafka has no compiler.
    """
    java, javac = shutil.which("java"), shutil.which("javac")
    if java is None or javac is None:
        raise BenchError(
            "--java needs a JDK with its compiler on the path, version 17 (Flink 1.20 runs on no "
            "newer one). On Debian and Ubuntu: apt-get install openjdk-17-jdk-headless"
        )
    return Java(java, javac)


def run_java(peer: JavaPeer, java: Java, site: Site, packs: int, seconds: float) -> Row:
    """Compile a peer and let it read the topic of packs.

    Args:
        peer: Which.
        java: The JDK.
        site: Where.
        packs: How many packs the topic has.
        seconds: After this long it is enough; the row then has the packs that it managed.

    Raises:
        BenchError: Its jars cannot be had, or it failed.
    """
    jars = _class_path(peer.jars)
    classes = site.folder / f"classes-{peer.main}"
    sources = [str(_SOURCES / "Marks.java"), str(_SOURCES / f"{peer.main}.java")]
    compiled = subprocess.run(
        [java.javac, "-nowarn", "-cp", jars, "-d", str(classes), *sources],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if compiled.returncode:
        raise BenchError(f"{peer.main}.java does not compile here:\n{compiled.stderr.strip()}")
    opened = [part for name in _OPENED for part in ("--add-opens", f"java.base/{name}=ALL-UNNAMED")]
    argv = [
        *(
            java.java,
            "-Xmx2g",
            f"-Djava.io.tmpdir={site.folder}",
            *opened,
            "-cp",
            f"{classes}:{jars}",
            peer.main,
        ),
        *(site.kafka, str(packs), str(seconds), peer.option),
    ]
    return run_program(peer.name, argv, site, seconds + _START_AND_LAST_S, peer.keeps)


def fetch_jars(say: Callable[[str], None], peers: Sequence[JavaPeer] = JAVA_PEERS) -> None:
    """Fetch what is not in Maven's cache yet, before anything is measured.

    Raises:
        BenchError: It cannot be had.
    """
    for jars in dict.fromkeys(peer.jars for peer in peers):
        say(f"looking for the jars of {jars[0]}")
        _class_path(jars)


def _class_path(coordinates: Sequence[str]) -> str:
    try:
        settings = GlobalSettings.load()
        artifacts = jgo.resolve("+".join(coordinates), repositories=settings.repositories)
        return ":".join(str(artifact.resolve()) for artifact in artifacts)
    except (requests.RequestException, RuntimeError, OSError, ParseError) as error:
        raise BenchError(f"the jars of {coordinates[0]} cannot be fetched: {error}") from error
