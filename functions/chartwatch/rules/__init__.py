"""How rules are read: YAML, validated, every error with file, line and field."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from chartwatch.domain.rules import RuleSet
from chartwatch.errors import RuleProblem
from chartwatch.rules.schema import RuleModel

MAX_BYTES = 256 * 1024
"""A larger rules file is refused unread: YAML can be made to grow without bound."""

_NOT_FIELDS = frozenset({"[key]", "not_", "in_", "from_", "constrained-int", "literal['all']", "str", "dict[str,str]"})
"""Parts of the places that pydantic names, which are none of the file."""


class Example(NamedTuple):
    """What a rule should say of a short history: `tells` of its last period, or not."""

    rule: str
    tells: bool
    periods: tuple[Mapping[str, str] | None, ...]


def default_rules() -> RuleSet:
    """Return the rules that come with Chartwatch."""
    return included_rules("default.yaml")


@cache
def included_rules(name: str) -> RuleSet:
    """Return the rules of a file beside default.yaml, by its name. Raises `RuleProblem`."""
    try:
        body = (resources.files(__name__) / name).read_bytes()
    except OSError as error:
        raise RuleProblem(name, "", "is not among the rules files that are deployed") from error
    return parse_rules(body, name)


def read_rules(path: Path) -> RuleSet:
    """Read a rules file. Raises `RuleProblem` that names the line and the field."""
    try:
        return parse_rules(path.read_bytes(), str(path))
    except OSError as error:
        raise RuleProblem(str(path), "", error.strerror or "cannot be read") from error


def parse_rules(body: bytes, name: str) -> RuleSet:
    """Return the rules that stand in `body`, a YAML list; `name` is what errors call the file."""
    return RuleSet(model.as_rule() for model in _models(body, name))


def parse_examples(body: bytes, name: str) -> list[Example]:
    """Return the examples that stand beside rules."""
    return [example for model in _models(body, name) for example in _examples(model)]


def _models(body: bytes, name: str) -> Sequence[RuleModel]:
    if len(body) > MAX_BYTES:
        raise RuleProblem(name, "", f"is larger than {MAX_BYTES} bytes")
    try:
        text = body.decode()
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_aliases(text, name)
        data = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise RuleProblem(name, f"line {body[: error.start].count(10) + 1}", "is not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RuleProblem(name, _place(mark), f"is not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise RuleProblem(name, "", f"is not YAML: {error}") from error
    if not isinstance(data, list) or not data or node is None:
        raise RuleProblem(name, "line 1", "should be a list of rules, each beginning with `- id:`")
    models: dict[str, RuleModel] = {}
    for index, item in enumerate(data):
        try:
            model = RuleModel.model_validate(item)
        except ValidationError as error:
            raise _problem(name, node, index, item, error) from error
        if model.id in models:
            raise RuleProblem(
                name, _place(_node_at(node, (index, "id")).start_mark), f"the id {model.id} is used twice"
            )
        models[model.id] = model
    return tuple(models.values())


def _examples(model: RuleModel) -> Iterator[Example]:
    if model.examples is not None:
        for tells, periods in ((True, model.examples.tells), (False, model.examples.silent)):
            placed = tuple({"US": said} if isinstance(said, str) else said for said in periods)
            yield Example(model.id, tells, placed)


def _refuse_aliases(text: str, name: str) -> None:
    """Refuse `*alias`: a few nested ones make a file of gigabytes, and rules need none."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise RuleProblem(name, _place(event.start_mark), "aliases (`*name`) are not allowed in rules")


def _problem(name: str, node: Any, index: int, item: Any, error: ValidationError) -> RuleProblem:
    first = error.errors()[0]
    path = [part for part in first["loc"] if part not in _NOT_FIELDS]
    found = _node_at(node, (index, *path))
    where = ".".join(str(part) for part in path)
    said = first["msg"].removeprefix("Value error, ")
    rule = f"rule {item['id']}" if isinstance(item, dict) and isinstance(item.get("id"), str) else f"rule {index + 1}"
    return RuleProblem(name, _place(found.start_mark), f"{rule}{f', {where}' if where else ''}: {said}")


def _node_at(node: Any, path: tuple[Any, ...]) -> Any:
    """Return the node at `path`, or the last one on the way that exists."""
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            node = found
        else:
            break
    return node


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
