"""Every pack and scenario that comes with the program can be used, and broken ones say why."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from anomaly.day_kind import RESTING, WORKING
from indicators.registry import SIGNS
from sensors.quantity import CATALOGUE
from sensors.simulator.amounts import AMOUNTS
from sensors.simulator.readings import BEHAVIOURS
from streams.citypack import CityPack, PackError, load_pack, seeds_dir
from streams.pack.scenarios import load_scenario, scenario_names
from streams.topics import partition_of
from streams.workorders.dispatch import DispatchTable

PACKS = sorted(path.parent for path in seeds_dir().glob("*/terminals.json"))
PILOT = seeds_dir() / "sanshui"
INPUTS = {
    "water_depth", "rain", "people_density", "people_count", "traffic_speed", "pm25", "pm10", "so2",
    "no2", "o3", "co", "laeq", "temperature", "humidity", "battery",
}  # fmt: skip


@pytest.fixture(scope="module")
def pilot() -> CityPack:
    return load_pack(PILOT)


def test_every_pack_of_the_seeds_loads() -> None:
    assert PILOT in PACKS
    for folder in PACKS:
        assert load_pack(folder).city.terminals


def test_pilot_has_56_terminals_in_16_zones(pilot: CityPack) -> None:
    assert len(pilot.city.terminals) == 56
    assert len(pilot.city.zones) == 16


def test_pilot_measures_the_inputs_of_every_vital_sign(pilot: CityPack) -> None:
    declared = {q.name for t in pilot.city.terminals.values() for q in t.quantities}
    assert declared >= INPUTS


def test_every_zone_of_the_pilot_has_a_described_place_and_a_terminal(pilot: CityPack) -> None:
    for zone in pilot.city.zones.values():
        assert pilot.city.towns[zone.town].district == zone.district
        assert pilot.city.districts[zone.district].name
        assert zone.length_m or zone.area_m2
        assert zone.exposure > 1
        assert zone.lon is not None
        assert 112.8 < zone.lon < 113.0
        assert pilot.city.terminals_of(zone.id)


def test_pilot_has_the_places_that_scenarios_need(pilot: CityPack) -> None:
    kinds = [zone.kind for zone in pilot.city.zones.values()]
    assert [kinds.count(kind) for kind in ("underpass", "square", "school_gate")] == [1, 1, 1]
    floodable = [zone for zone in pilot.city.zones.values() if zone.catchment]
    assert len(floodable) == 4
    for zone in floodable:
        measured = {q.name for t in pilot.city.terminals_of(zone.id) for q in t.quantities}
        assert measured >= {"water_depth", "traffic_speed"}


def test_pilot_districts_fall_in_different_partitions_of_two(pilot: CityPack) -> None:
    assert {partition_of(district, 2) for district in pilot.city.districts} == {0, 1}


def test_pilot_dispatches_every_level_of_every_rule_everywhere(pilot: CityPack) -> None:
    table = DispatchTable(pilot.dispatch)
    for zone in pilot.city.zones.values():
        for rule in pilot.rules.rules:
            for level in rule.levels:
                row, number = table.department_for(rule.kind, zone, level.level)
                assert row.department in pilot.departments
                assert pilot.dispatch[number - 1] is row
                assert row.kind == rule.kind  # never the fallback


def test_pilot_has_a_deadline_for_every_priority_of_its_rules(pilot: CityPack) -> None:
    for rule in pilot.rules.rules:
        for level in rule.levels:
            deadline = pilot.deadlines.of(level.priority)
            assert 0 < deadline.accept_s <= deadline.done_s


def test_default_rules_differ_from_the_pilots_in_nothing_but_version(pilot: CityPack) -> None:
    default = load_pack(PILOT, rules=seeds_dir() / "default" / "rules.yaml").rules
    assert default.version != pilot.rules.version
    assert default.rules == pilot.rules.rules


@pytest.mark.parametrize("name", ["default", "sanshui"])
@pytest.mark.parametrize(
    ("indicator", "value", "kind"),
    [("fire_probability", 0.5, "fire"), ("fire_probability", 0.9, "fire"),
     ("manhole_state", 15.0, "manhole"), ("gas_ch4", 20.0, "gas"), ("gas_h2s", 10.0, "toxic_gas")],
)  # fmt: skip
def test_fire_open_covers_and_gas_are_life_safety_and_have_a_department(
    name: str, indicator: str, value: float, kind: str
) -> None:
    folder = seeds_dir() / name
    rules = yaml.safe_load((folder / "rules.yaml").read_text("utf-8"))["rules"]
    (rule,) = [rule for rule in rules if rule["indicator"] == indicator]
    reached = [level for level in rule["levels"] if value >= level["raise"]]
    sign = SIGNS[indicator]
    assert (rule["kind"], reached[-1]["priority"]) == (kind, "P1")
    # The page names a level once: rule and sign mean the same by it.
    assert reached[-1]["level"] == sign.level_of(value)
    rows = yaml.safe_load((folder / "dispatch.yaml").read_text("utf-8"))["rows"]
    assert [row["department"] for row in rows if row["kind"] == kind]


@pytest.mark.parametrize("name", ["storm", "fair", "quiet"])
def test_scenarios_of_the_seeds_load(name: str, pilot: CityPack) -> None:
    assert name in scenario_names()
    scenario = load_scenario(name, pilot.city)
    people = scenario.people
    assert 0 < people.accept_after < people.start_after < people.done_after


def test_simulator_knows_every_quantity_of_the_catalogue() -> None:
    assert set(BEHAVIOURS) | set(AMOUNTS) | {"rain"} == set(CATALOGUE)


def test_terminals_file_alone_is_a_pack(tmp_path: Path) -> None:
    terminals = {
        "zones": [{"id": "akl-1", "name": "Queen Street", "timezone": "Pacific/Auckland"}],
        "terminals": [
            {"id": "a:1", "name": "", "zone": "akl-1", "recording": "x.gz", "lon": None, "lat": None,
             "quantities": [{"name": "people_count", "unit": "count", "cadence_s": 3600}]},
        ],
    }  # fmt: skip
    (tmp_path / "terminals.json").write_text(json.dumps(terminals))
    pack = load_pack(tmp_path)
    assert pack.city.terminals["a:1"].quantities[0].cadence == 3600
    assert pack.city.zones["akl-1"].timezone == "Pacific/Auckland"
    assert pack.dispatch[-1].is_fallback


def test_cadence_may_be_called_cadence(tmp_path: Path) -> None:
    text = (PILOT / "terminals.json").read_text().replace('"cadence_s"', '"cadence"')
    (tmp_path / "terminals.json").write_text(text)
    assert load_pack(tmp_path).city.terminals == load_pack(PILOT).city.terminals


def test_zone_without_timezone_gets_the_citys(tmp_path: Path) -> None:
    text = (PILOT / "terminals.json").read_text().replace('"timezone": "Asia/Shanghai",', "")
    (tmp_path / "terminals.json").write_text(text)
    (tmp_path / "city.yaml").write_text("{id: c, timezone: Europe/Berlin}")
    assert {z.timezone for z in load_pack(tmp_path).city.zones.values()} == {"Europe/Berlin"}


@pytest.mark.parametrize(
    ("timezone", "city", "day", "kind"),
    [
        # National Day, a Thursday; the make-up workday of a Saturday; both from the announcement.
        ("Asia/Shanghai", "", date(2026, 10, 1), RESTING),
        ("Asia/Shanghai", "", date(2026, 10, 10), WORKING),
        ("Asia/Shanghai", "calendar: weekend", date(2026, 10, 1), WORKING),
        ("Pacific/Auckland", "", date(2026, 10, 1), WORKING),
        ("Pacific/Auckland", "calendar: china", date(2026, 10, 1), RESTING),
        ("Pacific/Auckland", "rest_days: [2026-10-26]", date(2026, 10, 26), RESTING),
        ("Pacific/Auckland", "rest_days: [2026-10-26]", date(2026, 10, 27), WORKING),
        ("Asia/Shanghai", "working_days: [2026-10-01]", date(2026, 10, 1), WORKING),
        # A year not yet announced goes by the weekday.
        ("Asia/Shanghai", "", date(2199, 10, 1), WORKING),
        ("Asia/Shanghai", "", date(2199, 10, 5), RESTING),
    ],
)
def test_days_of_rest_are_those_of_the_calendar_and_of_the_pack(
    tmp_path: Path, timezone: str, city: str, day: date, kind: int
) -> None:
    shutil.copy(PILOT / "terminals.json", tmp_path)
    (tmp_path / "city.yaml").write_text(f"id: x\n{city}\n")
    found = load_pack(tmp_path).day_kinds(timezone)
    assert found((day - date(1970, 1, 1)).days) == kind


def test_digest_changes_with_a_comment_in_a_file_and_not_with_the_folder(tmp_path: Path) -> None:
    copy = shutil.copytree(PILOT, tmp_path / "copy")
    before = load_pack(copy).digest
    assert before == load_pack(PILOT).digest
    with (copy / "rules.yaml").open("a") as rules:
        rules.write("# a comment\n")
    assert load_pack(copy).digest != before


BREAKAGES = [
    # file, text, replacement, text on the line to be named, field, value, part of the mend
    ("terminals.json", '"name": "water_depth", "unit": "m"', '"name": "water_dept", "unit": "m"',
     '"water_dept"', "terminals[0].quantities[0].name", '"water_dept"', "write 'water_depth'"),
    ("terminals.json", '"water_depth", "unit": "m"', '"water_depth", "unit": "ft"',
     '"ft"', "terminals[0].quantities[0].unit", '"ft"', "write 'm' or one that is converted: cm"),
    ("terminals.json", '"m", "cadence_s": 60', '"m", "cadence_s": 0',
     '"cadence_s": 0', "terminals[0].quantities[0].cadence", "0.0", "above 0"),
    ("terminals.json", '"id": "WL-02"', '"id": "WL-01", "was": 2',
     '"was": 2', "terminals[1].id", '"WL-01"', "terminals[0] has this one"),
    ("terminals.json", '"id": "WL-02"', '"id": "WL 02"',
     '"WL 02"', "terminals[1].id", '"WL 02"', "A-Z a-z 0-9"),
    ("terminals.json", '"kind": "water_gauge", "zone": "xq-01"', '"zone": "xq-squar"',
     '"xq-squar"', "terminals[0].zone", '"xq-squar"', "write 'xq-square'"),
    ("terminals.json", '"timezone": "Asia/Shanghai"', '"timezone": "Asia/Sanshui"',
     "Asia/Sanshui", "zones[0].timezone", '"Asia/Sanshui"', "write 'Asia/Shanghai'"),
    ("terminals.json", '"lon": 112.872', '"lon": 212.872',
     "212.872", "zones[0].lon", "212.872", "-180"),
    ("terminals.json", '"lat": 23.152}', '"lat": "23"}',
     '"lat": "23"', "zones[0].lat", '"23"', "Expected"),
    ("terminals.json", '"district": "sanshui", "length_m": 520', '"district": "nanhai-qu"',
     '"nanhai-qu"', "zones[0].district", '"nanhai-qu"', "'xinan' lies in district 'sanshui'"),
    ("terminals.json", '"efficiency": 0.6', '"efficiency": 6',
     '"efficiency": 6,', "zones[4].catchment.efficiency", "6.0", "between 0 and 1"),
    ("terminals.json", '"id": "xq-02",', '"id": "xq-02"\n',
     ' "name": "西青大道—广海大道路口"', "", None, "not JSON: Expecting ',' delimiter"),
    ("city.yaml", "timezone: Asia/Shanghai", "timezon: Asia/Shanghai",
     "timezon:", "timezon", '"Asia/Shanghai"', "write 'timezone'"),
    ("city.yaml", "towns:", "towns: {",
     "{id: xinan,", "", None, "not YAML"),
    ("city.yaml", "timezone: Asia/Shanghai", "timezone: Asia/Shanghai\ntimezone: UTC",
     "timezone: UTC", "", None, "`timezone` is given twice here"),
    ("departments.yaml", "  - {id: traffic, ", "  - {id: drainage,",
     "交警大队", "departments[1].id", '"drainage"', "choose another id"),
    ("dispatch.yaml", "department: town-xinan}", "department: town-xian}",
     "town-xian", "rows[14].department", '"town-xian"', "write 'town-xinan'"),
    ("dispatch.yaml", '  - {kind: "*", department: municipal}', "",
     "rows:", "rows", '"24 rows"', "add a last row"),
    ("dispatch.yaml", "department: police, copies: [town-xinan", "department: police, copies: [town-xian",
     "town-xian", "rows[8].copies[0]", '"town-xian"', "write 'town-xinan'"),
    ("dispatch.yaml", "  - {kind: congestion, town", '  - {kind: "*", department: police}\n  - {kind: congestion, town',
     '"*"', "rows[10].kind", '"*"', "move this row to the end"),
    ("dispatch.yaml", "kind: crowd, town: shishan", "kind: crowd, town: shisan",
     "shisan", "rows[6].town", '"shisan"', "write 'shishan'"),
    ("rules.yaml", "unit: m\n", "unit: cm\n",
     "unit: cm", "rules[0].unit", '"cm"', "write 'm'"),
    ("rules.yaml", "indicator: water_depth", "indicator: water_deep",
     "water_deep", "rules[0].indicator", '"water_deep"', "write 'water_depth'"),
    ("rules.yaml", "raise: 0.15, clear: 0.12", "raise: 0.15, clear: 0.16",
     "clear: 0.16", "rules[0].levels[0].clear", "0.16", "below this level's raise (0.15)"),
    ("rules.yaml", "raise: 0.40, clear: 0.35", "raise: 0.26, clear: 0.25",
     "raise: 0.26", "rules[0].levels[2].raise", "0.26", "above 0.27 of 'W3'"),
    ("rules.yaml", "colour: red,    priority: P1}\n\n", "colour: red,    priority: P0}\n\n",
     "P0", "rules[0].levels[3].priority", '"P0"', "write 'P"),
    ("rules.yaml", "raise_hold: 60\n", "raise_holt: 60\n",
     "raise_holt", "rules[0].raise_holt", "60", "write 'raise_hold'"),
    ("rules.yaml", "raise_hold: 60\n", "raise_hold: 60\n    flap_begin: 0\n",
     "flap_begin: 0", "rules[0].flap_begin", "0.0", "above 0"),
    ("rules.yaml", "raise_hold: 60\n", "raise_hold: 60\n    flap_end: 0.5\n",
     "flap_end: 0.5", "rules[0].flap_end", "0.5", "below flap_begin (0.5)"),
    ("workorders.yaml", "  P2: {accept_s: 300,", "  P7: {accept_s: 300,",
     "P7", "priorities.P7", '"P7"', "P"),
    ("workorders.yaml", "done_s: 7200}", "done_s: 60}",
     "done_s: 60}", "priorities.P1.done_s", "60.0", "not before the order is accepted"),
    ("terminals.json", '"road_class": "arterial"', '"road_class": "artery"',
     '"artery"', "zones[0].road_class", '"artery"', "write 'arterial'"),
    ("terminals.json", '"noise_class": "4a"', '"noise_class": "4"',
     '"noise_class": "4"', "zones[0].noise_class", '"4"', "write '4"),
    ("terminals.json", '"capacity": 9000', '"capacity": 0',
     '"capacity": 0', "zones[3].capacity", "0.0", "above 0"),
    ("terminals.json", '"rated": 3.0', '"rated": -3.0',
     '"rated": -3.0', "terminals[40].quantities[1].rated", "-3.0", "above 0"),
    ("limits.yaml", "storm_station: huadu", "storm_station: huado",
     "water:", "water",
     '{"storm_station":"huado","rain_60min_utility":[[0,100],[5,85],[10,70],[20,50],[…',
     "storm_station 'huado' is none of storm_tables"),
    ("limits.yaml", "storm_station: huadu", "storm_sation: huadu",
     "storm_sation", "water.storm_sation", '"huadu"', "write 'storm_station'"),
    ("limits.yaml", "[5, 85]", "[25, 85]",
     "[10, 70]", "water.rain_60min_utility[2]", "[10.0,70.0]", "above 25"),
    ("limits.yaml", "water:", "facilities: {voltage_levels: []}\nwater:",
     "facilities:", "facilities.voltage_levels", "[]", "at least one level"),
    ("limits.yaml", "water:", "fire: {probabilities: {smok: 0.9}}\nwater:",
     "fire:", "fire", '{"probabilities":{"smok":0.9}}', "probabilities has no 'smok'"),
    ("city.yaml", "timezone: Asia/Shanghai", "calendar: chin",
     "calendar", "calendar", '"chin"', "write 'china'"),
    ("city.yaml", "timezone: Asia/Shanghai", "rest_days: [2026-10-01, 2026-13-01]",
     "rest_days", "rest_days[1]", '"2026-13-01"', "a date such as"),
    ("city.yaml", "timezone: Asia/Shanghai",
     "rest_days: [2026-12-24]\nworking_days: [2026-12-24]",
     "working_days", "working_days[0]", '"2026-12-24"', "among rest_days too"),
    ("workorders.yaml", "verify_clear_s: 600", "",
     "# Deadlines", "verify_clear_s", "(missing)", "add"),
]  # fmt: skip


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda b: f"{b[0]}:{b[4] or 'syntax'}")
def test_broken_pack_names_file_line_field_value_and_mend(
    tmp_path: Path, breakage: tuple[str, str, str, str, str, str | None, str]
) -> None:
    file, old, new, at, field, value, mend = breakage
    folder = shutil.copytree(PILOT, tmp_path / "pack")
    text = (folder / file).read_text()
    assert old in text
    broken = text.replace(old, new, 1)
    (folder / file).write_text(broken)
    lines = broken.split("\n")
    line = next(number for number, content in enumerate(lines, 1) if at in content)
    # Of a file that cannot be parsed at all, the line is the value.
    value = json.dumps(lines[line - 1].strip(), ensure_ascii=False) if value is None else value
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    problems = [problem for problem in caught.value.problems if problem.field == field]
    assert problems, str(caught.value)
    problem = problems[0]
    assert (problem.file, problem.line) == (str(folder / file), line)
    assert problem.value == (value if len(value) <= 80 else value[:79] + "…")
    assert mend in problem.mend
    assert str(problem).startswith(f"{folder / file}:{line}: ")


def test_all_problems_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    folder = shutil.copytree(PILOT, tmp_path / "pack")
    for file, old, new in (
        ("terminals.json", '"unit": "m"', '"unit": "inch"'),  # 10 gauges, 6 shafts
        ("terminals.json", '"lon": 112.872', '"lon": "east"'),
        ("rules.yaml", "severity: Minor", "severity: Tiny"),
        ("workorders.yaml", "done_s: 7200", "done_s: soon"),
    ):
        text = (folder / file).read_text()
        (folder / file).write_text(text.replace(old, new))
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    fields = [problem.field for problem in caught.value.problems]
    assert "zones[0].lon" in fields
    assert "priorities.P1.done_s" in fields
    assert sum(field.endswith(".unit") for field in fields) == 16
    assert sum(field.endswith(".severity") for field in fields) == 2


def test_lines_are_right_in_json_that_is_no_yaml(tmp_path: Path) -> None:
    odd = '{\t"a":"\x7f \x85 \u2028 \\/ \\ud83d\\ude00",\n\t"zones":[],\n"terminals":[{"id":7}]}'
    (tmp_path / "terminals.json").write_text(odd, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path)
    assert {(p.line, p.field) for p in caught.value.problems} >= {
        (2, "zones"), (3, "terminals[0].id"), (3, "terminals[0].zone"),
    }  # fmt: skip


def test_missing_folder_is_a_problem_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path / "nowhere")
    assert [Path(p.file).name for p in caught.value.problems] == ["terminals.json"]
    assert "cannot be read" in caught.value.problems[0].mend


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ('local_start: "19:00"', 'local_start: "19h"', 5, "local_start"),
        ("zone: xq-square", "zone: xq-squar", 10, "crowds[0].zone"),
        ("[4, 0.8]", "[0, 0.8]", 11, "crowds[0].course[1][0]"),
        ("[4, 0.8]", "[4]", 11, "crowds[0].course[1]"),
        ("duplicate: 0.004", "duplicate: 4", 19, "imperfections.duplicate"),
        ("accept_after: 45", "accept_after: -1", 17, "people.accept_after"),
    ],
)
def test_broken_scenario_names_line_and_field(
    tmp_path: Path, pilot: CityPack, old: str, new: str, line: int, field: str
) -> None:
    text = (seeds_dir() / "scenarios" / "fair.yaml").read_text()
    assert old in text
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(PackError) as caught:
        load_scenario(str(path), pilot.city)
    assert [(problem.line, problem.field) for problem in caught.value.problems] == [(line, field)]
