"""One file of a city pack: its bytes, its plain data, and problems with their lines."""

import json
from pathlib import Path
from typing import Any

import yaml

from streams.pack.place import Marks
from streams.pack.problem import Finding, Problem, show, spell


class Source:
    """A file that was read.

    Attributes:
        path: Where it is.
        content: Its bytes.
        plain: What it says, as mappings, lists and scalars; None where it cannot be parsed.
        problems: What was found so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = b""
        self.plain: object = None
        self.problems: list[Problem] = []
        try:
            self.content = path.read_bytes()
        except OSError as error:
            self._whole(1, path.name, f"cannot be read: {error.strerror}")
            return
        self._parse()

    def report(self, findings: list[Finding]) -> None:
        """Add problems, each with its line."""
        if not findings:
            return
        marks = Marks(self.content.decode("utf-8-sig"))
        for steps, value, mend in findings:
            line = marks.line_of(steps)
            self.problems.append(Problem(str(self.path), line, spell(steps), show(value), mend))

    def _parse(self) -> None:
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            self._whole(line, repr(self.content[error.start : error.end]), "save it as UTF-8")
            return
        try:
            is_json = self.path.suffix == ".json"
            self.plain = json.loads(text) if is_json else yaml.load(text, _EachOnce)  # noqa: S506 - it is a SafeLoader
        except json.JSONDecodeError as error:
            self._whole(error.lineno, _line(text, error.lineno), f"not JSON: {error.msg}")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self._whole(line, _line(text, line), f"not YAML: {error.problem}")
        except yaml.YAMLError as error:  # a control character has a position but no mark
            line = text.count("\n", 0, getattr(error, "position", 0)) + 1
            self._whole(line, _line(text, line), "not YAML: remove the control character")

    def _whole(self, line: int, value: str, mend: str) -> None:
        self.problems.append(Problem(str(self.path), line, "", show(value), mend))


_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _EachOnce(yaml.SafeLoader):
    """Of a field that is given twice YAML takes the last without a word.

    A date is left a word: where it is none, YAML's reader fails, and the field's names it.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - theirs is a plain attribute too
        first: [resolver for resolver in resolvers if resolver[0] != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - theirs
    ) -> dict[Any, Any]:
        known = set()
        for key, _ in node.value:
            if key.value in known:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key.value}` is given twice here: keep one", key.start_mark
                )
            known.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[min(number, len(lines)) - 1].strip()
