"""The state folder of a run: one run at a time, writable, with room; rehearsals stay apart."""

import os
from pathlib import Path

import pytest

from streams.settings import Settings
from streams.up.folder import LOCK, held, refuse_shared_rehearsal, rehearsal
from streams.up.stack_error import StackError


def test_held_folder_refuses_a_second_run_and_names_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    refusal = rf"pid {os.getpid()}\).*VITALS_STATE_DIR"
    with held(folder), pytest.raises(StackError, match=refusal), held(folder):
        pytest.fail("held twice")
    with held(folder):
        assert (folder / LOCK).read_text().split() == [str(os.getpid())]


def test_folder_that_cannot_be_made_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refusal = r"cannot write in the state folder.*VITALS_STATE_DIR"
    with pytest.raises(StackError, match=refusal), held(tmp_path / "file" / "state"):
        pytest.fail("held")


def test_full_disk_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / LOCK).symlink_to("/dev/full")
    refusal = r"is full\. Free some space there, or set VITALS_STATE_DIR"
    with pytest.raises(StackError, match=refusal), held(tmp_path):
        pytest.fail("held")


def test_disk_with_too_little_room_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="Free at least"), held(tmp_path, room=1 << 62):
        pass
    with held(tmp_path, room=1):
        assert (tmp_path / LOCK).exists()


def test_rehearsal_begins_with_an_empty_folder_of_its_own(tmp_path: Path) -> None:
    kept, old = tmp_path / "kafka" / "data", tmp_path / "rehearsal" / "kafka" / "data"
    for folder in (kept, old):
        folder.mkdir(parents=True)
    settings = rehearsal(Settings(state_dir=tmp_path, speed=60))
    assert settings.state_dir == tmp_path / "rehearsal"
    assert kept.exists()
    assert not settings.state_dir.exists()


def test_run_by_the_wall_clock_keeps_its_folder(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, speed=1)
    assert rehearsal(settings) is settings


@pytest.mark.parametrize(
    ("name", "value"),
    [("kafka", "k:9092"), ("mqtt", "m:1883"), ("store", "influxdb:http://i:8086")],
)
def test_rehearsal_on_servers_of_others_is_refused_with_the_mend(name: str, value: str) -> None:
    settings = Settings.model_validate({"speed": 60, name: value})
    with pytest.raises(StackError, match=rf"VITALS_{name.upper()} is set.*Unset VITALS_"):
        refuse_shared_rehearsal(settings)
    refuse_shared_rehearsal(settings.model_copy(update={"speed": 1.0}))


def test_rehearsal_with_servers_of_its_own_is_not_refused() -> None:
    refuse_shared_rehearsal(Settings(speed=60))
