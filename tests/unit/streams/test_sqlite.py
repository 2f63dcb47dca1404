"""What SQLite promises beyond the contract of every store."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from streams.settings import Settings
from streams.stores.influx import InfluxStore
from streams.stores.open import open_store
from streams.stores.sqlite import SqliteStore
from streams.stores.sqlite_schema import SCHEMA
from streams.stores.store import (
    Event,
    Family,
    Store,
    StoreRefusedError,
    StoreUnavailableError,
    Vital,
)

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
ALWAYS = (NOON - timedelta(days=9999), NOON + timedelta(days=9999))


def a_vital(hour: Any = 0, **changes: Any) -> Vital:
    end = NOON + timedelta(hours=hour)
    fields: dict[str, Any] = {
        "zone": "a",
        "indicator": "x",
        "value": 1.0,
        "window_start": end,
        "window_end": end,
    }
    return Vital(**{**fields, **changes})


def an_event(id_: Any, hour: Any = 0, **changes: Any) -> Event:
    fields: dict[str, Any] = {
        "family": Family.ALERT,
        "subject": id_,
        "time": NOON + timedelta(hours=hour),
    }
    return Event(id=id_, **{**fields, **changes})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    store = SqliteStore(tmp_path / "x.sqlite", retention=timedelta(hours=10))
    yield store
    store.close()


def test_values_beyond_the_retention_of_their_series_go(store: Store) -> None:
    for hour in range(30):
        store.write([a_vital(hour)])
    kept = [row.window_end for row in store.series("a", "x", *ALWAYS)]
    assert min(kept) == NOON + timedelta(hours=19)
    assert max(kept) == NOON + timedelta(hours=29)


def test_old_recording_is_kept_beside_todays_values(store: Store) -> None:
    store.write([a_vital(), a_vital(1)])
    store.write([a_vital(-9000, zone="b")])
    store.write([a_vital(2)])
    assert len(store.series("b", "x", *ALWAYS)) == 1


def test_finished_events_go_and_active_ones_stay(store: Store) -> None:
    store.write([an_event("over", active=False), an_event("holds")])
    store.write([an_event("new", 20)])
    assert [s.event.subject for s in store.alerts(active_only=False)] == ["new", "holds"]
    assert store.history(Family.ALERT, "over") == []
    assert len(store.history(Family.ALERT, "holds")) == 1


def test_row_that_can_never_be_written_is_refused_and_the_batch_with_it(store: Store) -> None:
    with pytest.raises(StoreRefusedError):
        store.write([a_vital(), a_vital(revision=2**70)])
    assert store.latest_vitals() == []


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, and long enough to have a header " * 10)
    with pytest.raises(StoreRefusedError, match="not an SQLite database"):
        SqliteStore(path)


def test_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailableError):
        SqliteStore(tmp_path / "file" / "x.sqlite")


def test_file_of_an_older_version_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = SCHEMA.replace(" about TEXT NOT NULL DEFAULT '{}',", "")
    assert old != SCHEMA
    with sqlite3.connect(path) as connection:
        connection.executescript(old)
        connection.execute(
            "INSERT INTO vitals VALUES ('dip', 'water_depth', 60000, 0, 0.1, 'm', NULL, 1, 0, NULL,"
            " 'zone', '{}')"
        )
        connection.execute(
            "INSERT INTO scores VALUES ('dip', 'water_depth', 60000, 0.5, 0.1, 2.5, 0)"
        )
    connection.close()
    store = SqliteStore(path)
    (kept,) = store.latest_vitals()
    assert (kept.value, kept.quality, kept.text) == (0.1, "", {})
    (score,) = store.latest_scores()
    assert (score.deviation, score.view, score.onset, score.low) == (2.5, None, False, None)
    store.close()


def test_every_file_has_an_identity_of_its_own(tmp_path: Path) -> None:
    stores = [SqliteStore(tmp_path / name) for name in ("a", "b")]
    assert stores[0].identity != stores[1].identity
    for store in stores:
        store.close()


_WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from streams.stores.sqlite import SqliteStore
from streams.stores.sqlite_schema import SCHEMA
from streams.stores.store import Vital
store = SqliteStore(Path(sys.argv[1]))
for batch in range(10**6):
    ends = [datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=10 * batch + n) for n in range(10)]
    store.write([Vital(zone="a", indicator="x", value=1.0, window_start=e, window_end=e) for e in ends])
    print(batch, flush=True)
"""


def test_killed_writer_leaves_every_batch_it_had_reported(tmp_path: Path) -> None:
    path = tmp_path / "killed.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        reported = [int(writer.stdout.readline()) for _ in range(20)][-1]
        os.kill(writer.pid, signal.SIGKILL)
    store = SqliteStore(path)
    rows = len(store.series("a", "x", *ALWAYS))
    store.close()
    assert rows >= 10 * (reported + 1)
    assert rows % 10 == 0


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("", SqliteStore),
        ("sqlite:{tmp}/deep/er/x.sqlite", SqliteStore),
        ("influxdb:http://nowhere:8086", InfluxStore),
    ],
)
def test_setting_opens_the_store_it_names(tmp_path: Path, setting: Any, kind: Any) -> None:
    settings = Settings.model_validate(
        {"store": setting.format(tmp=tmp_path), "state_dir": tmp_path / "state"}
    )
    store = open_store(settings)
    assert isinstance(store, kind)
    store.close()


@pytest.mark.parametrize("setting", ["postgres:x", "sqlite:", "influxdb", "/tmp/x"])
def test_unknown_store_is_an_error_that_says_what_there_is(setting: Any) -> None:
    with pytest.raises(ValueError, match="sqlite:PATH nor influxdb:URL"):
        open_store(Settings.model_validate({"store": setting}))


def test_influxdb_that_does_not_answer_is_unavailable() -> None:
    store = open_store(Settings.model_validate({"store": "influxdb:http://127.0.0.1:9"}))
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        store.write([a_vital()])
    store.close()
