"""The entry point: an interrupt while the command line is still being imported."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SLOW = "import sys, time\nprint('importing', flush=True)\ntime.sleep(60)\n"


def started(folder, **options):
    """`vitals` whose typer takes a minute to import; it is being imported."""
    (folder / "typer.py").write_text(SLOW)
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "--help"],
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "importing\n"
    return process


def test_interrupt_during_imports_ends_with_130_and_says_nothing(tmp_path):
    process = started(tmp_path)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert process.communicate() == ("", "")


def test_interrupt_that_the_shell_has_it_ignore_is_ignored(tmp_path):
    """As under nohup, or in the background of a script."""
    process = started(tmp_path, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    process.send_signal(signal.SIGINT)
    try:
        process.wait(0.5)
        raise AssertionError(f"ended by {process.returncode}")
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
