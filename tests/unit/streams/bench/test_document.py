"""The page of measurements and what stands on it."""

import json
from pathlib import Path

import pytest

from streams.bench.document import SECTIONS, sections_of, write_section
from streams.bench.facts import facts
from streams.bench.report import Grid, Report, markdown, show


def a_report(section: str = "scale", *rows: tuple[str, ...]) -> Report:
    grid = Grid("Cost", ("name", "figure"), rows or (("ours", "1"),))
    return Report(section, "Scale", facts(), {"figure": 1}, (grid,), ("What it means.",))


def test_sections_stand_in_their_order_whatever_the_order_of_writing(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "benchmarks.md"
    for section in reversed(SECTIONS):
        write_section(page, section, f"## {section}\n\ntext")
    assert list(sections_of(page.read_text("utf-8"))) == list(SECTIONS)


def test_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_section(page, "engine", "## Engine\n\nold")
    write_section(page, "scale", "## Scale")
    write_section(page, "engine", "## Engine\n\nnew")
    text = page.read_text("utf-8")
    assert sections_of(text) == {"engine": "## Engine\n\nnew", "scale": "## Scale"}
    assert text.count("# Benchmarks") == 1


def test_writing_the_same_section_again_changes_nothing(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_section(page, "scale", "## Scale\n")
    before = page.read_bytes()
    write_section(page, "scale", "## Scale")
    assert page.read_bytes() == before


def test_unknown_section_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no section"):
        write_section(tmp_path / "page.md", "other", "")


def test_markdown_has_facts_command_table_and_notes() -> None:
    report = a_report("scale", ("ours", "12"), ("other", "3"))
    text = markdown(report)
    assert text.startswith("## Scale\n")
    assert report.facts.command in text
    assert report.facts.cpu in text
    assert "| name | figure |\n| --- | ---: |\n| ours | 12 |\n| other | 3 |" in text
    assert text.endswith("- What it means.")


def test_show_prints_json_that_has_facts_and_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(a_report(), as_json=True, page=tmp_path / "page.md")
    tree = json.loads(capsys.readouterr().out)
    assert tree["figure"] == 1
    assert tree["facts"]["python"].startswith("CPython")
    assert "scale" in sections_of((tmp_path / "page.md").read_text("utf-8"))


def test_show_prints_every_cell(capsys: pytest.CaptureFixture[str]) -> None:
    show(a_report("scale", ("ours", "12,345.67")), as_json=False, page=None)
    assert "12,345.67" in capsys.readouterr().out


def test_facts_name_the_machine_and_the_versions() -> None:
    found = facts()
    assert found.cores >= 1
    assert found.memory_gb > 0
    assert found.cpu
    assert {"city-vitals", "aiokafka", "Apache Kafka"} <= set(found.versions)
