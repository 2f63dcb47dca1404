"""Compiles the twins of the hot path, sensors/native/*.c.

It runs as a part of every install, and as `python hatch_build.py` when a source has changed.

Without a C compiler, or where it fails, the package is installed without them and does the same
work with numpy, at about half the speed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # outside a build there is no hatchling, and no hook to be
    BuildHookInterface = object

FOLDER = Path(__file__).parent / "sensors" / "native"
LIBRARY = "vitals.so"
# Results must be those of numpy to the last bit: no fused multiply-add, no fast mathematics.
FLAGS = ["-std=gnu11", "-O2", "-ffp-contract=off", "-fPIC", "-shared", "-Wall", "-Wextra"]


def compile_native(folder: Path = FOLDER) -> str | None:
    """Compile a folder's C files into its library; says why not where that could not be done.

    A library that could not be made anew is removed: it may be of another version.
    """
    library = folder / LIBRARY
    compiler = os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if compiler is None:
        library.unlink(missing_ok=True)
        return "no C compiler (cc, gcc, clang; or name one by CC=…)"
    sources = sorted(map(str, folder.glob("*.c")))
    # Into a file of its own first: a running worker may have the old one open.
    made = library.with_suffix(f".{os.getpid()}")
    command = [*compiler.split(), *FLAGS, "-o", str(made), *sources, "-lm"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{compiler}: {error}"
    if done.returncode:
        made.unlink(missing_ok=True)
        library.unlink(missing_ok=True)
        return f"{' '.join(command)} failed:\n{done.stderr.strip()}"
    made.replace(library)
    return None


class NativeHook(BuildHookInterface):  # type: ignore[misc]  # hatchling is not there outside builds
    """Puts the library into the wheel where it could be compiled."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See hatchling."""
        del version
        why_not = compile_native()
        if why_not is not None:
            self.app.display_warning(f"without the compiled hot path: {why_not}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"].append(str((FOLDER / LIBRARY).relative_to(self.root)))


if __name__ == "__main__":
    failure = compile_native()
    if failure:
        sys.stderr.write(f"without the compiled hot path: {failure}\n")
