"""The page of measurements: every command replaces its own section and leaves the others."""

import re
from pathlib import Path
from typing import Final

SECTIONS: Final = ("engine", "scale", "replay", "gateway")
"""In the order in which they stand on the page."""

_HEAD: Final = """\
# Benchmarks

Written by `vitals bench … --write docs/benchmarks.md`; each command replaces its own section. A
figure counts only beside the others of its own run: machines differ, and so does the same machine
from hour to hour.
"""


def write_section(page: Path, name: str, text: str) -> None:
    """Put a section on the page, in the place of its earlier version.

    Args:
        page: A Markdown file; made if missing.
        name: One of `SECTIONS`.
        text: The section with its heading.

    Raises:
        ValueError: There is no such section.
        OSError: The page cannot be written.
    """
    if name not in SECTIONS:
        raise ValueError(f"no section {name!r}; there are {', '.join(SECTIONS)}")
    known = sections_of(page.read_text("utf-8")) if page.exists() else {}
    known[name] = text.strip()
    parts = [_between(section, known[section]) for section in SECTIONS if section in known]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join([_HEAD, *parts]), "utf-8")


def sections_of(text: str) -> dict[str, str]:
    """Section → its text, of a page that `write_section` wrote."""
    found = re.findall(r"<!-- begin (\w+) -->\n(.*?)\n<!-- end \1 -->", text, re.DOTALL)
    return {name: body.strip() for name, body in found if name in SECTIONS}


def _between(name: str, text: str) -> str:
    return f"<!-- begin {name} -->\n{text}\n<!-- end {name} -->\n"
