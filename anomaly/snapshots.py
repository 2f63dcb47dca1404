"""Snapshots: the state of one thing as bytes, which only the same version of it reads again."""

from typing import Generic, Protocol, TypeVar

import msgspec


class Versioned(Protocol):
    """A state that says by which version it was written."""

    @property
    def version(self) -> int: ...  # noqa: D102


State = TypeVar("State", bound=Versioned)


class Snapshots(Generic[State]):
    """Writes and reads the states of one kind (MessagePack).

    Args:
        what: Whose they are, as errors say it.
        version: The only one that is read.
        kind: The struct of a state.
    """

    def __init__(self, what: str, version: int, kind: type[State]) -> None:
        self._what, self._version = what, version
        self.write = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode

    def read(self, snapshot: bytes) -> State:
        """The state in a snapshot.

        Raises:
            ValueError: It is of another version, or of something else.
        """
        try:
            state = self._decode(snapshot)
        except msgspec.DecodeError as error:
            raise ValueError(f"no snapshot of a {self._what}: {error}") from None
        if state.version != self._version:
            raise ValueError(
                f"snapshot of {self._what} version {state.version}, not {self._version}"
            )
        return state
