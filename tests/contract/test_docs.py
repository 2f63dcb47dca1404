"""What the documents say about names and files is true of the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from indicators.registry import SIGNS
from indicators.topics import TOPIC_OF
from indicators.topics import TOPICS as BOARD
from streams.cli.main import COMMANDS
from streams.ops.wording import STATES
from streams.topics import TOPICS
from streams.workorders.order import OrderState

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")])


def _text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def _rows(text: str, heading: str) -> list[list[str]]:
    """Cells of the table below a heading, without its head."""
    section = text.split(heading, 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_readme_table_has_every_command() -> None:
    assert [row[0].strip("`") for row in _rows(_text("README.md"), "## Commands")] == list(COMMANDS)


def test_readme_names_every_make_target() -> None:
    targets = re.findall(r"^([a-z-]+):.*##", _text("Makefile"), re.MULTILINE)
    named = re.search(r"lists the targets: `([a-z -]+)`", _text("README.md"))
    assert named is not None
    assert named[1].split() == [target for target in targets if target != "help"]


def test_glossary_has_every_vital_sign() -> None:
    rows = _rows(_text("docs/glossary.md"), "## Vital signs")
    assert rows == [[sign.zh, sign.en, f"`{sign.id}`", sign.unit] for sign in SIGNS.values()]


def test_glossary_has_every_topic() -> None:
    rows = _rows(_text("docs/glossary.md"), "## Topics")
    assert rows == [[t.zh, t.en, f"`{t.id}`", ", ".join(t.groups)] for t in BOARD]


def test_every_vital_sign_but_the_index_is_in_a_topic() -> None:
    assert [sign.id for sign in SIGNS.values() if sign.group not in TOPIC_OF] == ["health_index"]


def test_glossary_has_every_order_state() -> None:
    rows = _rows(_text("docs/glossary.md"), "## Work orders")
    assert [row[1].strip("`") for row in rows] == [state.value for state in OrderState]
    assert [row[0] for row in rows] == [STATES[state.value][0] for state in OrderState]


def test_glossary_names_things_that_exist() -> None:
    rows = _rows(_text("docs/glossary.md"), "## Things")
    paths = re.findall(r"`((?:sensors|indicators|anomaly|streams)[\w.]+)\.(\w+)`", str(rows))
    assert len(paths) > 15
    assert [name for module, name in paths if not hasattr(import_module(module), name)] == []


def test_architecture_shows_every_topic() -> None:
    figure = _text("docs/architecture.md").split("```mermaid")[1].split("```")[0]
    assert [topic.name for topic in TOPICS if topic.name not in figure] == []
