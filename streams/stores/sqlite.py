"""The embedded store: one SQLite file in WAL mode, from the standard library."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from streams.clock import fresh_id
from streams.stores import sqlite_schema as schema
from streams.stores.store import (
    Event,
    Family,
    Forecast,
    Row,
    Score,
    State,
    StoreRefusedError,
    StoreUnavailableError,
    Vital,
    newest_first,
)
from streams.stores.verdict import Verdict

T = TypeVar("T")

RETENTION = timedelta(days=30)
"""How long values and finished events are kept unless told otherwise."""
_BUSY_SECONDS = 5.0
_PRUNE_STEPS = 50
"""A series is pruned each time it has moved on by a fiftieth of the retention."""


class SqliteStore:
    """A store in a file; one process writes it, others may read it meanwhile.

    Writes are one transaction a batch with `synchronous=FULL`: after a kill or a power cut either
    the whole batch is there or nothing of it.

    Args:
        path: The file; it and its folder are made where absent.
        retention: Values that lie further than this behind the newest of their own series go, and
            finished events that lie as far behind the newest event. Event time counts, so that a
            recording of years ago is kept as well as today's.

    Raises:
        StoreUnavailableError: The file cannot be opened now.
        StoreRefusedError: It is not an SQLite database.
    """

    def __init__(self, path: Path, retention: timedelta = RETENTION) -> None:
        self._retention_ms = int(retention / timedelta(milliseconds=1))
        self._pruned: dict[tuple[str, str, str], int] = {}
        self._events_pruned = 0
        self._writing, self._reading = threading.Lock(), threading.Lock()
        with _typed_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = _connect(path)
            self._writer.executescript(schema.SCHEMA)
            for table in schema.WITH_ABOUT:
                columns = [row[1] for row in self._writer.execute(f"PRAGMA table_info({table})")]
                if "about" not in columns:
                    self._writer.execute(schema.ADD_ABOUT.format(table=table))
            self._reader = _connect(path)
            self._reader.execute("PRAGMA query_only = ON")
            self.identity = self._named()

    def _named(self) -> str:
        """The name given to this file's contents when they began."""
        with self._writer:
            self._writer.execute(
                "INSERT OR IGNORE INTO about VALUES ('identity', ?)", (fresh_id(),)
            )
        found = self._writer.execute("SELECT value FROM about WHERE name = 'identity'").fetchone()
        return f"sqlite-{found[0]}"

    def write(self, rows: Sequence[Row]) -> None:
        """Keep rows in one transaction; see `Store.write`."""
        vitals = [schema.of_vital(row) for row in rows if isinstance(row, Vital)]
        scores = [schema.of_score(row) for row in rows if isinstance(row, Score)]
        forecasts = [schema.of_forecast(row) for row in rows if isinstance(row, Forecast)]
        verdicts = [schema.of_verdict(row) for row in rows if isinstance(row, Verdict)]
        events = [schema.of_event(row) for row in rows if isinstance(row, Event)]
        with self._writing, _typed_errors(), self._writer:
            self._writer.executemany(schema.WRITE_VITAL, vitals)
            self._writer.executemany(schema.WRITE_SCORE, scores)
            self._writer.executemany(schema.WRITE_FORECAST, forecasts)
            self._writer.executemany(schema.WRITE_VERDICT, verdicts)
            self._write_events(events)
            self._prune("vitals", vitals)
            self._prune("scores", scores)
            self._prune("forecasts", forecasts)
            self._prune("verdicts", verdicts)
            if events:
                self._prune_events(max(event[5] for event in events))

    def _write_events(self, events: Sequence[tuple[Any, ...]]) -> None:
        """Keep events and what follows from them for the states of their subjects."""
        self._writer.executemany(schema.WRITE_EVENT, events)
        self._writer.executemany(schema.WRITE_STATE, [(*event, event[5]) for event in events])
        since = [(time, family, subject, time) for _, family, subject, _, _, time, *_ in events]
        self._writer.executemany(schema.WRITE_SINCE, since)

    def _prune(self, table: str, values: Sequence[tuple[Any, ...]]) -> None:
        """Drop what has fallen out of the retention in the series of these values."""
        newest: dict[tuple[str, str], int] = {}
        for zone, indicator, end, *_ in values:
            newest[zone, indicator] = max(end, newest.get((zone, indicator), end))
        for (zone, indicator), end in newest.items():
            series = (table, zone, indicator)
            if end - self._pruned.setdefault(series, end) < self._retention_ms // _PRUNE_STEPS:
                continue
            self._pruned[series] = end
            self._writer.execute(
                f"DELETE FROM {table} WHERE zone = ? AND indicator = ? AND window_end < ?",  # noqa: S608
                (zone, indicator, end - self._retention_ms),
            )

    def _prune_events(self, newest: int) -> None:
        """Drop old events and finished states; what is active stays however old it is."""
        if newest - self._events_pruned < self._retention_ms // _PRUNE_STEPS:
            return
        self._events_pruned = newest
        floor = (newest - self._retention_ms,)
        self._writer.execute("DELETE FROM states WHERE time < ? AND NOT active", floor)
        self._writer.execute(
            "DELETE FROM events WHERE time < ? AND NOT EXISTS (SELECT 1 FROM states AS s WHERE"
            " s.family = events.family AND s.subject = events.subject AND s.active)",
            floor,
        )

    def latest_vitals(self) -> list[Vital]:
        """See `Store.latest_vitals`."""
        return self._read(schema.to_vital, schema.LATEST_VITALS)

    def latest_scores(self) -> list[Score]:
        """See `Store.latest_scores`."""
        return self._read(schema.to_score, schema.LATEST_SCORES)

    def latest_forecasts(self) -> list[Forecast]:
        """See `Store.latest_forecasts`."""
        found = self._read(schema.to_forecast, schema.LATEST_FORECASTS)
        return sorted(found, key=lambda row: (row.zone, row.indicator, row.horizon))

    def latest_verdicts(self) -> list[Verdict]:
        """See `Store.latest_verdicts`."""
        return self._read(schema.to_verdict, schema.LATEST_VERDICTS)

    def verdicts(self, terminal: str) -> list[Verdict]:
        """See `Store.verdicts`."""
        return self._read(schema.to_verdict, schema.VERDICTS, (terminal,))

    def series(self, zone: str, indicator: str, since: datetime, until: datetime) -> list[Vital]:
        """See `Store.series`."""
        bounds = (schema.to_ms(since), schema.to_ms(until))
        return self._read(schema.to_vital, schema.SERIES, (zone, indicator, *bounds))

    def alerts(self, *, active_only: bool) -> list[State]:
        """See `Store.alerts`."""
        return self._states(Family.ALERT, active_only=active_only)

    def orders(self, *, open_only: bool) -> list[State]:
        """See `Store.orders`."""
        return self._states(Family.WORKORDER, active_only=open_only)

    def order(self, order: str) -> State | None:
        """See `Store.order`."""
        query = f"{schema.STATES} AND subject = ?"
        found = self._read(schema.to_state, query, (Family.WORKORDER.value, order))
        return found[0] if found else None

    def refusals(self) -> list[State]:
        """See `Store.refusals`."""
        return self._states(Family.REFUSAL, active_only=False)

    def history(self, family: Family, subject: str) -> list[Event]:
        """See `Store.history`."""
        return self._read(schema.to_event, schema.HISTORY, (family.value, subject))

    def close(self) -> None:
        """Release the file."""
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()

    def _states(self, family: Family, *, active_only: bool) -> list[State]:
        query = f"{schema.STATES} AND active" if active_only else schema.STATES
        return newest_first(self._read(schema.to_state, query, (family.value,)))

    def _read(
        self, make: Callable[[Sequence[Any]], T], query: str, values: Sequence[object] = ()
    ) -> list[T]:
        with self._reading, _typed_errors():
            return [make(columns) for columns in self._reader.execute(query, values)]


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def _typed_errors() -> Iterator[None]:
    """Tell what may pass by itself (a full disk, a lock) from rows that can never be written."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.DataError) as error:
        raise StoreRefusedError(str(error)) from error
    except (sqlite3.OperationalError, OSError) as error:
        raise StoreUnavailableError(str(error)) from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise StoreRefusedError(str(error)) from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise StoreRefusedError(f"not an SQLite database: {error}") from error
        # Anything else, even damage, is mended by people; until then nothing may be skipped.
        raise StoreUnavailableError(str(error)) from error
