"""The operations page as a web application."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from sensors.city import City
from streams.clock import wall_seconds
from streams.lineage.live import no_readings
from streams.ops import actions, api, pages
from streams.ops.commands import CommandSender
from streams.ops.context import OpsContext, ReadingsOf
from streams.ops.kept import Kept
from streams.ops.ledger import MeteredLedger
from streams.ops.wording import Wording
from streams.stores.store import Store, StoreUnavailableError

BOARD_SECONDS = 1.0
"""However many look at the board, it is read and rendered once in this time."""
_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(  # noqa: PLR0913 - all that a page shows comes in here
    store: Store,
    ledger: MeteredLedger,
    city: City,
    command_sender: CommandSender,
    wording: Wording | None = None,
    clock: Callable[[], float] = wall_seconds,
    *,
    readings: ReadingsOf = no_readings,
) -> FastAPI:
    """Build the application; whoever serves it opens and closes what it is given.

    Args:
        store: Series, alerts, orders.
        ledger: The newest ledgers; its registry is served as /metrics.
        city: Places and their names.
        command_sender: Publishes what people ask.
        wording: Labels; ids are shown where absent.
        clock: Stream time, Unix seconds.
        readings: Finds the readings of values.
    """
    app = FastAPI(title="City vital signs: operations", docs_url=None, redoc_url=None)
    context = OpsContext(store, ledger, city, command_sender, wording or Wording(), clock, readings)
    app.state.context = context
    app.state.board = Kept(lambda: pages.render_board(context), BOARD_SECONDS)
    app.include_router(api.router)
    app.include_router(actions.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.add_exception_handler(StoreUnavailableError, _store_is_away)
    app.middleware("http")(_with_headers)
    return app


async def _store_is_away(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": f"the store is away: {error}"}, status_code=503)


async def _with_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    response.headers.update(_HEADERS)
    return response
