"""Where the seeds are: city packs, defaults and scenarios that come with the program."""

from pathlib import Path

_STREAMS = Path(__file__).resolve().parent


def seeds_dir() -> Path:
    """The folder of the seeds: inside the package once installed, beside it in a checkout."""
    installed = _STREAMS / "seeds"
    return installed if installed.is_dir() else _STREAMS.parent / "seeds"
