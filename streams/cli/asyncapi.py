"""`vitals asyncapi`: topics, keys, messages and vital signs as a document for integrators."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from indicators.registry import catalogue
from streams.asyncapi.document import document
from streams.citypack import PackError, load_pack
from streams.settings import Settings


def asyncapi(
    city: Annotated[
        Path | None, typer.Option(help="City pack whose figures count; VITALS_CITY without it")
    ] = None,
) -> None:
    """Print the AsyncAPI 3.0 document of the topics, as YAML.

    Addresses, prefix and numbers of partitions are those of the environment (`VITALS_…`).

    Examples:
      vitals asyncapi > asyncapi.yaml
    """
    settings = Settings()
    try:
        pack = load_pack(city or settings.city)
    except PackError as error:
        typer.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise typer.Exit(1) from None
    found = document(catalogue(pack.limits), settings)
    dumper = yaml.SafeDumper
    # The same schema in two places is written twice: anchors are hard to read.
    dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]
    typer.echo(yaml.dump(found, Dumper=dumper, allow_unicode=True, sort_keys=False), nl=False)
