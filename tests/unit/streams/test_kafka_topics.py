"""Topics as they are created on a real Kafka."""

import pytest
import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from streams.clock import fresh_id
from streams.kafka_topics import COMPACTION, MAX_MESSAGE_BYTES, TopicError, ensure_topics
from streams.settings import Settings
from streams.topics import TOPICS


def settings_for(kafka: str, **fields: object) -> Settings:
    return Settings.model_validate({"kafka": kafka, "topic_prefix": f"t{fresh_id()}.", **fields})


async def partition_counts(settings: Settings) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        found = await admin.describe_topics([settings.topic(topic.name) for topic in TOPICS])
    finally:
        await admin.close()
    return {
        entry["topic"].removeprefix(settings.topic_prefix): len(entry["partitions"])
        for entry in found
    }


async def options(settings: Settings, name: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        resource = ConfigResource(ConfigResourceType.TOPIC, settings.topic(name))
        (answer,) = await admin.describe_configs([resource])
    finally:
        await admin.close()
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


async def test_missing_topics_are_created_with_the_counts_of_the_settings(kafka: str) -> None:
    settings = settings_for(kafka, zone_partitions=3, district_partitions=2)
    await ensure_topics(settings)
    wanted = {topic.name: 3 if topic.of == "zone" else 2 for topic in TOPICS}
    assert await partition_counts(settings) == wanted


async def test_created_topic_has_append_time_retention_and_room_for_large_frames(
    kafka: str,
) -> None:
    settings = settings_for(kafka)
    await ensure_topics(settings)
    readings = await options(settings, "readings")
    assert readings["message.timestamp.type"] == "LogAppendTime"
    assert readings["cleanup.policy"] == "delete"
    assert int(readings["retention.ms"]) == 7 * 24 * 3_600_000
    assert int(readings["max.message.bytes"]) >= 2 << 20
    assert (await options(settings, "ledger"))["cleanup.policy"] == "compact"


async def test_second_call_changes_nothing(kafka: str) -> None:
    settings = settings_for(kafka)
    await ensure_topics(settings)
    before = await partition_counts(settings)
    await ensure_topics(settings)
    assert await partition_counts(settings) == before


async def test_topic_with_another_count_is_named_with_what_to_do(kafka: str) -> None:
    settings = settings_for(kafka, zone_partitions=2)
    await ensure_topics(settings)
    changed = settings.model_copy(update={"zone_partitions": 5})
    with pytest.raises(
        TopicError, match=r"has 2 partitions, but VITALS_ZONE_PARTITIONS is 5\. Set it to 2"
    ):
        await ensure_topics(changed)


async def test_replication_beyond_the_brokers_is_named_with_what_to_do(kafka: str) -> None:
    with pytest.raises(TopicError, match="VITALS_REPLICATION"):
        await ensure_topics(settings_for(kafka, replication=3))


async def test_compacted_topics_close_and_clean_their_segments_soon(kafka: str) -> None:
    settings = settings_for(kafka)
    await ensure_topics(settings)
    for name in ("ledger", "zone-snapshots", "district-snapshots"):
        found = await options(settings, name)
        assert {option: found[option] for option in COMPACTION} == {
            "segment.bytes": "33554432",
            "segment.ms": "600000",
            "min.cleanable.dirty.ratio": "0.1",
            "delete.retention.ms": "3600000",
        }
        assert int(found["segment.bytes"]) > MAX_MESSAGE_BYTES
    assert (await options(settings, "readings"))["segment.bytes"] != COMPACTION["segment.bytes"]


async def test_existing_topic_with_other_options_is_left_and_named_in_the_log(kafka: str) -> None:
    settings = settings_for(kafka)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        mine = COMPACTION | {"cleanup.policy": "compact", "segment.ms": "86400000"}
        name = settings.topic("ledger")
        await admin.create_topics([NewTopic(name, settings.zone_partitions, 1, topic_configs=mine)])
    finally:
        await admin.close()
    with structlog.testing.capture_logs() as lines:
        await ensure_topics(settings)
    (line,) = lines
    assert (line["log_level"], line["topic"]) == ("warning", name)
    assert line["found"] == {"segment.ms": "86400000"}
    assert line["wanted"] == {"segment.ms": "600000"}
    assert (await options(settings, "ledger"))["segment.ms"] == "86400000"


async def test_topics_as_we_create_them_are_not_named_in_the_log(kafka: str) -> None:
    settings = settings_for(kafka)
    await ensure_topics(settings)
    with structlog.testing.capture_logs() as lines:
        await ensure_topics(settings)
    assert lines == []
