"""The compose file, checked without Docker: what it names exists, and what it sets is understood."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from streams.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("gateway", "worker", "ops")
TAGGED = re.compile(r"[a-z0-9./-]+:(?!latest$)\w*\d[\w.-]*")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))
each_of_ours = pytest.mark.parametrize("name", OURS)


def vitals_of(name: str) -> dict[str, str]:
    return {
        key: value
        for key, value in SERVICES[name]["environment"].items()
        if key.startswith("VITALS_")
    }


def test_compose_has_the_servers_and_our_processes():
    assert {"mosquitto", "kafka", "influxdb", *OURS} <= set(SERVICES)


@each_of_ours
def test_process_is_started_by_its_command_from_our_image(name):
    assert SERVICES[name]["command"] == [name]
    assert (DEPLOY / SERVICES[name]["build"]["context"]).resolve() == ROOT
    assert (ROOT / SERVICES[name]["build"]["dockerfile"]).is_file()


@each_of_ours
def test_every_vitals_variable_is_a_field_of_the_settings(name):
    fields = {f"VITALS_{field.upper()}" for field in Settings.model_fields}
    assert vitals_of(name)
    assert set(vitals_of(name)) - fields == set()


@each_of_ours
def test_settings_read_the_values_of_the_compose_file(name, monkeypatch):
    for key, value in vitals_of(name).items():
        assert isinstance(value, str), f"{key} must be quoted in the compose file"
        monkeypatch.setenv(key, value)
    settings = Settings.model_validate({})
    assert (settings.kafka, settings.mqtt) == ("kafka:9092", "mosquitto:1883")
    assert settings.store == "influxdb:http://influxdb:8086"


def test_all_processes_agree_on_what_is_shared():
    apart = {"VITALS_GATEWAY_ID", "VITALS_METRICS_PORT", "VITALS_OPS_HOST", "VITALS_OPS_PORT"}
    shared = [{k: v for k, v in vitals_of(name).items() if k not in apart} for name in OURS]
    assert shared[0] == shared[1] == shared[2]


@each_of_ours
def test_address_names_a_service_it_can_reach(name):
    for key in ("VITALS_KAFKA", "VITALS_MQTT"):
        assert vitals_of(name)[key].split(":")[0] in SERVICES


@each_service
def test_every_mount_exists(name):
    for mount in SERVICES[name].get("volumes", []):
        source, target = mount.split(":")[:2]
        assert target.startswith("/")
        if source.startswith("."):
            assert (DEPLOY / source).exists(), source
        else:
            assert source in COMPOSE["volumes"], source


def test_every_volume_is_used():
    mounted = {
        mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])
    }
    assert set(COMPOSE["volumes"]) - mounted == set()


@each_service
def test_dependencies_exist_and_say_when_they_are_healthy(name):
    for needed, condition in SERVICES[name].get("depends_on", {}).items():
        assert needed in SERVICES
        assert condition == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[needed]


@each_service
def test_image_is_pinned_by_tag(name):
    assert TAGGED.fullmatch(SERVICES[name]["image"])


def test_own_image_and_base_image_are_pinned():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"city-vitals:{version}"}
    bases = re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert bases
    assert all(TAGGED.fullmatch(base) for base in bases)


def test_image_holds_what_the_wheel_is_built_from():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]
    wanted = {*wheel["packages"], *wheel["force-include"]}
    copied = set(
        re.findall(r"^COPY (\w+) \1$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    )
    let_through = set(
        re.findall(
            r"^!(\w+)$", (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8"), re.MULTILINE
        )
    )
    assert wanted <= copied
    assert copied <= let_through


def test_every_secret_has_an_example():
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    examples = re.findall(r"^(\w+)=.+$", (DEPLOY / "env.example").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"\$\{(\w+)", text)) == set(examples)


def test_broker_takes_the_oversized_payloads_that_the_gateway_rejects():
    conf = (DEPLOY / "mosquitto" / "mosquitto.conf").read_text("utf-8")
    (limit,) = re.findall(r"^max_packet_size (\d+)$", conf, re.MULTILINE)
    assert int(limit) >= 2 << 20


@pytest.mark.parametrize("script", ["live/install.sh", "mosquitto/start.sh"])
def test_script_has_no_syntax_error(script):
    done = subprocess.run(
        ["bash", "-n", str(DEPLOY / script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
