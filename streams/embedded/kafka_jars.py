"""Kafka's jars: fetched once from Maven Central, by jgo, and remembered.

They lie in Maven's usual cache (`~/.m2/repository`, or `M2_REPO`). A mirror: give it as
`central = https://…` under `[repositories]` in `~/.config/jgo.conf`.
"""

import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Final, Protocol
from xml.etree.ElementTree import ParseError, parse
from zipfile import BadZipFile, is_zipfile

import jgo
import requests
from jgo.config import GlobalSettings

from streams.embedded.child import ServerError

VERSION: Final = "4.1.0"
"""Version of Apache Kafka."""

_SOURCES: Final = f"org.apache.kafka:kafka_2.13:{VERSION}+org.slf4j:slf4j-simple:1.7.36"
_AT_ONCE: Final = 6
_REPORT_EVERY: Final = 5


class Artifact(Protocol):
    """What is needed of jgo's artifact."""

    def resolve(self) -> Path | str:
        """The path of the jar; fetches it into Maven's cache if it is not there."""


def cache_dir() -> Path:
    """Where what is remembered lies: `city-vitals` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "city-vitals"


def class_path(report: Callable[[str], None]) -> str:
    """The class path of Kafka; fetches 46 jars (43 MB) when they are not there yet.

    Args:
        report: Gets a line about each step of a fetch; nothing when the jars are there.

    Returns:
        Paths joined by colons.

    Raises:
        ServerError: The jars are not there and could not be fetched; says what to do.
    """
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    memory = folder / f"kafka-{VERSION}.classpath"
    # One process fetches, others wait for it: jgo writes jars in place.
    with (folder / "fetching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _remembered(memory)
        if known:
            return known
        paths = ":".join(str(jar) for jar in _fetch(report))
        fresh = memory.with_suffix(".new")
        fresh.write_text(paths, "utf-8")
        fresh.replace(memory)
        return paths


def _remembered(memory: Path) -> str:
    """The remembered class path, or nothing when a jar of it has gone."""
    if not memory.exists():
        return ""
    paths = memory.read_text("utf-8")
    return paths if all(Path(jar).is_file() for jar in paths.split(":")) else ""


def _fetch(report: Callable[[str], None]) -> list[Path]:
    """Find out which jars Kafka needs, and fetch those that are not in Maven's cache."""
    report(f"fetching Kafka {VERSION}'s jars, once: looking up what it needs")
    try:
        artifacts = _needed()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            tasks = [pool.submit(_whole, artifact) for artifact in artifacts]
            try:
                for done, task in enumerate(as_completed(tasks), start=1):
                    task.result()
                    if done % _REPORT_EVERY == 0 or done == len(tasks):
                        report(f"fetching Kafka {VERSION}'s jars, once: {done} of {len(tasks)}")
            finally:
                pool.shutdown(cancel_futures=True)
    except (requests.RequestException, RuntimeError, OSError, BadZipFile, ParseError) as error:
        raise ServerError(
            f"Kafka's jars could not be fetched from Maven Central ({error}). Connect this machine "
            "to the internet for the first start; or name a mirror in ~/.config/jgo.conf "
            "([repositories], central = https://…); or copy ~/.m2/repository from a machine that "
            "has them; or set VITALS_KAFKA=host:port to use a Kafka that runs elsewhere."
        ) from error
    return [task.result() for task in tasks]


def _needed() -> list[Artifact]:
    """The jars that Kafka needs, by Maven's descriptions; nothing but descriptions is fetched."""
    settings = GlobalSettings.load()
    try:
        return list(jgo.resolve(_SOURCES, repositories=settings.repositories))
    except ParseError:  # an earlier fetch was cut short; jgo would stumble over it for ever
        drop_broken(settings.repo_cache)
        return list(jgo.resolve(_SOURCES, repositories=settings.repositories))


def drop_broken(repository: Path) -> None:
    """Delete the descriptions (`*.pom`) in a Maven cache that are not whole."""
    for description in repository.rglob("*.pom"):
        try:
            parse(description)  # noqa: S314 - Maven's own files, and nothing is taken from them
        except ParseError:
            description.unlink()


def _whole(artifact: Artifact) -> Path:
    """The path of a jar, fetched if need be; a broken one (a fetch cut short) is fetched again."""
    jar = Path(artifact.resolve())
    if not is_zipfile(jar):
        jar.unlink()
        jar = Path(artifact.resolve())
        if not is_zipfile(jar):
            jar.unlink()
            raise BadZipFile(f"{jar.name} arrived broken")
    return jar
