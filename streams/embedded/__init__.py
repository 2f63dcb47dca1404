"""Servers in wheels: real Kafka and an MQTT broker as child processes, for a bare machine."""
