"""The Faust host: the engine's partitions on Kafka, with exactly-once state."""
