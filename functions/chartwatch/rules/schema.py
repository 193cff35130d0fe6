"""A rules file as it is written: its fields, what they may hold, and the JSON Schema that says so."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from string import Formatter
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

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

from chartwatch.domain import words
from chartwatch.domain.rules.change import Returns
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.rule import Condition, Count, Fact, Lists, Origin, Rule, Scope
from chartwatch.domain.works.work import Kind
from chartwatch.rules.codes import country_problem, language_problem, nearest, not_one, work_kind_problem

PLACEHOLDERS = frozenset(
    {"title", "chart", "territory", "group", "n", "ordinal", "cardinal", "countries", "periods", "is", "has"}
)
"""What a headline and a brief may name in braces."""

_AS_WRITTEN = ConfigDict(extra="forbid", strict=True)
"""No other field is taken, and no value for another type's: the JSON Schema knows no conversions either."""

FIRST_YEAR, LAST_YEAR = 1880, 2100
"""Between which years works may have been released."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | bool) else value


def _known_placeholders(template: str) -> str:
    try:
        named = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template)]
    except ValueError as error:
        raise ValueError(f"has unbalanced braces: {error}") from error
    for name, spec, conversion in named:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise ValueError(
                not_one(f"{{{name}}}", f"one of {', '.join(sorted(PLACEHOLDERS))}", nearest(name, PLACEHOLDERS))
            )
    return template


def _without(problem: Callable[[str], str | None]) -> AfterValidator:
    """Return the validator that refuses values with a problem."""

    def refuse(value: str) -> str:
        if said := problem(value):
            raise ValueError(said)
        return value

    return AfterValidator(refuse)


Headline = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_known_placeholders)]
Brief = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_known_placeholders)]

# YAML 1.1 reads the code NO, of Norway, and the code no, of Norwegian, as false.
Language = Annotated[str, BeforeValidator(lambda said: "no" if said is False else said), _without(language_problem)]
Country = Annotated[str, BeforeValidator(lambda said: "NO" if said is False else said), _without(country_problem)]
WorkKind = Annotated[str, _without(work_kind_problem)]
ListName = Annotated[str, Field(min_length=1)]

Value = TypeVar("Value", bound=str)


class _Comparison(BaseModel, Generic[Value]):
    """`{not: en}`, `{not: [en, es]}` or `{in: [en, es]}`; a value or a list by itself is short for `in`."""

    model_config = _AS_WRITTEN
    not_: Annotated[list[Value], BeforeValidator(_as_list), Field(min_length=1)] | None = Field(None, alias="not")
    in_: Annotated[list[Value], BeforeValidator(_as_list), Field(min_length=1)] | None = Field(None, alias="in")

    @model_validator(mode="before")
    @classmethod
    def _plain_value(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"in": value}

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.not_ is None) is (self.in_ is None):
            raise ValueError("should be a value, or one of `not` and `in`")
        return self

    @property
    def values(self) -> frozenset[str]:
        return frozenset(self.not_ or self.in_ or ())

    def condition(self, fact: Fact) -> Condition:
        return Condition(fact, self.values, negated=self.not_ is not None)


Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class _Years(BaseModel):
    """`2021`, or `{from: 2020, to: 2022}` with either end left open."""

    model_config = _AS_WRITTEN
    from_: Year = Field(default=FIRST_YEAR, alias="from")
    to: Year = LAST_YEAR

    @model_validator(mode="before")
    @classmethod
    def _one_year(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"from": value, "to": value}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise ValueError("`from` is later than `to`")
        return self

    def condition(self) -> Condition:
        return Condition(Fact.RELEASE_YEAR, frozenset(map(str, range(self.from_, self.to + 1))))


def _comparison(value: Mapping[str, Any]) -> WithJsonSchema:
    """Return the schema of a comparison: the short forms that the models take are not in what pydantic would make."""
    forms = [value, {"type": "array", "items": value, "minItems": 1}]
    several = {"anyOf": forms}
    one_of_two = {
        "type": "object",
        "properties": {"not": several, "in": several},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return WithJsonSchema({"anyOf": [*forms, one_of_two]})


_YEAR = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
_SPAN = {"type": "object", "properties": {"from": _YEAR, "to": _YEAR}, "additionalProperties": False}

# Which codes there are is Babel's knowledge; the schema says what they look like.
Languages = Annotated[_Comparison[Language], _comparison({"type": "string", "pattern": "^[a-z]{2,3}$"})]
Countries = Annotated[_Comparison[Country], _comparison({"type": "string", "pattern": "^[A-Z]{2}$"})]
WorkKinds = Annotated[_Comparison[WorkKind], _comparison({"enum": [*map(str, Kind)]})]
ListNames = Annotated[_Comparison[ListName], _comparison({"type": "string", "minLength": 1})]
Years = Annotated[_Years, WithJsonSchema({"anyOf": [_YEAR, _SPAN]})]


class _Where(BaseModel):
    """Which works count, and on which charts."""

    model_config = _AS_WRITTEN
    work_kind: WorkKinds | None = None
    original_language: Languages | None = None
    origin_country: Countries | None = None
    release_year: Years | None = None
    list_: ListNames | None = Field(default=None, alias="list")

    def conditions(self) -> tuple[Condition, ...]:
        conditions = [self.work_kind.condition(Fact.WORK_KIND)] if self.work_kind else []
        conditions += [self.original_language.condition(Fact.ORIGINAL_LANGUAGE)] if self.original_language else []
        conditions += [self.origin_country.condition(Fact.ORIGIN_COUNTRY)] if self.origin_country else []
        return (*conditions, self.release_year.condition()) if self.release_year else tuple(conditions)

    def lists(self) -> Lists | None:
        return Lists(self.list_.values, negated=self.list_.not_ is not None) if self.list_ else None


class _Returning(BaseModel):
    """How a change to a work that had topped there before is told."""

    model_config = _AS_WRITTEN
    headline: Headline
    brief: Brief


Periods = Annotated[list[str | dict[str, str] | None], Field(min_length=1, max_length=100)]


class _Examples(BaseModel):
    """The #1s of successive periods: a title, or titles by territory, or null for a period that is missing."""

    model_config = _AS_WRITTEN
    tells: Periods = Field(description="with the last of these periods the rule has something to tell")
    silent: Periods = Field(description="with the last of these periods it has not")


_FIELDS_OF_SOME_KINDS: Mapping[str, Sequence[str]] = {
    "at": ("nth", "race", "spread", "reign"),
    "per": ("nth", "race"),
    "returns": ("change",),
    "returning": ("change",),
    "record": ("reign",),
    "total": ("reign",),
}


def misfits(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a rule as it is written that do not go with its kind, each with what is wrong.

    Whatever is of the wrong type is passed over: the model says so.
    """
    kind = rule.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return
    for field, kinds in _FIELDS_OF_SOME_KINDS.items():
        if field in rule and kind not in kinds:
            yield field, f"is not for {kind}, only for {words.listed(kinds)}"
    at = rule.get("at", [])
    if kind != "change" and at == [] and rule.get("record") is not True:
        yield "at", f"is missing: {kind} needs the numbers that are worth telling"
    if kind == "race" and rule.get("per") is None:
        yield "per", "is missing: a race needs the groups that run it"
    if kind == "spread" and rule.get("scope") == Scope.TERRITORY:
        yield "scope", "should be chart: a spread counts territories"
    if kind in ("nth", "race", "reign") and isinstance(at, list) and "all" in at:
        yield "at", "has `all`, which only a spread knows"


def _by_kind(schema: dict[str, Any]) -> None:
    """Add to the schema of a rule what `misfits` says."""
    some = {"minItems": 1}
    numbers = {**some, "items": {"type": "integer"}}
    needs: Mapping[str, Mapping[str, Any]] = {
        "nth": {"required": ["at"], "properties": {"at": numbers}},
        "race": {"required": ["at", "per"], "properties": {"at": numbers, "per": {"type": "string"}}},
        "spread": {"required": ["at"], "properties": {"at": some, "scope": {"const": "chart"}}},
        "reign": {
            "properties": {"at": {"items": {"type": "integer"}}},
            "anyOf": [
                {"required": ["at"], "properties": {"at": some}},
                {"required": ["record"], "properties": {"record": {"const": True}}},
            ],
        },
    }
    schema["allOf"] = [
        {
            "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
            "then": {
                **needs.get(kind, {}),
                "not": {
                    "anyOf": [{"required": [f]} for f, kinds in _FIELDS_OF_SOME_KINDS.items() if kind not in kinds]
                },
            },
        }
        for kind in KINDS
    ]


class RuleModel(BaseModel):
    """One rule as it stands in the file."""

    model_config = ConfigDict(extra="forbid", strict=True, title="rule", json_schema_extra=_by_kind)
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

    def as_rule(self) -> Rule:
        """Return the rule that is meant."""
        at = tuple(sorted({n for n in self.at if n != "all"}))
        own: Mapping[str, Mapping[str, Any]] = {
            "change": {
                "returns": Returns(self.returns),
                "return_headline": self.returning.headline if self.returning else "",
                "return_brief": self.returning.brief if self.returning else "",
            },
            "spread": {"everywhere": "all" in self.at},
            "reign": {"record": self.record, "total": self.total},
        }
        return KINDS[self.kind](
            id=self.id,
            scope=Scope(self.scope),
            headline=self.headline,
            brief=self.brief,
            where=self.where.conditions(),
            lists=self.where.lists(),
            per=Fact(self.per) if self.per else None,
            at=at,
            count=Count(self.count),
            origin=Origin(self.origin),
            **own.get(self.kind, {}),
        )


def _written(model: type[BaseModel]) -> Sequence[str]:
    return [said.alias or name for name, said in model.model_fields.items()]


FIELDS: Mapping[str, Sequence[str]] = {
    "": _written(RuleModel),
    "where": _written(_Where),
    "release_year": _written(_Years),
    "returning": _written(_Returning),
    "examples": _written(_Examples),
}
"""The fields that may stand in a rule, and in those of its fields that are mappings."""


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of a rules file; docs/rules.schema.json holds it."""
    schema = TypeAdapter(list[RuleModel]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Chartwatch rules"} | schema
