"""How rules are read: YAML, validated, every error with file, line and field."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from chartwatch.domain.file_forms import no_text
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.rules.written import WrittenRule
from chartwatch.errors import RuleProblem
from chartwatch.rules.mistakes import duplicate, mistakes_of, place_of
from chartwatch.rules.schema import model_of

MAX_BYTES = 256 * 1024
"""A larger rules file is refused unread: YAML can be made to grow without bound."""


class Example(NamedTuple):
    """What a rule should say of a short history: `tells` of its last period, or not.

    `place` is line and column in the rules file, from 1.
    """

    rule: str
    tells: bool
    periods: tuple[Mapping[str, str] | None, ...]
    place: tuple[int, int] = (0, 0)

    @property
    def field(self) -> str:
        """Where it stands among the examples."""
        return "tells" if self.tells else "silent"


class Reading(NamedTuple):
    """What a rules file comes to: the rules that are right, their examples, and every mistake in the file's order."""

    rules: RuleSet
    examples: tuple[Example, ...]
    mistakes: tuple[RuleProblem, ...]


INCLUDED = ("default", "music")
"""The rules files that come with Chartwatch, by the names that stand for them."""


def default_rules() -> RuleSet:
    """Return the rules that come with Chartwatch."""
    return included_rules("default.yaml")


def included_file(name: str) -> bytes:
    """Return what stands in a file beside default.yaml. Raises `RuleProblem`."""
    try:
        return (resources.files(__name__) / name).read_bytes()
    except OSError as error:
        raise RuleProblem(name, "", "is not among the rules files that are deployed") from error


@cache
def included_rules(name: str) -> RuleSet:
    """Return the rules of a file beside default.yaml, by its name. Raises `RuleProblem`."""
    return parse_rules(included_file(name), name)


def parse_rules(body: bytes, name: str) -> RuleSet:
    """Return the rules that stand in `body`, a YAML list; `name` is what errors call the file.

    Raises the first mistake as `RuleProblem`.
    """
    reading = examine(body, name)
    if reading.mistakes:
        raise reading.mistakes[0]
    return reading.rules


def examine(body: bytes, name: str) -> Reading:
    """Read rules, and find every mistake. What is no list of rules at all is one mistake."""
    try:
        nodes, rules = _as_yaml(body, name)
    except RuleProblem as problem:
        return Reading(RuleSet([]), (), (problem,))
    mistakes: list[RuleProblem] = []
    models: dict[str, tuple[WrittenRule, yaml.Node]] = {}
    ids: set[str] = set()
    for number, (node, rule) in enumerate(zip(nodes, rules, strict=True), 1):
        its = [*mistakes_of(name, node, number, rule)]
        rule_id = rule.get("id") if isinstance(rule, dict) else None
        if isinstance(rule_id, str):
            its += [duplicate(name, node, rule_id)] if rule_id in ids else []
            ids.add(rule_id)
        if not its:
            model = model_of(rule).model_validate(rule)
            models[model.id] = model, node
        mistakes += its
    return Reading(
        RuleSet(KINDS[model.kind](**model.meant()) for model, _ in models.values()),
        tuple(example for model, node in models.values() for example in _examples(model, node)),
        tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column))),
    )


def _as_yaml(body: bytes, name: str) -> tuple[Sequence[yaml.Node], Sequence[Any]]:
    """Return the rules of a file as YAML's nodes, which know their place, and as what they say."""
    if len(body) > MAX_BYTES:
        raise RuleProblem(name, "", f"is larger than {MAX_BYTES} bytes")
    if problem := no_text(body, "save it as text in UTF-8"):
        raise RuleProblem(name, "", problem)
    try:
        text = body.decode()
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_aliases_and_tags(text, name)
        _refuse_numbers_of_yaml(node, name)
        data = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(10) + 1
        raise RuleProblem(name, "", "is not UTF-8", line, error.start - body.rfind(b"\n", 0, error.start)) from error
    except yaml.MarkedYAMLError as error:
        line, column = _place(error.problem_mark or error.context_mark)
        raise RuleProblem(name, "", f"is not YAML: {error.problem or error.context}", line, column) from error
    # An offset may lead out of the years that there are.
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise RuleProblem(name, "", f"is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(node, yaml.SequenceNode) or not data:
        raise RuleProblem(name, "", "should be a list of rules, each beginning with `- id:`", 1, 1)
    return node.value, data


def _examples(model: WrittenRule, node: yaml.Node) -> Iterator[Example]:
    if model.examples is not None:
        for tells, periods in ((True, model.examples.tells), (False, model.examples.silent)):
            placed = tuple({"US": said} if isinstance(said, str) else said for said in periods)
            example = Example(model.id, tells, placed)
            yield example._replace(place=place_of(node, ("examples", example.field)))


def _refuse_aliases_and_tags(text: str, name: str) -> None:
    """Refuse `*alias`: a few nested ones make a file of gigabytes; and `!!tag`, which can ask for what is not there.

    Rules need neither.
    """
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise RuleProblem(name, "", "aliases (`*name`) are not allowed in rules", *_place(event.start_mark))
        if getattr(event, "tag", None) is not None:
            raise RuleProblem(name, "", "tags (`!!name`) are not allowed in rules", *_place(event.start_mark))


def _refuse_numbers_of_yaml(node: yaml.Node | None, name: str) -> None:
    """Refuse numbers that YAML 1.1 reads otherwise than people: 012 is ten, and 1:30 ninety."""
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:int":
        meant = str(yaml.safe_load(node.value))
        if meant != node.value:
            reason = f"YAML reads {node.value} as the number {meant}; write that, or quotation marks around a text"
            raise RuleProblem(name, "", reason, *_place(node.start_mark))
    elif isinstance(node, yaml.CollectionNode):
        for its in node.value:
            for each in its if isinstance(its, tuple) else (its,):
                _refuse_numbers_of_yaml(each, name)


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)
