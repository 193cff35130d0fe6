"""A rules file as it is written: its fields, what they may hold, and the JSON Schema that says so."""

from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from chartwatch.domain.rules import Condition, Count, Fact, Lists, Origin, Returns, Rule, RuleKind, Scope

PLACEHOLDERS = frozenset(
    {"title", "chart", "territory", "group", "n", "ordinal", "cardinal", "countries", "periods", "is", "has"}
)
"""What a headline and a brief may name in braces."""

FIRST_YEAR, LAST_YEAR = 1880, 2100
"""Between which years works may have been released."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | bool) else value


def _as_text(value: Any) -> Any:
    # YAML 1.1 reads the country code NO as false.
    return "NO" if value is False else value


def _known_placeholders(template: str) -> str:
    try:
        named = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template)]
    except ValueError as error:
        raise ValueError(f"unbalanced braces: {error}") from error
    for name, spec, conversion in named:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise ValueError(f"{{{name}}} is not one of {', '.join(sorted(PLACEHOLDERS))}")
    return template


Headline = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_known_placeholders)]
Brief = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_known_placeholders)]
Value = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Values = Annotated[list[Value], BeforeValidator(_as_list), Field(min_length=1)]


class _Comparison(BaseModel):
    """`{not: en}`, `{not: [en, es]}` or `{in: [en, es]}`; a value or a list by itself is short for `in`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    not_: Values | None = Field(default=None, alias="not", description="none of these")
    in_: Values | None = Field(default=None, alias="in", description="one of these")

    @model_validator(mode="before")
    @classmethod
    def _plain_value(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"in": value}

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.not_ is None) is (self.in_ is None):
            raise ValueError("give a value, or one of `not` and `in`")
        return self

    @property
    def values(self) -> frozenset[str]:
        return frozenset(self.not_ or self.in_ or ())

    def condition(self, fact: Fact) -> Condition:
        return Condition(fact, self.values, negated=self.not_ is not None)


Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class _Years(BaseModel):
    """`2021`, or `{from: 2020, to: 2022}` with either end left open."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    from_: Year = Field(default=FIRST_YEAR, alias="from")
    to: Year = LAST_YEAR

    @model_validator(mode="before")
    @classmethod
    def _one_year(cls, value: Any) -> Any:
        return {"from": value, "to": value} if isinstance(value, int) else value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise ValueError("`from` is later than `to`")
        return self

    def condition(self) -> Condition:
        return Condition(Fact.RELEASE_YEAR, frozenset(map(str, range(self.from_, self.to + 1))))


_ONE_OR_SEVERAL = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    ]
}
_ONE_OF_TWO = {
    "type": "object",
    "properties": {"not": _ONE_OR_SEVERAL, "in": _ONE_OR_SEVERAL},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
_YEAR = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
_SPAN = {"type": "object", "properties": {"from": _YEAR, "to": _YEAR}, "additionalProperties": False}

# The short forms that the models take are not in the schema that pydantic would make of them.
Comparison = Annotated[_Comparison, WithJsonSchema({"anyOf": [*_ONE_OR_SEVERAL["anyOf"], _ONE_OF_TWO]})]
Years = Annotated[_Years, WithJsonSchema({"anyOf": [_YEAR, _SPAN]})]


class _Where(BaseModel):
    """Which works count, and on which charts."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    work_kind: Comparison | None = None
    original_language: Comparison | None = None
    origin_country: Comparison | None = None
    release_year: Years | None = None
    list_: Comparison | None = Field(default=None, alias="list")

    def conditions(self) -> tuple[Condition, ...]:
        compared = {
            Fact.WORK_KIND: self.work_kind,
            Fact.ORIGINAL_LANGUAGE: self.original_language,
            Fact.ORIGIN_COUNTRY: self.origin_country,
        }
        conditions = [comparison.condition(fact) for fact, comparison in compared.items() if comparison]
        return (*conditions, self.release_year.condition()) if self.release_year else tuple(conditions)

    def lists(self) -> Lists | None:
        return Lists(self.list_.values, negated=self.list_.not_ is not None) if self.list_ else None


class _Returning(BaseModel):
    """How a change to a work that had topped there before is told."""

    model_config = ConfigDict(extra="forbid")
    headline: Headline
    brief: Brief


Periods = Annotated[list[str | dict[str, str] | None], Field(min_length=1, max_length=100)]


class _Examples(BaseModel):
    """The #1s of successive periods: a title, or titles by territory, or null for a period that is missing."""

    model_config = ConfigDict(extra="forbid")
    tells: Periods = Field(description="with the last of these periods the rule has something to tell")
    silent: Periods = Field(description="with the last of these periods it has not")


class RuleModel(BaseModel):
    """One rule as it stands in the file."""

    model_config = ConfigDict(extra="forbid", title="rule")
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    kind: Literal["change", "nth", "race", "spread", "reign"]
    scope: Literal["territory", "chart"]
    headline: Headline
    brief: Brief
    where: _Where = Field(default_factory=_Where)
    per: Literal["work_kind", "original_language", "origin_country"] | None = None
    at: list[Annotated[int, Field(ge=1, le=10_000)] | Literal["all"]] = Field(default_factory=list, max_length=100)
    count: Literal["works", "seasons"] = "works"
    origin: Literal["main", "any"] = "main"
    returns: Literal["also", "only", "never"] = "also"
    returning: _Returning | None = None
    record: bool = False
    total: bool = False
    examples: _Examples | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for field, kinds in _FIELDS_OF_SOME_KINDS.items():
            if field in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"a {self.kind} rule takes no `{field}`")
        if self.kind != "change" and not self.at and not self.record:
            raise ValueError(f"a {self.kind} rule needs `at`, the numbers that are worth telling")
        if self.kind == "race" and not self.per:
            raise ValueError("a race needs `per`, the groups that run it")
        if self.kind == "spread" and self.scope != "chart":
            raise ValueError("a spread counts territories: its scope is chart")
        if "all" in self.at and self.kind != "spread":
            raise ValueError("only a spread knows `all`")
        return self

    def as_rule(self) -> Rule:
        """Return the rule that is meant."""
        return Rule(
            id=self.id,
            kind=RuleKind(self.kind),
            scope=Scope(self.scope),
            headline=self.headline,
            brief=self.brief,
            where=self.where.conditions(),
            lists=self.where.lists(),
            per=Fact(self.per) if self.per else None,
            at=tuple(sorted({n for n in self.at if n != "all"})),
            count=Count(self.count),
            origin=Origin(self.origin),
            returns=Returns(self.returns),
            everywhere="all" in self.at,
            record=self.record,
            total=self.total,
            return_headline=self.returning.headline if self.returning else "",
            return_brief=self.returning.brief if self.returning else "",
        )


_FIELDS_OF_SOME_KINDS = {
    "at": {"nth", "race", "spread", "reign"},
    "per": {"nth", "race"},
    "returns": {"change"},
    "returning": {"change"},
    "record": {"reign"},
    "total": {"reign"},
}


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of a rules file; docs/rules.schema.json holds it."""
    schema = TypeAdapter(list[RuleModel]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Chartwatch rules"} | schema
