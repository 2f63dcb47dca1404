"""The publisher that plays simulated terminals as real MQTT clients."""
