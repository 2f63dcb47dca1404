"""The compiled twins of the hot path, where they were built; without them numpy does the same work.

`make setup` compiles `*.c` beside this file if the machine has a C compiler (hatch_build.py).
Nothing depends on it but speed: each twin gives the bytes of its Python original, and the tests run
over both.
"""

import ctypes
from importlib.machinery import EXTENSION_SUFFIXES
from operator import is_not
from typing import Any, Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt

ABI: Final = 13
"""VITALS_ABI of native.h."""
INT, POINTER = ctypes.c_int64, ctypes.c_void_p
PATH: Final = f"{__path__[0]}/vitals{EXTENSION_SUFFIXES[-1]}"
"""Where the compiled library is, if it was built."""


def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(PATH)
    except OSError:
        return None
    return library if library.vitals_start() == ABI else None


_library: Final = _load()
_is_wanted = True


def library() -> ctypes.CDLL | None:
    """The compiled library; None where there is none, or it is of another version, or refused."""
    return _library if _is_wanted else None


def use(*, compiled: bool) -> None:
    """Choose between the twins for everything that is made from now on; compiled by default."""
    global _is_wanted  # noqa: PLW0603 - one choice for the process
    _is_wanted = compiled


_first_byte: Final = ctypes.c_char.from_buffer


def pointer(array: npt.NDArray[Any]) -> int:
    """The address of an array's first element, which must outlive its use; 0 of an empty one.

    `array.ctypes.data` says the same in five times the time, and also where the array has gaps.

    Raises:
        TypeError: It has gaps, or is not to be written to.
    """
    return ctypes.addressof(_first_byte(array.data)) if array.size else 0


class Struct(ctypes.Structure):
    """A struct of native.h. Arrays given for pointers are kept alive with it."""

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401 - numbers, arrays, structs
        self.kept = tuple(fields.values())
        plain = {
            name: pointer(value) if isinstance(value, np.ndarray) else value
            for name, value in fields.items()
        }
        super().__init__(**plain)

    @classmethod
    def names(cls) -> list[str]:
        """The names of its fields."""
        return [field[0] for field in cls._fields_]


Kind = TypeVar("Kind", bound=Struct)


class View(Generic[Kind]):
    """An owner's arrays as a struct, made anew when one of them is another array than before.

    Args:
        kind: The struct; its fields have the names of the owner's arrays.
        owner: Has them.
    """

    def __init__(self, kind: type[Kind], owner: object) -> None:
        self._kind, self._owner = kind, owner
        self._names = kind.names()
        self._arrays: list[object] = [None] * len(self._names)
        self._struct = kind()

    def __call__(self) -> Kind:
        """The struct, for one call: arrays may be others after it."""
        arrays = [getattr(self._owner, name) for name in self._names]
        if any(map(is_not, arrays, self._arrays)):
            self._arrays = arrays
            self._struct = self._kind(**dict(zip(self._names, arrays, strict=True)))
        return self._struct
