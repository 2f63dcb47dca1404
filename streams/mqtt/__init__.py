"""MQTT on asyncio: one link per connection, shared by the gateway and the simulated terminals."""
