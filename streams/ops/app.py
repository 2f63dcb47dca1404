"""The operations page as a web application: the page itself, and what makes it one."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import jinja2
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from sensors.city import City
from streams.clock import wall_seconds
from streams.lineage.live import no_readings
from streams.ops import actions, api
from streams.ops.commands import CommandSender
from streams.ops.context import Context, OpsContext, ReadingsOf
from streams.ops.ledger import MeteredLedger
from streams.ops.order_views import alert_views, ledger_view, order_views
from streams.ops.views import places
from streams.ops.wording import Wording
from streams.stores.store import Store, StoreUnavailableError

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True,
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


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
    app.state.context = OpsContext(
        store, ledger, city, command_sender, wording or Wording(), clock, readings
    )
    app.include_router(api.router)
    app.include_router(actions.router)
    app.add_api_route("/", page, response_class=HTMLResponse, include_in_schema=False)
    app.add_api_route("/board", board, response_class=HTMLResponse, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.add_exception_handler(StoreUnavailableError, _store_is_away)
    app.middleware("http")(_with_headers)
    return app


def page(context: Context) -> HTMLResponse:
    """The whole page. Where the store is away it says so and goes on asking."""
    try:
        inner = _board(context)
    except StoreUnavailableError:
        inner = _templates.get_template("away.html").render()
    return HTMLResponse(_templates.get_template("page.html").render(board=inner))


def board(context: Context) -> HTMLResponse:
    """The part of the page that changes."""
    return HTMLResponse(_board(context))


def _board(context: OpsContext) -> str:
    now, store = context.now(), context.store
    above, zones = places(store.latest_vitals(), context.city, context.wording, now)
    alerts = alert_views(store.alerts(active_only=True), context.city, context.wording, now)
    orders = order_views(
        store.orders(open_only=True), store.refusals(), context.city, context.wording, now
    )
    return _templates.get_template("board.html").render(
        above=above, zones=zones, alerts=alerts, orders=orders,
        ledger=ledger_view(context.ledger.city(), context.ledger.total()),
    )  # fmt: skip


async def _store_is_away(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": f"the store is away: {error}"}, status_code=503)


async def _with_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    response.headers.update(_HEADERS)
    return response
