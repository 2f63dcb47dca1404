"""The connection to InfluxDB: lines out, Flux questions back, typed errors."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import msgspec
from influxdb_client import Dialect, InfluxDBClient
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from streams.stores.influx_lines import to_ms
from streams.stores.store import StoreRefusedError, StoreUnavailableError

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)
"""Bounds of "always"; Flux would end a range at the server's now, and event time may be later."""

_MAX_LINES = 5000
_REFUSALS = {
    HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY,
}  # fmt: skip
"""What a server says to data it will never take. A wrong token or a missing bucket is not among
them: people mend these, and until then nothing may be skipped."""


class InfluxAddress(msgspec.Struct, frozen=True):
    """Where the series are.

    Attributes:
        url: Of the server, e.g. http://influx:8086.
        token: 2.x: an API token; 1.8: `user:password`, or empty where nobody logs in.
        org: 2.x: the organisation; 1.8: `-`.
        bucket: 2.x: the bucket; 1.8: `database/retention policy`.
    """

    url: str
    token: str = ""
    org: str = "-"
    bucket: str = "city"


class InfluxLink:
    """One client. Nothing is sent before the first call.

    Args:
        address: The server.
        timeout: Of a call, s.
    """

    def __init__(self, address: InfluxAddress, timeout: float) -> None:
        self._address = address
        self._client = InfluxDBClient(
            url=address.url, token=address.token or "-:-", org=address.org,
            timeout=int(timeout * 1000), enable_gzip=True,
        )  # fmt: skip
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)
        self._questions = self._client.query_api()
        self._is_open = True

    def write(self, lines: Sequence[str]) -> None:
        """Send lines in batches; on return the server has them.

        Raises:
            StoreRefusedError: The server will never take some of them; the others are written.
            StoreUnavailableError: The server is away, overloaded or not set up.
        """
        with self._typed_errors():
            for first in range(0, len(lines), _MAX_LINES):
                batch = "\n".join(lines[first : first + _MAX_LINES])
                self._writer.write(self._address.bucket, self._address.org, batch)

    def ask(self, since: datetime, until: datetime, rest: str) -> list[dict[str, str]]:
        """Rows of one flat table.

        Args:
            since: First instant, aware.
            until: First instant behind the last.
            rest: Flux after `range`; it must end in one table (`group()`).

        Raises:
            StoreUnavailableError: The server is away or answers with an error.
        """
        bucket = quoted(self._address.bucket)
        flux = (
            f"from(bucket: {bucket})"
            f" |> range(start: {_literal(since)}, stop: {_before(until)}) {rest}"
        )
        with self._typed_errors(refusals=False):
            plain = Dialect(annotations=[], header=True, delimiter=",")
            answer = self._questions.query_raw(flux, org=self._address.org, dialect=plain)
            text = answer.data.decode()
        rows = list(csv.DictReader(line for line in text.splitlines(keepends=True) if line.strip()))
        # A failure after the first byte comes as a table of errors with status 200.
        if rows and "error" in rows[0]:
            raise StoreUnavailableError(rows[0]["error"])
        return rows

    def close(self) -> None:
        """Release the connections."""
        self._is_open = False
        self._writer.close()
        self._client.close()

    @contextmanager
    def _typed_errors(self, *, refusals: bool = True) -> Iterator[None]:
        if not self._is_open:
            raise StoreUnavailableError("the store is closed")
        try:
            yield
        except (ApiException, InfluxDBError) as error:
            status = getattr(error, "status", None)
            said = str(getattr(error, "message", None) or getattr(error, "body", None) or error)
            if refusals and status in _REFUSALS:
                raise StoreRefusedError(said) from error
            raise StoreUnavailableError(f"InfluxDB answers {status}: {said}") from error
        except (HTTPError, OSError) as error:
            raise StoreUnavailableError(f"InfluxDB does not answer: {error}") from error


def quoted(value: str) -> str:
    """A Flux string literal."""
    inner = value.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return f'"{inner}"'


def _literal(instant: datetime) -> str:
    """A Flux time literal; milliseconds, for the bounds that we ask for are not finer."""
    exact = BEGINNING + timedelta(milliseconds=to_ms(instant))
    return exact.strftime("%Y-%m-%dT%H:%M:%S.") + f"{exact.microsecond // 1000:03d}Z"


def _before(instant: datetime) -> str:
    """A Flux time literal 1 ns earlier.

    A range's end is exclusive in 2.x and inclusive in 1.8; no point of ours has this nanosecond, so
    both read the same.
    """
    return _literal(instant - timedelta(milliseconds=1)).removesuffix("Z") + "999999Z"
