"""What a snapshot of a zone partition consists of, as blocks that change apart from each other.

- `partition`: what belongs to no zone;
- `zone/<id>`: signs, scores and forecasts of a zone;
- `faults/<id>`: its fault judges, which are asked more seldom;
- `groups/<n>`: which quantities share a group, 256 groups a block, written once;
- `accounts/<n>`: the ledger's rows of 256 terminals, when they were last heard, their lags;
- `rows/delta/<n>`: the rows that came or changed between two dumps;
- `rows/base/<n>`: all rows of every 64th group.

Each dump writes one delta and one base in turn. So after 64 dumps every base is newer than the
65th last delta, which is taken back: a snapshot is never more than 64 bases and 64 deltas, and
nothing is ever written a second time but a 64th of the rows.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec
import numpy as np

from anomaly.forecasting import ForecastSeries
from anomaly.joint_scores import JointSeries
from anomaly.stage import Series
from indicators.past_values import packed, unpacked
from indicators.state import ZoneState
from sensors.decimals import Floats, Ints
from sensors.directory import OUTCOMES, Directory
from sensors.ledger import Account, Ledger
from sensors.native.finding import rows_at
from sensors.regions import NEVER
from sensors.row_store import RowStore
from streams.engine.packing import pack, unpack
from streams.engine.rejecting import Numbers
from streams.engine.row_block import decode_rows, encode_rows

PARTITION_BLOCK: Final = "partition"
BUCKETS: Final = 64
_CHUNK: Final = 256
_Opener = Callable[[str], bool]


class ZoneSnapshot(msgspec.Struct):
    """One zone: vitals, scores and forecasts, and the grid of windows that they stand on."""

    vitals: ZoneState = msgspec.field(default_factory=ZoneState)
    scores: dict[str, Series] = {}
    joints: dict[str, JointSeries] = {}
    forecasts: dict[str, ForecastSeries] = {}
    grid: dict[str, int] = {}

    def fit(self, grid: dict[str, int]) -> None:
        """Begin the windows anew where they stand on the grid of another city pack."""
        if self.grid and self.grid != grid:
            self.vitals = ZoneState()
        # Zones share their grids.
        self.grid = grid

    def encode(self) -> bytes:
        """The zone's block; packed to a third of its length where that is worth the time."""
        return pack(_encoder.encode(self))

    @staticmethod
    def decode(block: bytes) -> "ZoneSnapshot":
        """What was encoded.

        Raises:
            msgspec.DecodeError: The block is of another version.
            zlib.error: It is damaged.
        """
        return _decoder.decode(unpack(block))


_encoder = msgspec.msgpack.Encoder(enc_hook=packed)
_decoder = msgspec.msgpack.Decoder(ZoneSnapshot, dec_hook=unpacked)


class PartitionSnapshot(msgspec.Struct):
    """What belongs to no zone. Times are Unix ms.

    Attributes:
        now: Stream time.
        clock: The last clock that districts were told.
        seqs: The last number of what each district partition was told.
        strangers: The ledger of what belongs to no known terminal.
        letters: Tells dead letters apart that are otherwise equal.
        reasons: Refusals of known terminals by reason.
        oldest: Smallest accepted event time, 0 before the first.
        newest: Largest accepted event time.
        floors: Group → instants before this were forgotten.
    """

    now: int = 0
    clock: int = 0
    seqs: list[int] = []
    strangers: Ledger = msgspec.field(default_factory=Ledger)
    letters: Numbers = msgspec.field(default_factory=Numbers)
    reasons: dict[str, int] = {}
    oldest: int = 0
    newest: int = 0
    floors: dict[int, int] = {}


class _Accounts(msgspec.Struct, array_like=True):
    terminals: list[str]
    counts: bytes
    heard: bytes
    lags: list[dict[int, int]]


class Blocks:
    """Dumps and loads terminals, groups and rows.

    Args:
        directory: Terminals and groups.
        store: Rows.
    """

    def __init__(self, directory: Directory, store: RowStore) -> None:
        self._directory, self._store = directory, store
        self._rows_at = rows_at(store)
        self._fresh: list[tuple[Ints, Ints]] = []
        self._has_dumped = False
        self._booked: set[int] = set()
        self._stale: set[int] = set()
        self._groups_written = 0
        self._number = 0

    def changed(self, groups: Ints, instants: Ints) -> None:
        """Note rows that were added or got values; none before the first dump, which has all."""
        if self._has_dumped:
            self._fresh.append((groups, instants))

    def booked(self, terminals: Ints) -> None:
        """Note terminals whose ledger or last word changed."""
        self._booked.update(np.flatnonzero(np.bincount(terminals // _CHUNK)).tolist())

    def floors(self) -> dict[int, int]:
        """Floor of each group that has forgotten something."""
        floor = self._store.floor
        return {g: int(floor[g]) for g in np.flatnonzero(floor > NEVER).tolist()}

    # -- dumping --------------------------------------------------------------------------------

    def dump(self, *, everything: bool) -> dict[str, bytes | None]:
        """The blocks that changed, or all; None: the block is no more."""
        blocks: dict[str, bytes | None] = {}
        self._has_dumped = True
        fresh, self._fresh = self._fresh, []
        self._dump_groups(blocks, 0 if everything else self._groups_written)
        self._dump_accounts(blocks, everything=everything)
        if everything:
            for bucket in range(BUCKETS):
                self._dump_base(blocks, bucket)
            self._stale.clear()
            self._number = 0
            return blocks
        if fresh:
            groups = np.concatenate([part[0] for part in fresh])
            instants = np.concatenate([part[1] for part in fresh])
            rows = self._rows_at(groups, instants)
            blocks[f"rows/delta/{self._number}"] = encode_rows(*rows)
            self._stale.update(np.unique(groups % BUCKETS).tolist())
        bucket = self._number % BUCKETS
        if bucket in self._stale:
            self._dump_base(blocks, bucket)
            self._stale.remove(bucket)
        if self._number >= BUCKETS:
            blocks[f"rows/delta/{self._number - BUCKETS}"] = None
        self._number += 1
        return blocks

    def _dump_groups(self, blocks: dict[str, bytes | None], since: int) -> None:
        directory = self._directory
        total = len(directory.members)
        for chunk in range(since // _CHUNK, -(-total // _CHUNK)):
            if total == since:
                break
            members = directory.members[chunk * _CHUNK : (chunk + 1) * _CHUNK]
            names = [[directory.name_of(c) if c >= 0 else "" for c in group] for group in members]
            blocks[f"groups/{chunk}"] = msgspec.msgpack.encode(names)
        self._groups_written = total

    def _dump_accounts(self, blocks: dict[str, bytes | None], *, everything: bool) -> None:
        directory = self._directory
        chunks = range(-(-len(directory.terminals) // _CHUNK)) if everything else self._booked
        heard = directory.heard_all()
        for chunk in sorted(chunks):
            part = slice(chunk * _CHUNK, (chunk + 1) * _CHUNK)
            accounts = _Accounts(
                directory.terminals[part],
                directory.counts[part].tobytes(),
                heard[part].tobytes(),
                directory.lags[part],
            )
            blocks[f"accounts/{chunk}"] = msgspec.msgpack.encode(accounts)
        self._booked = set()

    def _dump_base(self, blocks: dict[str, bytes | None], bucket: int) -> None:
        groups = np.arange(bucket, len(self._store), BUCKETS)
        if groups.size:
            blocks[f"rows/base/{bucket}"] = encode_rows(*self._store.rows_of(groups))

    # -- loading --------------------------------------------------------------------------------

    def load(self, blocks: Mapping[str, bytes], own: PartitionSnapshot, opens: _Opener) -> None:
        """Take over what was dumped.

        Args:
            blocks: All blocks.
            own: The partition's own block; what is booked of terminals that left goes there.
            opens: Numbers a terminal; False where it left the city pack.
        """
        for name in _numbered(blocks, "accounts"):
            self._load_accounts(msgspec.msgpack.decode(blocks[name], type=_Accounts), own, opens)
        groups = [
            names
            for name in _numbered(blocks, "groups")
            for names in msgspec.msgpack.decode(blocks[name], type=list[list[str]])
        ]
        group_of = [self._load_group(names) for names in groups]
        for group, floor in own.floors.items():
            if group_of[group] >= 0:
                self._store.floor[group_of[group]] = floor
        rows = [
            decode_rows(blocks[name])
            for kind in ("base", "delta")
            for name in _numbered(blocks, f"rows/{kind}")
        ]
        widths = np.array([len(names) for names in groups], np.int64)
        self._load_rows(rows, np.array(group_of, np.int64), widths)

    def _load_accounts(self, found: _Accounts, own: PartitionSnapshot, opens: _Opener) -> None:
        counts = np.frombuffer(found.counts, np.int64).reshape(-1, OUTCOMES)
        heard = np.frombuffer(found.heard, np.int64)
        columns = found.terminals, counts, heard.tolist(), found.lags
        for terminal, row, at, lags in zip(*columns, strict=True):
            if opens(terminal):
                number = self._directory.terminal_of(terminal)
                if number is not None:
                    self._directory.counts[number] = row
                    self._directory.set_heard(number, at)
                    self._directory.lags[number] = lags
            elif row[0]:
                # The terminal left the pack; what was booked of it stays booked.
                own.strangers.account(terminal).add(Account(*row.tolist()))

    def _load_group(self, names: list[str]) -> int:
        channels = [self._directory.channel_of(name) for name in names]
        if all(channel is None for channel in channels):
            return -1
        return self._directory.open_group([-1 if c is None else c for c in channels])

    def _load_rows(
        self, parts: Iterable[tuple[Ints, Ints, Floats]], group_of: Ints, widths: Ints
    ) -> None:
        groups, instants, values = [], [], []
        for old, at, cells in parts:
            is_kept = group_of[old] >= 0
            groups.append(group_of[old][is_kept])
            instants.append(at[is_kept])
            values.append(cells[np.repeat(is_kept, widths[old])])
        if groups:
            self._store.restore(
                np.concatenate(groups), np.concatenate(instants), np.concatenate(values)
            )


def _numbered(blocks: Mapping[str, bytes], kind: str) -> list[str]:
    """The names of the blocks of a kind, by number."""
    names = [name for name in blocks if name.startswith(f"{kind}/")]
    return sorted(names, key=lambda name: int(name.rpartition("/")[2]))
