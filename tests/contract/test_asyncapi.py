"""What `vitals asyncapi` promises is what is published: document and lines against schemas."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from typer.testing import CliRunner

from anomaly.alert_state import AlertEvent, Change
from anomaly.cap import CapWriter
from indicators.registry import SIGNS, catalogue
from sensors.ledger import Account, Ledger
from sensors.line import Command, encode_command
from streams.asyncapi.document import document
from streams.cli.main import app
from streams.gateway.receipt import encode_receipt
from streams.lineage.times import instant_of
from streams.pack.scenarios import load_scenario
from streams.recording import read_lines
from streams.replay import replay
from streams.settings import Settings
from streams.topics import TOPICS
from streams.worker.ledger_report import LedgerReport
from streams.workorders.cloudevent import OrderWriter
from streams.workorders.order import Order, OrderChange, OrderEvent, OrderState
from tests.storm_recording import leaping, sanshui, storm_lines, with_commands, with_gauge

PACK = sanshui()
SIGNS_OF_CITY = catalogue(PACK.limits)
DOCUMENT = document(SIGNS_OF_CITY, Settings(zone_partitions=3, topic_prefix="pilot."))
LISTED = DOCUMENT["components"]["schemas"]["VitalSignId"]["x-vital-signs"]
META = json.loads(gzip.decompress((Path(__file__).parent / "asyncapi/3.0.0.json.gz").read_bytes()))
INTERNAL = {"indications", "zone-snapshots", "district-snapshots"}


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storm with faults, crews and a command that fits no order, and what a replay of it wrote."""
    folder = tmp_path_factory.mktemp("asyncapi")
    lines = storm_lines(PACK, load_scenario("storm"), 45)
    for number in (1, 2, 7, 9):
        lines = with_gauge(lines, f"WL-0{number}", leaping(10, 0.8))
    lines = with_commands(PACK, lines, folder)
    stray = Command(id="c", order="wo-none", zone="xq-underpass", action="accept", note="?")
    last = json.loads(lines[-1])["received"]
    lines += [encode_command(last + 1, stray), b'{"received":%f}' % (last + 2)]
    (folder / "storm.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    replay([folder / "storm.ndjson"], PACK, folder / "out")
    return folder


def strict(schema: Any) -> Any:
    """The schema, but that it allows no field that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(part) for name, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


def validator(channel: str) -> Any:
    """Takes what is exactly one of the channel's messages."""
    messages = DOCUMENT["channels"][channel]["messages"].values()
    components = strict(DOCUMENT["components"])
    schema = {"anyOf": [message["payload"] for message in messages], "components": components}
    return jsonschema.Draft202012Validator(schema)


def parsed(path: Path) -> Iterator[Any]:
    return (json.loads(line) for line in read_lines(path))


def test_document_is_asyncapi_3_by_the_specifications_own_schema() -> None:
    errors = list(jsonschema.Draft7Validator(META).iter_errors(DOCUMENT))
    assert [(list(e.absolute_path), e.message[:200]) for e in errors] == []


def test_schemas_are_schemas_and_every_reference_leads_somewhere() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)
        jsonschema.Draft202012Validator.check_schema(schema)

    def follow(part: Any) -> None:
        if isinstance(part, dict) and isinstance(part.get("$ref"), str):
            found: Any = DOCUMENT
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
        for below in part.values() if isinstance(part, dict) else part:
            if isinstance(below, dict | list):
                follow(below)

    follow(DOCUMENT)


def test_every_topic_that_is_no_internal_one_is_a_channel_with_its_partitions() -> None:
    kafka = {n: c for n, c in DOCUMENT["channels"].items() if not n.startswith("mqtt-")}
    assert set(kafka) == {topic.name for topic in TOPICS} - INTERNAL
    assert {name: c["address"] for name, c in kafka.items()} == {n: f"pilot.{n}" for n in kafka}
    assert kafka["vitals"]["bindings"]["kafka"]["partitions"] == 3
    assert kafka["alerts"]["bindings"]["kafka"]["partitions"] == 2


def test_every_vital_sign_is_listed_with_unit_labels_and_levels() -> None:
    assert DOCUMENT["components"]["schemas"]["VitalSignId"]["enum"] == list(LISTED) == list(SIGNS)
    for id_, sign in SIGNS_OF_CITY.items():
        entry = LISTED[id_]
        assert (entry["unit"], entry["zh"], entry["en"]) == (sign.unit, sign.zh, sign.en)
        assert [level["id"] for level in entry["levels"]] == [level.id for level in sign.levels]


@pytest.mark.parametrize("name", ["vitals", "scores", "faults", "alerts", "workorders", "rejects"])
def test_every_published_line_of_a_storm_is_as_promised(storm: Path, name: str) -> None:
    check, count = validator(name), 0
    for line in parsed(storm / "out" / f"{name}.ndjson"):
        error = next(check.iter_errors(line), None)
        assert error is None, (line, error)
        count += 1
    assert count > 3


def test_values_of_a_storm_keep_to_the_catalogue_and_times_have_offsets(storm: Path) -> None:
    for line in parsed(storm / "out" / "vitals.ndjson"):
        entry = LISTED[line["indicator"]]
        assert line["unit"] == entry["unit"]
        assert line["level"] in [None, *(level["id"] for level in entry["levels"])]
        assert (line["value"] is None) == (line["reason"] is not None)
        assert instant_of(line["window_start"]) < instant_of(line["window_end"])
        assert instant_of(line["at"]) > 0


def test_every_line_of_a_recording_is_as_promised(storm: Path) -> None:
    checks = [validator("readings"), validator("commands")]
    for line in parsed(storm / "storm.ndjson"):
        assert any(check.is_valid(line) for check in checks), line


@pytest.mark.parametrize("change", Change)
@pytest.mark.parametrize("value", [0.4, None])
def test_message_about_an_alert_is_as_promised_whatever_changed(
    change: Change, value: float | None
) -> None:
    rule = PACK.rules.rules[0]
    event = AlertEvent(
        at=10**12, change=change, kind=rule.kind, zone="xq-underpass", onset=10**12, number=2,
        level=rule.levels[0], rank=0, threshold=0.15, value=value, window_end=10**12,
        indicator=rule.indicator, rule=rule.id, previous="W4", previous_at=10**12 - 1000,
        corrected_from=value,
    )  # fmt: skip
    writer = CapWriter(PACK.id, PACK.rules, PACK.city)
    validator("alerts").validate(msgspec.to_builtins(writer.cloud_event(event)))


@pytest.mark.parametrize("change", OrderChange)
@pytest.mark.parametrize("state", OrderState)
def test_event_of_an_order_is_as_promised_whatever_changed(
    change: OrderChange, state: OrderState
) -> None:
    rule = PACK.rules.rules[0]
    order = Order(
        id="wo", incidents=["i"], kind=rule.kind, zone="xq-underpass", district="sanshui",
        level="W4", rank=0, priority="P3", department="drainage", copies=(), row=1,
        indicator=rule.indicator, clear_at=0.1, raise_at=0.2, state=state, accept_by=10**12,
    )  # fmt: skip
    reasons = {"incident": "i", "value": 0.2, "threshold": 0.1, "dispatch_row": 1, "rule": rule.id,
               "clear_for_s": 600, "command": "c", "actor": "Li", "note": "n"}  # fmt: skip
    writer = OrderWriter(PACK.id, PACK.city, PACK.departments, PACK.rules)
    event = writer.cloud_event(OrderEvent(10**12, order, change, reasons))
    validator("workorders").validate(msgspec.to_builtins(event))


def test_ledger_records_are_as_promised() -> None:
    account = Account(received=3, accepted=1, late=1, rejected=1)
    ledger = Ledger({"WL-07": account}, {"future": 1, "beyond_horizon": 1})
    records = LedgerReport(0, ["WL-07"]).records(ledger, account, 10**12, (1, 2), everything=True)
    assert len(records) == 2
    for _, value in records:
        validator("ledger").validate(json.loads(value))


def test_packs_and_receipts_are_as_promised() -> None:
    pack = [{"bn": "WL-07/", "bt": 1.76e9, "n": "water_depth", "u": "m", "v": 0.1}]
    validator("mqtt-up").validate(pack)
    assert not validator("mqtt-up").is_valid([{"speed": 1}])
    receipt = encode_receipt("WL-07", 1.76e9, msgspec.json.encode(pack))
    validator("mqtt-ack").validate(json.loads(receipt))


def test_schema_refuses_what_is_not_published(storm: Path) -> None:
    line = next(parsed(storm / "out" / "vitals.ndjson"))
    for wrong in ({"quality": "good"}, {"kind": "city"}, {"coverage": 1.5}, {"text": {"zh": "?"}}):
        assert not validator("vitals").is_valid(line | wrong)
    assert not validator("vitals").is_valid({k: v for k, v in line.items() if k != "value"})


def test_command_prints_the_document_as_yaml() -> None:
    printed = CliRunner().invoke(app, ["asyncapi"])
    assert printed.exit_code == 0
    assert yaml.safe_load(printed.stdout) == document(SIGNS_OF_CITY, Settings())
    assert "&id" not in printed.stdout
