"""The interfaces of the system as an AsyncAPI document."""
