"""Creation of the Kafka topics, and the check that those that exist fit the settings."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from streams.settings import Settings
from streams.topics import TOPICS, Topic

MAX_MESSAGE_BYTES: Final = 4 << 20
"""Largest record batch a topic takes, bytes; frames and snapshot blocks stay far below."""

COMPACTION: Final = {
    # Only closed segments are compacted, and Kafka's own close at 1 GiB or after a week: a restart
    # would read hours of outdated snapshots.
    "segment.bytes": str(32 << 20),
    "segment.ms": str(10 * 60_000),
    "min.cleanable.dirty.ratio": "0.1",
    "delete.retention.ms": str(3_600_000),
}
"""Options of the compacted topics, which keep them small."""

_TRIES: Final = 100
_PAUSE: Final = 0.1

log = structlog.get_logger(__name__)


class TopicError(RuntimeError):
    """A topic does not fit the settings or could not be created; the message says what to do."""


class Created(Protocol):
    """What is needed of Kafka's answer: per topic its name, error code and perhaps a text."""

    topic_errors: list[tuple[str, int] | tuple[str, int, str | None]]


async def ensure_topics(settings: Settings) -> None:
    """Create the topics that are missing, and check the partition counts of the others.

    A topic that exists keeps its retention and other options, so an operator may change them; a
    compacted one whose options are not `COMPACTION` is named in the log.

    Args:
        settings: Addresses, prefix, partition counts and replication factor.

    Raises:
        TopicError: A topic exists with another number of partitions, or Kafka refused one.
        aiokafka.errors.KafkaError: Kafka cannot be reached.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in TOPICS if settings.topic(topic.name) not in existing]
        if missing:
            _check_created(await admin.create_topics([_new(topic, settings) for topic in missing]))
        await _check_partitions(admin, settings)
        await _tell_compaction(admin, settings)
    finally:
        await admin.close()


def _partitions(topic: Topic, settings: Settings) -> tuple[str, int]:
    """The setting that gives a topic's partition count, and the count."""
    if topic.of == "zone":
        return "zone_partitions", settings.zone_partitions
    return "district_partitions", settings.district_partitions


def _new(topic: Topic, settings: Settings) -> NewTopic:
    options = {
        # A recording of 2012 must not fall to retention at once.
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(topic.retention_ms),
        "cleanup.policy": "compact" if topic.compact else "delete",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }
    return NewTopic(
        settings.topic(topic.name),
        _partitions(topic, settings)[1],
        settings.replication,
        topic_configs=options | COMPACTION if topic.compact else options,
    )


def _check_created(answer: Created) -> None:
    for name, code, *text in answer.topic_errors:
        error = for_code(code)
        # Another process may have created it meanwhile.
        if code and error is not TopicAlreadyExistsError:
            reason = (text[0] if text else None) or error.__name__
            raise TopicError(
                f"Kafka did not create topic {name}: {reason}. VITALS_REPLICATION must not exceed "
                "the number of brokers, and the user must be allowed to create topics."
            )


async def _check_partitions(admin: AIOKafkaAdminClient, settings: Settings) -> None:
    by_name = {settings.topic(topic.name): topic for topic in TOPICS}
    for name, count in (await _counts(admin, list(by_name))).items():
        setting, wanted = _partitions(by_name[name], settings)
        if count != wanted:
            raise TopicError(
                f"topic {name} has {count} partitions, but VITALS_{setting.upper()} is {wanted}. "
                f"Set it to {count}; or, to change the count, begin anew under another "
                "VITALS_TOPIC_PREFIX (state is kept per partition and cannot move)."
            )


async def _tell_compaction(admin: AIOKafkaAdminClient, settings: Settings) -> None:
    """Name the compacted topics that have other options than those we create."""
    asked = [settings.topic(topic.name) for topic in TOPICS if topic.compact]
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in asked]
    try:
        answers = await admin.describe_configs(resources)
    except KafkaError as error:  # a user without the right to read options may well use the topics
        log.info("options of topics not read", topics=asked, why=str(error))
        return
    for entry in (entry for answer in answers for entry in answer.resources):
        name, options = entry[3], {option[0]: option[1] for option in entry[4]}
        found = deviations(options)
        if found:
            log.warning(
                "topic left with other options; a restart may read long for it. To mend: "
                "kafka-configs.sh --alter --entity-type topics --entity-name TOPIC --add-config …",
                topic=name, found=found, wanted={option: COMPACTION[option] for option in found},
            )  # fmt: skip


def deviations(options: Mapping[str, str | None]) -> dict[str, str]:
    """The options of a compacted topic that are not as in `COMPACTION`, with what they are.

    Example:
        >>> deviations(COMPACTION | {"segment.ms": "604800000"})
        {'segment.ms': '604800000'}
    """
    return {
        name: value
        for name, wanted in COMPACTION.items()
        if (value := options.get(name)) is not None and value != wanted
    }


async def _counts(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Partition counts. Brokers learn of a topic a moment after the controller: asks again."""
    pending: list[str] = names
    for _ in range(_TRIES):
        found = await admin.describe_topics(names)
        pending = [entry["topic"] for entry in found if not _is_ready(entry)]
        if not pending:
            return {entry["topic"]: len(entry["partitions"]) for entry in found}
        await asyncio.sleep(_PAUSE)
    raise TopicError(
        f"Kafka did not make ready within {_TRIES * _PAUSE:.0f} s: {', '.join(pending)}. "
        "Look at the brokers' logs; a broker may be down."
    )


def _is_ready(entry: dict[str, Any]) -> bool:
    """Whether a topic is known and each of its partitions has a leader."""
    partitions = entry["partitions"]
    known = not entry["error_code"] and bool(partitions)
    return known and not any(partition["error_code"] for partition in partitions)
