"""Topics as they are created on a real Kafka."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from streams.clock import fresh_id
from streams.kafka_topics import TopicError, ensure_topics
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
