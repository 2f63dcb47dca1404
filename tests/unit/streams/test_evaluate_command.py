"""`vitals evaluate --forecasts`: a run's forecasts beside its values."""

import json

import pytest
from typer.testing import CliRunner

from streams.cli.main import app


def run_folder(folder, values, forecasts):
    folder.mkdir()
    head = {"zone": "z", "indicator": "s"}
    (folder / "vitals.ndjson").write_text(
        "".join(
            json.dumps(
                {**head, "window_end": f"2026-06-01T12:{minute:02}:00+08:00", "value": value}
            )
            + "\n"
            for minute, value in values
        )
    )
    (folder / "forecasts.ndjson").write_text(
        "".join(
            json.dumps(
                {**head, "made_at": f"2026-06-01T12:{minute:02}:00+08:00", "horizon": 600,
                 "p10": p50 - 1, "p50": p50, "p90": p50 + 1}
            )
            + "\n"
            for minute, p50 in forecasts
        )
    )  # fmt: skip
    return folder


def evaluate(*arguments):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def test_last_revision_of_a_value_is_the_truth_and_na_is_none(tmp_path):
    values = [(0, 1.0), (10, 5.0), (10, 3.0), (20, 4.0), (20, None)]
    folder = run_folder(tmp_path / "run", values, [(0, 2.5), (10, 9.0)])
    result = evaluate("--forecasts", folder, "--json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.output)
    assert (row["count"], row["error"], row["persistence"]) == (1, 0.5, 2.0)


def test_table_names_sign_horizon_and_skill(tmp_path):
    folder = run_folder(tmp_path / "run", [(0, 1.0), (10, 3.0)], [(0, 2.5)])
    result = evaluate("--forecasts", folder)
    assert result.exit_code == 0
    assert "+0.75" in result.output


@pytest.mark.parametrize("broken", ["forecasts.ndjson", "vitals.ndjson"])
def test_what_cannot_be_read_is_named_with_file_and_line(tmp_path, broken):
    folder = run_folder(tmp_path / "run", [(0, 1.0), (10, 3.0)], [(0, 2.5)])
    with (folder / broken).open("a") as file:
        file.write("{half a li")
    result = evaluate("--forecasts", folder)
    assert result.exit_code == 1
    assert f"{broken}:{3 if broken == 'vitals.ndjson' else 2}" in result.output


def test_folder_of_no_run_and_run_without_forecasts_say_so(tmp_path):
    result = evaluate("--forecasts", tmp_path)
    assert (result.exit_code, "No such file" in result.output) == (1, True)
    result = evaluate("--forecasts", run_folder(tmp_path / "run", [(0, 1.0)], []))
    assert (result.exit_code, "no forecast" in result.output) == (1, True)


def test_nothing_to_evaluate_is_an_error_of_use(tmp_path):
    assert evaluate(tmp_path).exit_code == 2
