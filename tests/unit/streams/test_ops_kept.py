"""A text that is kept."""

import threading
import time

import pytest

from streams.ops.kept import Kept


def test_text_is_made_once_for_all_who_ask_within_its_time() -> None:
    made: list[int] = []

    def make() -> str:
        time.sleep(0.01)
        made.append(1)
        return str(len(made))

    kept = Kept(make, 60.0)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(kept())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["1"] * 8


def test_text_is_made_anew_after_its_time() -> None:
    texts = iter("ab")
    kept = Kept(lambda: next(texts), 0.0)
    assert [kept(), kept()] == ["a", "b"]


def test_error_is_not_kept() -> None:
    absences = [True, False]

    def make() -> str:
        if absences.pop(0):
            raise ValueError("away")
        return "back"

    kept = Kept(make, 60.0)
    with pytest.raises(ValueError, match="away"):
        kept()
    assert kept() == "back"
