"""Settings of the live processes: read from the environment once (`VITALS_…`), validated."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from indicators.registry import SignSet
from streams.seeds_folder import seeds_dir


class Settings(BaseSettings):
    """Where the servers are and how the city is cut into partitions.

    Every field is an environment variable, `VITALS_` plus its name in capitals. An address left
    empty means the embedded server that `vitals up` starts.
    """

    model_config = SettingsConfigDict(env_prefix="VITALS_", extra="ignore", frozen=True)

    city: Path = Field(
        default_factory=lambda: seeds_dir() / "sanshui", description="Folder of the city pack"
    )
    rules: Path | None = Field(default=None, description="Alert rules instead of the pack's own")
    state_dir: Path = Field(
        default=Path(".vitals"), description="Where embedded servers keep their data"
    )

    kafka: str = Field(default="", description="host:port,… of Kafka")
    topic_prefix: str = Field(default="", description="Put before every Kafka topic, e.g. 'pilot.'")
    zone_partitions: int = Field(default=4, ge=1, description="Partitions by zone")
    district_partitions: int = Field(default=2, ge=1, description="Partitions by district")
    replication: int = Field(default=1, ge=1, description="Replication factor of created topics")

    mqtt: str = Field(default="", description="host:port of the MQTT broker")
    mqtt_username: str = ""
    mqtt_password: str = ""
    mqtt_tls_ca: Path | None = Field(
        default=None, description="CA file; given, the connection uses TLS"
    )
    mqtt_protocol: int = Field(default=4, ge=4, le=5, description="4 = MQTT 3.1.1, 5 = MQTT 5")
    gateway_id: str = Field(
        default="gateway-1", description="MQTT client id; the session persists under it"
    )
    spool_bytes: int = Field(
        default=256 << 20, ge=1 << 20, description="Largest spool while Kafka is away"
    )

    store: str = Field(
        default="", description="sqlite:PATH or influxdb:URL; empty is SQLite in state_dir"
    )
    influx_token: str = ""
    influx_org: str = "-"
    influx_bucket: str = "city"

    ops_host: str = "127.0.0.1"
    ops_port: int = Field(default=8600, ge=0, le=65535)
    ops: str = Field(
        default="", description="URL of the operations page for `vitals explain`; empty is here"
    )
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Prometheus port of a process; 0 = none"
    )
    worker_processes: int = Field(
        default=1, ge=1, le=64, description="Processes of a worker; they share the partitions"
    )

    speed: float = Field(default=1.0, gt=0, description="Stream seconds per second")
    clock_anchor: float | None = Field(default=None, description="Unix time at which the run began")
    signs: SignSet = Field(
        default=SignSet.CATALOGUE, description="catalogue, or plain windows of every quantity"
    )
    native: bool = Field(
        default=True, description="Use the compiled hot path where it was built, instead of numpy"
    )
    adopt_pack: bool = Field(
        default=False, description="Take over a state that was made with another city pack"
    )
    checkpoint_seconds: float = Field(default=1.0, gt=0)
    log_level: str = "info"
    log_json: bool = False

    def topic(self, name: str) -> str:
        """The full name of a Kafka topic."""
        return f"{self.topic_prefix}{name}"
