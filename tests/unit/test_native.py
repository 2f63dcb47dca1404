"""The compiled hot path is built where it can be, and is never needed."""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_build import FLAGS, FOLDER, LIBRARY, compile_native
from sensors import native
from sensors.directory import Directory
from sensors.layout import LayoutTable
from sensors.native.scanning import CompiledScan, scanner
from sensors.native.sifting import CompiledSieve, sieve
from sensors.row_store import RowStore

ROOT = Path(__file__).parents[2]
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for path in [*FOLDER.glob("*.c"), *FOLDER.glob("*.h")]:
        shutil.copy(path, tmp_path)
    return tmp_path


@needs_compiler
def test_sources_compile_to_a_library_of_this_version(sources):
    assert compile_native(sources) is None
    assert ctypes.CDLL(str(sources / LIBRARY)).vitals_start() == native.ABI
    assert not list(sources.glob("vitals.[0-9]*"))


@needs_compiler
def test_sources_compile_without_a_warning(sources):
    strict = ["cc", *FLAGS, "-Wconversion", "-Wshadow", "-Werror", "-o", str(sources / "x.so")]
    done = subprocess.run(
        [*strict, *map(str, sources.glob("*.c")), "-lm"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


@needs_compiler
def test_broken_source_is_told_and_leaves_no_library_of_before(sources):
    assert compile_native(sources) is None
    (sources / "scan.c").write_text("int broken(")
    why_not = compile_native(sources)
    assert why_not is not None
    assert "scan.c" in why_not
    assert not (sources / LIBRARY).exists()


@pytest.mark.parametrize(
    ("compiler", "told"), [("no-such-compiler", "no-such-compiler"), ("false", "failed")]
)
def test_compiler_that_does_not_work_is_told(sources, monkeypatch, compiler, told):
    monkeypatch.setenv("CC", compiler)
    assert told in (compile_native(sources) or "")


def test_machine_without_a_compiler_is_told_so(sources, monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(sources))
    assert "no C compiler" in (compile_native(sources) or "")


def test_each_twin_is_chosen_by_what_is_wanted():
    layouts, directory = LayoutTable(), Directory(RowStore())
    try:
        native.use(compiled=False)
        assert native.library() is None
        assert not isinstance(scanner(layouts), CompiledScan)
        assert not isinstance(sieve(directory), CompiledSieve)
    finally:
        native.use(compiled=True)
    if native.library() is None:
        pytest.skip("sensors/native was not compiled: no C compiler, see hatch_build.py")
    assert isinstance(scanner(layouts), CompiledScan)
    assert isinstance(sieve(directory), CompiledSieve)


@pytest.mark.parametrize(
    ("variable", "value"), [("NATIVE", "maybe"), ("SPEED", "quick"), ("OPS_PORT", "99999")]
)
def test_setting_that_makes_no_sense_is_named_with_its_value(monkeypatch, variable, value):
    monkeypatch.setenv(f"VITALS_{variable}", value)
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "worker", "--kafka", "127.0.0.1:1"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"VITALS_{variable}={value}: Input should be")
    assert len(done.stderr.splitlines()) == 1
