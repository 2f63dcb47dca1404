"""Structured logs of every process: one line an event, on standard error, readable or JSON."""

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

_QUIET = ("aiokafka", "kafka", "uvicorn.access", "asyncio", "urllib3", "httpx", "httpcore")
"""Libraries that tell of their normal work at INFO; normal operation should be quiet."""


def configure(level: str, *, json: bool) -> None:
    """Send this process's logs, those of its libraries included, to standard error.

    May be called again; the last call holds.

    Args:
        level: debug, info, warning or error.
        json: One JSON object a line instead of the console's columns.

    Raises:
        ValueError: The level is unknown.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"unknown log level {level!r}: use debug, info, warning or error")
    before = _before()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Tests and `vitals up` configure again; a cached logger would keep the first set-up.
        cache_logger_on_first_use=False,
    )
    _install(logging.StreamHandler(sys.stderr), before, json=json)
    logging.getLogger().setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def _before() -> list[Processor]:
    """What every event passes, ours or a library's."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _install(handler: logging.Handler, before: list[Processor], *, json: bool) -> None:
    """Make `handler` the root logger's only one, with the wanted rendering."""
    rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json:
        rendering += [
            # Without the locals: they hold whole frames, and a line of log should not.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        rendering.append(
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=rendering)
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
