"""The command line of the measurements."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.bench.peers.aggregate import add
from streams.cli.bench import app

pytestmark = pytest.mark.usefixtures("logs_as_before")


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("engine", ("--packs", "--terminals", "--frames", "--peers", "--processes", "--json")),
        ("scale", ("--terminals", "--seconds", "--restart", "--json", "--write")),
        ("replay", ("--city", "--repeat", "--json", "--write")),
        ("gateway", ("--messages", "--broker", "--gateways", "--rate", "--json", "--write")),
    ],
)
def test_help_names_every_option(command: str, options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert [option for option in options if option not in result.stdout] == []


def test_error_that_a_user_can_mend_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.touch()
    result = CliRunner().invoke(app, ["replay", str(path)])
    assert result.exit_code == 1
    assert result.stderr == "vitals bench: recordings need their city pack: give --city FOLDER\n"


def test_option_out_of_range_is_refused() -> None:
    assert CliRunner().invoke(app, ["engine", "--packs", "1"]).exit_code == 2


def test_aggregation_of_the_peers_is_count_sum_least_and_largest() -> None:
    state = add({}, [{"n": "rain", "v": 2.0}, {"n": "wind", "v": 7.0}])
    assert add(state, [{"n": "rain", "v": -1.0}]) == {
        "rain": [2, 1.0, -1.0, 2.0],
        "wind": [1, 7.0, 7.0, 7.0],
    }
