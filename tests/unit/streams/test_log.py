import logging

import msgspec
import pytest
import structlog

from streams import log

pytestmark = pytest.mark.usefixtures("logs_as_before")


def test_json_events_are_one_object_a_line_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", json=True)
    structlog.get_logger("streams.x").info("积水", zone="a")
    logging.getLogger("some.library").warning("it %s", "says")
    out, err = capsys.readouterr()
    ours, theirs = [msgspec.json.decode(line) for line in err.splitlines()]
    assert out == ""
    assert (ours["event"], ours["zone"], ours["level"]) == ("积水", "a", "info")
    assert (theirs["event"], theirs["logger"]) == ("it says", "some.library")
    assert ours["timestamp"].endswith("Z")


def test_exception_is_told_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", json=True)
    try:
        int("deep")
    except ValueError:
        structlog.get_logger("x").exception("failed")
    (told,) = [msgspec.json.decode(line) for line in capsys.readouterr().err.splitlines()]
    assert told["exception"][0]["exc_type"] == "ValueError"


def test_level_holds_for_us_and_libraries_talk_less(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", json=False)
    structlog.get_logger("x").debug("hidden")
    logging.getLogger("aiokafka.consumer").info("hidden too")
    structlog.get_logger("x").info("shown", n=1)
    err = capsys.readouterr().err
    assert "hidden" not in err
    assert "shown" in err


def test_configuring_again_does_not_double_lines(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("debug", json=True)
    log.configure("info", json=True)
    structlog.get_logger("x").info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_unknown_level_is_an_error() -> None:
    with pytest.raises(ValueError, match="use debug, info, warning or error"):
        log.configure("loud", json=False)
