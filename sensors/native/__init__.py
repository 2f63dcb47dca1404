"""The compiled twins of the hot path, where they were built; without them numpy does the same work.

`make setup` compiles `*.c` beside this file if the machine has a C compiler (build_native.py).
Nothing depends on it but speed: each twin gives the bytes of its Python original, and the tests run
over both.
"""

import ctypes
from importlib.machinery import EXTENSION_SUFFIXES
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_ABI: Final = 3
"""VITALS_ABI of native.h."""
PATH: Final = f"{__path__[0]}/vitals{EXTENSION_SUFFIXES[-1]}"
"""Where the compiled library is, if it was built."""


def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(PATH)
    except OSError:
        return None
    return library if library.vitals_start() == _ABI else None


_library: Final = _load()
_is_wanted = True


def library() -> ctypes.CDLL | None:
    """The compiled library; None where there is none, or it is of another version, or refused."""
    return _library if _is_wanted else None


def use(*, compiled: bool) -> None:
    """Choose between the twins for everything that is made from now on; compiled by default."""
    global _is_wanted  # noqa: PLW0603 - one choice for the process
    _is_wanted = compiled


def pointer(array: npt.NDArray[Any]) -> int:
    """The address of a contiguous array's first element; the array must outlive its use."""
    # `array.ctypes.data` is the same, and makes three objects to say so.
    address: int = array.__array_interface__["data"][0]
    return address


class Struct(ctypes.Structure):
    """A struct of native.h. Arrays given for pointers are kept alive with it."""

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401 - numbers, arrays, structs
        self.kept = tuple(fields.values())
        plain = {
            name: pointer(value) if isinstance(value, np.ndarray) else value
            for name, value in fields.items()
        }
        super().__init__(**plain)
