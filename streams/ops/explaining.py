"""The lineage of a value, for the JSON interface and for the page."""

from fastapi import HTTPException
from fastapi.concurrency import run_in_threadpool

from streams.lineage.store import StoredRecords
from streams.lineage.tree import Lineage, LineageError, Node
from streams.ops.context import OpsContext


async def explained(context: OpsContext, id_: str, depth: int) -> Node:
    """What a value, an alert or a work order is made of, down to readings.

    Args:
        context: The page's world.
        id_: place/sign, place/sign/window end, or the id of an alert or an order.
        depth: How many levels down.

    Raises:
        HTTPException: 404: there is no such value; its detail says why.
    """
    records = StoredRecords(context.store, context.city)
    lineage = Lineage(records, context.city, context.wording.catalogue, depth)
    # A + that a browser was given as it is arrives as a space.
    wanted = id_.replace(" ", "+")
    try:
        async with context.explaining:
            trace = await run_in_threadpool(lineage.trace, wanted)
    except (LineageError, ValueError) as error:
        raise HTTPException(404, str(error)) from None
    found = await context.readings(trace.leaves)
    return await run_in_threadpool(trace.fill, found)
