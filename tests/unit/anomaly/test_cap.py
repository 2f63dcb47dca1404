"""Alert messages: CloudEvents outside, CAP inside, readable in both languages."""

import re

import pytest

from anomaly.alert import step
from anomaly.alert_state import AlertState, ladder
from anomaly.cap import CapWriter, incident_id
from sensors.city import Zone
from tests.builders import SHANGHAI, T0_MS, a_city, a_rule, a_rule_set, a_terminal, a_value

LIFE = [(1, 0.2), (2, 0.2), (3, 0.3), (4, 0.3), (5, None), (6, None),
        (7, None), (8, 0.7), (9, 0.7), (10, 0.45), (11, 0.45), *[(n, 0.0) for n in range(12, 30)]]  # fmt: skip
REQUIRED = {"identifier", "sender", "sent", "status", "msgType", "scope", "references", "incident",
            "kind", "zone", "level", "info", "reason"}  # fmt: skip


def messages(name="西青大道下穿", name_en="Xiqing underpass", timezone=SHANGHAI):
    zone = Zone(id="dip", name=name, name_en=name_en, timezone=timezone, district="sanshui")
    writer = CapWriter("sanshui", a_rule_set(), a_city([a_terminal("a", "dip")], [zone]))
    rule, state, out = a_rule(clear_hold=120.0), AlertState(), []
    values = [a_value(minute, value) for minute, value in LIFE]
    values.insert(9, a_value(8, 0.1, revision=1, at=T0_MS + 9 * 60_000 + 9_000))
    for value in values:
        event = step(rule, ladder(rule, "segment"), state, value)
        if event is not None:
            out.append(writer.cloud_event(event))
    return out


def test_life_of_an_alert_is_alert_updates_cancel():
    found = messages()
    changes = [m["data"]["change"] for m in found]
    assert changes == ["raised", "escalated", "stale", "resumed", "escalated", "corrected", "eased",
                       "cleared"]  # fmt: skip
    assert [m["data"]["msgType"] for m in found] == ["Alert", *["Update"] * 6, "Cancel"]


@pytest.mark.parametrize("message", messages(), ids=lambda m: m["data"]["change"])
def test_attributes_are_those_of_cloudevents(message):
    assert message["specversion"] == "1.0"
    assert message["type"] == "cn.cityvitals.alert.v1"
    assert message["subject"] == "dip/waterlogging"
    for name, value in message.items():
        assert re.fullmatch(r"[a-z0-9]{1,20}", name)
        assert value is not None


@pytest.mark.parametrize("message", messages(), ids=lambda m: m["data"]["change"])
def test_data_has_the_fields_that_others_build_on(message):
    data = message["data"]
    assert set(data) >= REQUIRED
    assert message["id"] == data["identifier"]
    assert data["status"] == "Actual"
    assert data["reason"]["rule"] == "depth"
    assert data["reason"]["version"] == "test-1"


@pytest.mark.parametrize("message", messages(), ids=lambda m: m["data"]["change"])
def test_times_carry_a_numeric_offset(message):
    data = message["data"]
    times = [message["time"], data["sent"], data["reason"]["window_end"], data["reason"]["onset"]]
    times += [info[key] for info in data["info"] for key in ("effective", "onset")]
    for time in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?\+08:00", time)


@pytest.mark.parametrize("message", messages(), ids=lambda m: m["data"]["change"])
def test_every_message_is_in_chinese_and_english(message):
    zh, en = message["data"]["info"]
    assert (zh["language"], en["language"]) == ("zh-CN", "en")
    assert re.search(r"[\u4e00-\u9fff]", zh["headline"])
    assert re.fullmatch(r"[ -~]+", en["headline"])
    for info in (zh, en):
        assert info["severity"] in {"Minor", "Moderate", "Severe", "Extreme"}
        assert info["certainty"] in {"Observed", "Likely", "Possible", "Unlikely", "Unknown"}
        assert info["urgency"] in {"Immediate", "Expected", "Future", "Past", "Unknown"}
        assert info["area"][0]["areaDesc"]
        assert info["description"]


def test_numbers_run_on_and_references_name_the_predecessor():
    found = messages()
    ids = [m["id"] for m in found]
    incident = found[0]["data"]["incident"]
    assert ids == [f"{incident}-{n}" for n in range(1, len(found) + 1)]
    assert found[0]["data"]["references"] == []
    for before, after in zip(ids, found[1:], strict=False):
        (reference,) = after["data"]["references"]
        assert reference.split(",")[:2] == ["sanshui", before]


def test_incident_is_one_for_the_whole_life():
    assert {m["correlationid"] for m in messages()} == {
        incident_id("waterlogging", "dip", T0_MS + 60_000)
    }


def test_headline_has_at_most_160_characters():
    for message in messages("很" * 300, "x" * 300):
        for info in message["data"]["info"]:
            assert len(info["headline"]) <= 160


def test_correction_names_what_it_corrects():
    (message,) = [m for m in messages() if m["data"]["change"] == "corrected"]
    assert message["data"]["reason"]["corrected_from"] == 0.7
    assert message["data"]["reason"]["value"] == 0.1


def test_stale_alert_says_that_nothing_is_known():
    (message,) = [m for m in messages() if m["data"]["change"] == "stale"]
    assert {info["certainty"] for info in message["data"]["info"]} == {"Unknown"}
    assert message["data"]["reason"]["value"] is None


def test_cancel_gives_the_all_clear():
    info = messages()[-1]["data"]["info"][0]
    assert (info["responseType"], info["urgency"]) == (["AllClear"], "Past")


def test_zone_in_utc_has_a_zero_offset_and_no_z():
    assert messages(timezone="UTC")[0]["time"].endswith("+00:00")


def test_incident_id_of_a_fraction_of_a_second_is_unique():
    assert incident_id("air", "z", T0_MS + 5) != incident_id("air", "z", T0_MS)


def test_flapping_alert_is_called_so_in_both_languages_and_in_its_reason():
    rule, state, out = a_rule(), AlertState(), []
    writer = CapWriter("sanshui", a_rule_set(), a_city([a_terminal("a", "z")]))
    for minute in range(1, 90):
        value = 0.2 if minute > 31 else 0.3 * (minute % 2)
        event = step(rule, ladder(rule, "segment"), state, a_value(minute, value, zone="z"))
        if event is not None:
            out.append(writer.cloud_event(event)["data"])
    raised, settled = out
    assert (raised["msgType"], raised["change"]) == ("Alert", "raised")
    assert raised["reason"]["flapping"] is True
    zh, en = (info["headline"] for info in raised["info"])
    assert zh.endswith("达到 W4（反复波动）")
    assert en.endswith("raised to W4 (it comes and goes)")
    assert (settled["msgType"], settled["change"]) == ("Update", "settled")
    assert "flapping" not in settled["reason"]
