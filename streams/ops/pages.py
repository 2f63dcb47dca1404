"""The HTML routes: the board, a place with all its vital signs, and what a value is made of."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import jinja2
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from streams.ops.context import Context, OpsContext
from streams.ops.explain_views import explain_view
from streams.ops.explaining import explained
from streams.ops.order_views import alert_views, ledger_view, order_views
from streams.ops.outlook_views import beside
from streams.ops.views import PlaceView, places
from streams.stores.store import StoreUnavailableError

ZONES_SHOWN = 24
"""Zones with a card of their own, the worst; of the others a name and an index."""

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True,
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


@router.get("/")
def page(request: Request) -> HTMLResponse:
    """The whole page. Where the store is away it says so and goes on asking."""
    try:
        inner: str = request.app.state.board()
    except StoreUnavailableError:
        inner = _render("away.html")
    return HTMLResponse(_render("page.html", inner=inner, source="/board", title=""))


@router.get("/board")
def board(request: Request) -> HTMLResponse:
    """The part of the page that changes."""
    return HTMLResponse(request.app.state.board())


@router.get("/places/{place}")
def place_page(context: Context, place: str, *, part: bool = False) -> HTMLResponse:
    """All vital signs of a place under the twelve topics; with `part`, what changes of it."""
    above, zones = _places(context)
    found = next((view for view in (*above, *zones) if view.id == place), None)
    if found is None:
        return _refused(f"没有“{place}”的体征数据。", f"No vital signs of {place!r}.")
    known = [z for z in zones if place in _above(context, z.id)]
    inner = _render("place.html", place=found, members=known)
    if part:
        return HTMLResponse(inner)
    source = f"/places/{quote(place, safe='')}?part=true"
    return HTMLResponse(_render("page.html", inner=inner, source=source, title=found.label[0]))


@router.get("/explain")
async def explain(
    context: Context,
    id: Annotated[  # noqa: A002 - the query's name
        str, Query(description="place/sign, place/sign/window end, or an alert's id")
    ] = "",
) -> HTMLResponse:
    """What a value is made of; each part leads on to its own."""
    try:
        node = await explained(context, id, depth=1)
    except HTTPException as error:
        return _refused(f"无法解释“{id}”。", error.detail)
    view = explain_view(node, context.city, context.wording, context.now())
    inner = _render("explain.html", view=view)
    return HTMLResponse(_render("page.html", inner=inner, source="", title=view.title[0]))


def render_board(context: OpsContext) -> str:
    """The part of the page that changes, from the projection alone."""
    now, store = context.now(), context.store
    above, zones = _places(context)
    alerts = alert_views(store.alerts(active_only=True), context.city, context.wording, now)
    orders = order_views(
        store.orders(open_only=True), store.refusals(), context.city, context.wording, now
    )
    ledger = ledger_view(context.ledger.city(), context.ledger.total())
    return _render(
        "board.html", above=above, zones=zones[:ZONES_SHOWN], others=zones[ZONES_SHOWN:],
        alerts=alerts, orders=orders, ledger=ledger,
    )  # fmt: skip


def _places(context: OpsContext) -> tuple[list[PlaceView], list[PlaceView]]:
    store = context.store
    known = beside(store.latest_forecasts(), store.latest_scores())
    return places(store.latest_vitals(), context.city, context.wording, context.now(), known)


def _above(context: OpsContext, zone: str) -> tuple[str, ...]:
    """What a zone belongs to."""
    found = context.city.zones.get(zone)
    return (found.town, found.district) if found else ()


def _refused(zh: str, en: str) -> HTMLResponse:
    inner = _render("refused.html", zh=zh, en=en)
    return HTMLResponse(_render("page.html", inner=inner, source="", title=zh), 404)


def _render(template: str, **values: object) -> str:
    return _templates.get_template(template).render(**values)
