"""From a setting to a store."""

from pathlib import Path

from streams.settings import Settings
from streams.stores.influx import InfluxStore
from streams.stores.influx_link import InfluxAddress
from streams.stores.sqlite import SqliteStore
from streams.stores.store import Store


def open_store(settings: Settings) -> Store:
    """Open the store that `settings.store` names; empty is SQLite in the state folder.

    Raises:
        ValueError: The setting names no store we know.
        StoreUnavailableError: The store cannot be opened now.
        StoreRefusedError: The address is of something else.
    """
    scheme, _, rest = settings.store.partition(":")
    if not settings.store:
        return SqliteStore(settings.state_dir / "vitals.sqlite")
    if scheme == "sqlite" and rest:
        return SqliteStore(Path(rest))
    if scheme == "influxdb" and rest:
        url = rest if "://" in rest else f"http://{rest.lstrip('/')}"
        address = InfluxAddress(
            url, settings.influx_token, settings.influx_org, settings.influx_bucket
        )
        return InfluxStore(address)
    raise ValueError(
        f"store {settings.store!r} is neither sqlite:PATH nor influxdb:URL"
        " (for example sqlite:/var/lib/vitals/city.sqlite or influxdb:http://influx:8086)"
    )
