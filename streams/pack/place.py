"""The line of a value in a JSON or YAML file; only computed once there is a problem to report."""

import re

import yaml
from yaml.reader import Reader

from streams.pack.problem import Step, Steps

_ONLY_JSON = re.compile(f"[\\t\\x85\\u2028\\u2029]|{Reader.NON_PRINTABLE.pattern}")
_OTHER_NAMES = {"cadence": "cadence_s"}


class Marks:
    r"""The lines of one file.

    Args:
        text: The file. JSON is read as YAML, which gives marks for both.

    Example:
        >>> Marks('{"zones": [\n {"id": "a"},\n {"id": 7}]}').line_of(("zones", 1, "id"))
        3
    """

    def __init__(self, text: str) -> None:
        # JSON allows what YAML forbids or takes for a line's end; the lines stay the same.
        self._root = yaml.compose(_ONLY_JSON.sub(" ", text), Loader=yaml.SafeLoader)

    def line_of(self, steps: Steps) -> int:
        """The line (from 1) of a value, or of the nearest surrounding value that exists."""
        node, line = self._root, 1
        for step in steps:
            found = _child(node, step)
            if found is None:
                break
            node, line = found
        return line


def _child(node: yaml.Node | None, step: Step) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: yaml.Node = node.value[step]
        return item, item.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        return None
    names = {str(step), _OTHER_NAMES.get(str(step), str(step))}
    for key, value in node.value:
        if key.value in names:
            return value, key.start_mark.line + 1
    return None
