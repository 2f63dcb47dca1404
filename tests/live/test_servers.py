"""The servers of the live tests start and do what the others rely on."""

import paho.mqtt.client as paho
import pytest
from influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from paho.mqtt.publish import single
from paho.mqtt.subscribe import simple

from tests.live.servers import influxd, mosquitto

pytestmark = pytest.mark.live


@pytest.mark.parametrize("protocol", [paho.MQTTv311, paho.MQTTv5])
def test_mosquitto_gives_a_retained_message_in_either_protocol(protocol):
    with mosquitto() as address:
        host, port = address.split(":")
        single(
            "live/state", b"on", 1, retain=True, hostname=host, port=int(port), protocol=protocol
        )
        message = simple("live/state", 1, hostname=host, port=int(port), protocol=protocol)
    assert message.payload == b"on"


def test_influxd_answers_flux_about_what_was_written():
    with influxd() as server, InfluxDBClient(server.url, server.token, org="-") as client:
        with client.write_api(write_options=SYNCHRONOUS) as writer:
            writer.write(server.bucket, record="depth,zone=xq-07 value=0.25 1760000000000000000")
        flux = f'from(bucket: "{server.bucket}") |> range(start: 2025-01-01T00:00:00Z)'
        (table,) = client.query_api().query(flux)
    assert [(row["zone"], row.get_value()) for row in table.records] == [("xq-07", 0.25)]
