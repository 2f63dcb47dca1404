"""`vitals detect`: folders of CSV files in, the same with scores out."""

import csv
import gzip
import math
import random

import pytest
from typer.testing import CliRunner

from streams.cli.main import app


def write_series(path, length=400, spike=350, opener=open):
    path.parent.mkdir(parents=True, exist_ok=True)
    source = random.Random(1)
    with opener(path, "wt") as file:
        file.write("timestamp,value\n")
        for n in range(length):
            value = 500 if n == spike else 50 + 10 * math.sin(n / 12) + source.gauss(0, 1)
            file.write(f"2024-03-{1 + n // 288:02} {n // 12 % 24:02}:{n % 12 * 5:02}:00,{value}\n")


def detect(*arguments):
    return CliRunner().invoke(app, ["detect", *map(str, arguments)])


def scores(path, opener=open):
    with opener(path, "rt") as file:
        return [float(row["anomaly_score"]) for row in csv.DictReader(file)]


def test_scores_every_file_at_the_same_path_row_by_row(tmp_path):
    write_series(tmp_path / "in/a/one.csv")
    write_series(tmp_path / "in/two.csv.gz", opener=gzip.open)
    assert detect(tmp_path / "in", tmp_path / "out").exit_code == 0
    found = scores(tmp_path / "out/a/one.csv")
    assert found == scores(tmp_path / "out/two.csv.gz", gzip.open)
    assert len(found) == 400
    assert found[:50] == [0.0] * 50
    assert [n for n, score in enumerate(found) if score >= 0.5] == [350]
    with (tmp_path / "in/a/one.csv").open() as before, (tmp_path / "out/a/one.csv").open() as after:
        assert [row[:2] for row in csv.reader(after)] == list(csv.reader(before))


def test_rows_of_the_future_change_no_score(tmp_path):
    write_series(tmp_path / "in/one.csv", 400)
    write_series(tmp_path / "in/two.csv", 300)
    detect(tmp_path / "in", tmp_path / "out")
    assert scores(tmp_path / "out/one.csv")[:300] == scores(tmp_path / "out/two.csv")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("time,value\n2024-03-01 00:00:00,1\n", "timestamp, value"),
        ("timestamp,value\n2024-03-01 00:00:00,1\n2024-03-01 00:05:00,much\n", "bad.csv:3"),
        ("timestamp,value\nyesterday,1\n", "yesterday"),
        ("timestamp,value\n2024-03-01 00:00:00,nan\n", "nan"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(tmp_path, content, complaint):
    (tmp_path / "bad.csv").write_text(content)
    result = detect(tmp_path, tmp_path / "out")
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.replace("│", " ").split())


def test_folder_without_csv_is_an_error(tmp_path):
    result = detect(tmp_path, tmp_path / "out")
    assert result.exit_code == 2
    assert "no .csv" in " ".join(result.output.replace("│", " ").split())
