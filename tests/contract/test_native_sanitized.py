"""The compiled hot path touches no memory that is not its own, on anything the tests give it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_build import FLAGS, LIBRARY

ROOT = Path(__file__).parents[2]
FOLDERS = ("sensors", "indicators", "anomaly", "streams", "tests", "seeds")
TESTS = (
    *("tests/unit/sensors/test_frame_reader.py", "tests/unit/sensors/test_row_store.py"),
    "tests/unit/indicators/test_gather.py",
)
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-g", "-O1"]


def library_of(name: str) -> str:
    """Where the compiler's run-time library is; skips where there is none."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    found = subprocess.run(
        ["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not Path(found).is_absolute():
        pytest.skip(f"gcc has no {name} here")
    return found


def test_property_tests_hold_under_the_sanitizers(tmp_path):
    preload = " ".join(library_of(name) for name in ("libasan.so", "libubsan.so"))
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("pyproject.toml", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path)
    native = tmp_path / "sensors" / "native"
    command = ["gcc", *FLAGS, *SANITIZERS, "-o", str(native / LIBRARY)]
    subprocess.run([*command, *map(str, native.glob("*.c")), "-lm"], check=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "compiled", *TESTS],
        cwd=tmp_path,
        env=os.environ
        | {
            "LD_PRELOAD": preload,
            # Python's own memory is not freed at its end, and each object gets a block of its own.
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONMALLOC": "malloc",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout.splitlines()[-1]
