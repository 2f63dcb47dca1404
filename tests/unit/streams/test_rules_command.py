"""`vitals rules test`, and what is wrong with timelines."""

import json
import shutil

import pytest
import yaml
from typer.testing import CliRunner

from streams.citypack import load_pack, load_rules, seeds_dir
from streams.cli.main import app
from streams.pack.problem import PackError

PILOT = seeds_dir() / "sanshui"


def run(*arguments):
    return CliRunner().invoke(app, ["rules", "test", *map(str, arguments)])


@pytest.fixture
def rules(tmp_path):
    """The pilot's rule file, to be changed: `rules(tests=…)` writes and names it."""
    tree = yaml.safe_load((PILOT / "rules.yaml").read_text("utf-8"))

    def changed(**fields):
        path = tmp_path / "rules.yaml"
        path.write_text(yaml.safe_dump(tree | fields, allow_unicode=True), "utf-8")
        return path

    return changed


def a_test(**fields):
    timeline = [{"minute": 0, "value": 0.2}, {"minute": 1, "level": "W4"}]
    return {"name": "t", "rule": "waterlogging-depth", "timeline": timeline} | fields


@pytest.mark.parametrize("name", ["default", "sanshui"])
def test_rules_that_come_along_do_what_their_timelines_say_and_each_has_one(name):
    result = run(seeds_dir() / name)
    assert result.exit_code == 0, result.output
    assert "without a timeline" not in result.output
    assert ", 0 failed" in result.output


@pytest.mark.parametrize("part", ["raise", "clear", "raise_hold", "clear_hold"])
def test_timelines_notice_rules_that_are_changed(rules, part):
    tree = yaml.safe_load((PILOT / "rules.yaml").read_text("utf-8"))
    for rule in tree["rules"]:
        if part in ("raise_hold", "clear_hold"):
            rule[part] += 300
            continue
        for number, level in enumerate(rule["levels"]):
            factor = 4.0 if part == "raise" else 0.01
            level[part] = level[part] * factor + number * 1e-6
    result = run(rules(rules=tree["rules"]))
    assert result.exit_code == 1
    assert "✗ waterlogging-depth: half a wheel" in result.output


def test_failure_names_minute_value_and_both_levels(rules):
    timeline = [{"minute": 0, "value": 0.2}, {"minute": 1.5, "level": "none", "says": []}]
    result = run(rules(tests=[a_test(name="dry [street]", timeline=timeline)]))
    assert result.exit_code == 1
    assert "✗ waterlogging-depth: dry [street]\n" in result.output
    assert "minute 1.5 (0.2 m): level is W4, not none" in result.output
    assert "minute 1.5 (0.2 m): says is raised, not nothing" in result.output
    assert "1 timeline(s), 1 failed" in result.output
    assert "without a timeline: crowd-density, fire-probability" in result.output


def test_json_has_each_difference(rules):
    timeline = [{"minute": 0, "quality": "missing", "level": "W1"}]
    result = run("--json", rules(tests=[a_test(), a_test(name="u", timeline=timeline)]))
    assert result.exit_code == 1
    passed, failed = json.loads(result.stdout)
    assert (passed["name"], passed["passed"], passed["differences"]) == ("t", True, [])
    assert failed["differences"] == [
        {"minute": 0.0, "field": "level", "expected": "W1", "found": "none", "value": None}
    ]


def test_only_some_are_run(rules):
    path = rules(tests=[a_test(), a_test(name="gas", rule="shaft-methane",
                 timeline=[{"minute": 0, "value": 0}])])  # fmt: skip
    assert "1 timeline(s)" in run(path, "--only", "methane").output
    nothing = run(path, "--only", "storm")
    assert nothing.exit_code == 1
    assert "has no timeline with 'storm'" in nothing.output


def test_file_without_timelines_is_no_success(rules):
    result = run(rules(tests=[]))
    assert result.exit_code == 1
    assert "has no `tests`" in result.output


def test_pack_without_rules_of_its_own_is_tried_with_the_defaults(tmp_path):
    shutil.copy(PILOT / "terminals.json", tmp_path)
    assert "timeline(s), 0 failed" in run(tmp_path).output


def test_file_that_is_not_there_is_named(tmp_path):
    result = run(tmp_path / "no.yaml")
    assert result.exit_code == 1
    assert "no.yaml:1" in result.output
    assert "Traceback" not in result.output


MOMENT = {"minute": 0, "value": 1.0}


@pytest.mark.parametrize(
    ("test", "field", "mend"),
    [
        (a_test(rule="waterlogging-dept"), "rule", "waterlogging-depth"),
        (a_test(every=0), "every", "seconds"),
        (a_test(timeline=[]), "timeline", "at least one"),
        (a_test(timeline=[{"minute": 0}]), "timeline[0].value", "first moment needs a value"),
        (a_test(timeline=[MOMENT, MOMENT]), "timeline[1].minute", "minutes go on"),
        (a_test(timeline=[{"minute": -1, "value": 1.0}, MOMENT]), "timeline[0].minute", "from 0"),
        (a_test(timeline=[{"minute": 0, "quality": "pass"}]), "timeline[0].value", "first moment"),
        (a_test(zone_kind="underpas"), "zone_kind", "underpass"),
        (a_test(timeline=[MOMENT, {"minute": 1e9}]), "timeline[1].minute", "at most"),
        (a_test(timeline=[MOMENT | {"level": "W9"}]), "timeline[0].level", "W"),
        (a_test(timeline=[MOMENT | {"level": "C1"}]), "timeline[0].level", "W1"),
        (a_test(timeline=[MOMENT | {"says": ["raise"]}]), "timeline[0].says[0]", "raised"),
        (a_test(timeline=[MOMENT | {"quality": "bad"}]), "timeline[0].quality", "pass"),
        (a_test(timeline=[MOMENT | {"value": float("inf")}]), "timeline[0].value", "finite"),
        (a_test(timeline=[MOMENT | {"expect": "W1"}]), "timeline[0].expect", "unknown field"),
        (a_test(timeline=[{"value": 1.0}]), "timeline[0].minute", "add this field"),
    ],
)
def test_timeline_that_makes_no_sense_is_refused_with_its_place(rules, test, field, mend):
    path = rules(tests=[test])
    with pytest.raises(PackError) as caught:
        load_rules(path)
    (problem,) = caught.value.problems
    assert problem.field == f"tests[0].{field}"
    assert mend in problem.mend
    assert problem.line > 1
    with pytest.raises(PackError, match=r"rules\.yaml"):
        load_pack(PILOT, path)


def test_name_stands_for_one_timeline(rules):
    with pytest.raises(PackError, match="one timeline"):
        load_rules(rules(tests=[a_test(), a_test()]))
