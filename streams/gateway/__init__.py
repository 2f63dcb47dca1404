"""The MQTT gateway: packs in, stamped once, frames to Kafka, receipts back; nothing vanishes."""
