"""How rules are read: YAML, validated, every error with file, line and field."""

from functools import cache
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from chartwatch.domain.rules import Condition, Count, Fact, Rule, RuleKind, RuleSet, Scope
from chartwatch.errors import RuleProblem

MAX_BYTES = 256 * 1024
"""A larger rules file is refused unread: YAML can be made to grow without bound."""

PLACEHOLDERS = frozenset({"title", "chart", "territory", "group", "n", "ordinal", "cardinal"})
"""What a headline and a brief may name in braces."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | bool) else value


def _as_text(value: Any) -> Any:
    # YAML 1.1 reads the country code NO as false.
    return "NO" if value is False else value


Value = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Values = Annotated[list[Value], BeforeValidator(_as_list), Field(min_length=1)]


class _Comparison(BaseModel):
    """`{not: en}`, `{not: [en, es]}` or `{in: [en, es]}`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    not_: Values | None = Field(default=None, alias="not")
    in_: Values | None = Field(default=None, alias="in")

    @model_validator(mode="before")
    @classmethod
    def _plain_value(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"in": value}

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.not_ is None) is (self.in_ is None):
            raise ValueError("give a value, or one of `not` and `in`")
        return self


class _RuleModel(BaseModel):
    """One rule as it stands in the file."""

    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    kind: Literal["change", "nth", "race"]
    scope: Literal["territory", "chart"]
    headline: Annotated[str, Field(min_length=1, max_length=300)]
    brief: Annotated[str, Field(min_length=1, max_length=60)]
    where: dict[Literal["work_kind", "original_language", "origin_country"], _Comparison] = Field(default_factory=dict)
    per: Literal["work_kind", "original_language", "origin_country"] | None = None
    at: list[Annotated[int, Field(ge=1, le=10_000)]] = Field(default_factory=list, max_length=100)
    count: Literal["works", "seasons"] = "works"

    @field_validator("headline", "brief")
    @classmethod
    def _known_placeholders(cls, template: str) -> str:
        try:
            named = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template)]
        except ValueError as error:
            raise ValueError(f"unbalanced braces: {error}") from error
        for name, spec, conversion in named:
            if name is not None and (name not in PLACEHOLDERS or spec or conversion):
                raise ValueError(f"{{{name}}} is not one of {', '.join(sorted(PLACEHOLDERS))}")
        return template

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "change" and (self.where or self.per or self.at):
            raise ValueError("a change rule takes no `where`, `per` or `at`")
        if self.kind != "change" and not self.at:
            raise ValueError(f"a rule of kind {self.kind} needs `at`, the numbers that are worth telling")
        if self.kind == "race" and not self.per:
            raise ValueError("a race needs `per`, the groups that run it")
        return self

    def as_rule(self) -> Rule:
        conditions = (
            Condition(Fact(fact), frozenset(said.not_ or said.in_ or ()), negated=said.not_ is not None)
            for fact, said in self.where.items()
        )
        return Rule(
            id=self.id,
            kind=RuleKind(self.kind),
            scope=Scope(self.scope),
            headline=self.headline,
            brief=self.brief,
            where=tuple(sorted(conditions, key=lambda condition: condition.fact)),
            per=Fact(self.per) if self.per else None,
            at=tuple(sorted(set(self.at))),
            count=Count(self.count),
        )


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
    rules: dict[str, Rule] = {}
    for index, item in enumerate(data):
        try:
            rule = _RuleModel.model_validate(item).as_rule()
        except ValidationError as error:
            raise _problem(name, node, index, item, error) from error
        if rule.id in rules:
            raise RuleProblem(name, _place(_node_at(node, (index, "id")).start_mark), f"the id {rule.id} is used twice")
        rules[rule.id] = rule
    return RuleSet(rules.values())


def _refuse_aliases(text: str, name: str) -> None:
    """Refuse `*alias`: a few nested ones make a file of gigabytes, and rules need none."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise RuleProblem(name, _place(event.start_mark), "aliases (`*name`) are not allowed in rules")


def _problem(name: str, node: Any, index: int, item: Any, error: ValidationError) -> RuleProblem:
    first = error.errors()[0]
    path = [part for part in first["loc"] if part not in ("[key]", "not_", "in_")]
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
