"""A rule as it is written in a file: the fields that every kind has, and what fields may hold.

The fields of one kind alone stand in its module.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from chartwatch.domain.codes import (
    KIND_FORM,
    OWN_FACT_FORM,
    country_problem,
    language_problem,
    nearest,
    not_one,
    own_value,
    work_kind_problem,
)
from chartwatch.domain.rules.rule import (
    FACTS,
    FIRST_YEAR,
    LAST_YEAR,
    MOST,
    Condition,
    Count,
    Fact,
    Lists,
    Origin,
    Scope,
)
from chartwatch.domain.works.work import OWN_FACT

PLACEHOLDERS = frozenset(
    {"title", "chart", "territory", "group", "n", "ordinal", "cardinal", "countries", "periods", "places", "is", "has"}
)
"""What a headline and a brief may name in braces."""

SPREAD = "spread"
"""The kind of rules that count territories."""

SAID = "said"
"""The type of the errors whose message is the sentence about the mistake."""


def saying(sentence: str) -> WrapValidator:
    """Return the validator that says `sentence` of whatever is refused; `{found}` in it stands for that."""

    def read(value: Any, validated: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validated(value)
        except ValidationError as error:
            raise PydanticCustomError(SAID, sentence) from error

    return WrapValidator(read)


def _without(problem: Callable[[str], str | None]) -> AfterValidator:
    """Return the validator that refuses values with a problem."""

    def refuse(value: str) -> str:
        if said := problem(value):
            raise ValueError(said)
        return value

    return AfterValidator(refuse)


def _placeholder_problem(template: str) -> str | None:
    try:
        named = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template)]
    except ValueError as error:
        return f"has unbalanced braces: {error}"
    for name, spec, conversion in named:
        if name in PLACEHOLDERS and (spec or conversion):
            return f"{{{name}}} stands as it is, without `:` or `!` behind its name"
        if name is not None and name not in PLACEHOLDERS:
            known = f"one of {', '.join(sorted(PLACEHOLDERS))}"
            return not_one(f"{{{name}}}", known, nearest(name, PLACEHOLDERS))
    return None


def in_order(numbers: Iterable[int]) -> tuple[int, ...]:
    """Return numbers as a rule has them: each once, the least first."""
    return tuple(sorted(set(numbers)))


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | bool) else value


Headline = Annotated[str, Field(min_length=1, max_length=300), _without(_placeholder_problem)]
Brief = Annotated[str, Field(min_length=1, max_length=60), _without(_placeholder_problem)]
Number = Annotated[int, Field(ge=1, le=MOST), saying(f"{{found}} is not a whole number from 1 to {MOST}")]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=100), AfterValidator(in_order)]
_GROUPS = tuple(fact for fact in FACTS if fact != Fact.RELEASE_YEAR)
_OWN = f"{OWN_FACT}NAME"
"""By what messages call the facts of a catalog's own, all together."""


_MEANT = {"artist": "creator", "author": "creator", "maker": "creator", "country": "origin_country"}


def _fact(said: str) -> Fact:
    if said not in _GROUPS and not re.fullmatch(OWN_FACT_FORM, said):
        raise ValueError(
            not_one(f"'{said}'", f"one of {', '.join((*_GROUPS, _OWN))}", _MEANT.get(said) or nearest(said, _GROUPS))
        )
    return Fact(said)


Groups = Annotated[
    str,
    AfterValidator(_fact),
    WithJsonSchema({"anyOf": [{"enum": [*_GROUPS]}, {"type": "string", "pattern": f"^{OWN_FACT_FORM}$"}]}),
]

# YAML 1.1 reads the code NO, of Norway, and the code no, of Norwegian, as false.
_Language = Annotated[str, BeforeValidator(lambda said: "no" if said is False else said), _without(language_problem)]
_Country = Annotated[str, BeforeValidator(lambda said: "NO" if said is False else said), _without(country_problem)]
_WorkKind = Annotated[str, _without(work_kind_problem)]
_ListName = Annotated[str, Field(min_length=1)]
_Creator = Annotated[str, Field(min_length=1)]


def _own_value(said: Any) -> Any:
    return own_value(str(said)) if isinstance(said, str | bool) else said


_OwnValue = Annotated[str, BeforeValidator(_own_value)]
_Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
_Period = Annotated[
    str | dict[str, str] | None,
    saying("{found} is no title, no titles by territory such as {{US: Ozark}}, and not null"),
]
_Periods = Annotated[list[_Period], Field(min_length=1, max_length=100)]

Value = TypeVar("Value", bound=str)


class AsWritten(BaseModel):
    """A mapping of a file: no other field is taken, and no value for another type's, as JSON Schema has it too."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _Comparison(AsWritten, Generic[Value]):
    """`{not: en}`, `{not: [en, es]}` or `{in: [en, es]}`; a value or a list by itself is short for `in`."""

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
    def compared(self) -> tuple[frozenset[str], bool]:
        """The values, and whether it is none of them that is asked for."""
        return frozenset(self.not_ or self.in_ or ()), self.not_ is not None


class _Years(AsWritten):
    """`2021`, or `{from: 2020, to: 2022}` with either end left open."""

    from_: _Year = Field(default=FIRST_YEAR, alias="from")
    to: _Year = LAST_YEAR

    @model_validator(mode="before")
    @classmethod
    def _one_year(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"from": value, "to": value}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise ValueError("`from` is later than `to`")
        return self

    @property
    def compared(self) -> tuple[frozenset[str], bool]:
        """The years one by one, which is what is asked for."""
        return frozenset(map(str, range(self.from_, self.to + 1))), False


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
_Languages = Annotated[_Comparison[_Language], _comparison({"type": "string", "pattern": "^[a-z]{2,3}$"})]
_Countries = Annotated[_Comparison[_Country], _comparison({"type": "string", "pattern": "^[A-Z]{2}$"})]
_WorkKinds = Annotated[_Comparison[_WorkKind], _comparison({"type": "string", "pattern": f"^{KIND_FORM}$"})]
_ListNames = Annotated[_Comparison[_ListName], _comparison({"type": "string", "minLength": 1})]


_Creators = Annotated[_Comparison[_Creator], _comparison({"type": "string", "minLength": 1})]
_OwnValues = Annotated[_Comparison[_OwnValue], _comparison({"type": ["string", "boolean"]})]


def _with_own_facts(schema: dict[str, Any]) -> None:
    """Let a schema have facts of a catalog's own, by any name of their form."""
    its = schema["properties"].pop(_OWN)
    schema["patternProperties"] = {f"^{OWN_FACT_FORM}$": its["additionalProperties"]}


class Where(AsWritten):
    """Which works count, and on which charts. Facts of a catalog's own stand by their names: `fact:holiday: yes`."""

    model_config = ConfigDict(json_schema_extra=_with_own_facts)

    work_kind: _WorkKinds | None = None
    original_language: _Languages | None = None
    origin_country: _Countries | None = None
    release_year: Annotated[_Years, WithJsonSchema({"anyOf": [_YEAR, _SPAN]})] | None = None
    creator: _Creators | None = None
    main_creator: _Creators | None = None
    creator_country: _Countries | None = None
    list_: _ListNames | None = Field(default=None, alias="list")
    own_facts: dict[str, _OwnValues] = Field(default_factory=dict, alias=_OWN)

    @model_validator(mode="before")
    @classmethod
    def _with_facts_of_ones_own(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        own = {name: said for name, said in value.items() if re.fullmatch(OWN_FACT_FORM, str(name))}
        others = {name: said for name, said in value.items() if name not in own}
        return {**others, _OWN: own} if own else others

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions on facts; that on the list is none."""
        named = ((fact, getattr(self, fact)) for fact in FACTS)
        own = ((Fact(name), said) for name, said in sorted(self.own_facts.items()))
        return tuple(Condition(fact, *said.compared) for fact, said in (*named, *own) if said)


class Examples(AsWritten):
    """The #1s of successive periods: a title, or titles by territory, or null for a period that is missing."""

    tells: _Periods = Field(description="with the last of these periods the rule has something to tell")
    silent: _Periods = Field(description="with the last of these periods it has not")


class WrittenRule(AsWritten):
    """One rule as it stands in a file. The model of each kind adds its own fields, and makes the rule that is meant."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    kind: str
    scope: Annotated[Scope, Field(strict=False)]
    headline: Headline
    brief: Brief
    where: Where = Field(default_factory=Where)
    count: Annotated[Count, Field(strict=False)] = Count.WORKS
    origin: Annotated[Origin, Field(strict=False)] = Origin.MAIN
    examples: Examples | None = None

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        for template in (self.headline, self.brief):
            named = {name for _, name, _, _ in Formatter().parse(template)}
            if "group" in named and getattr(self, "per", None) is None:
                raise ValueError("{group} is one of the groups that `per` makes, which the rule has not")
            if "places" in named and self.kind != SPREAD:
                raise ValueError("{places} is what a rule of kind spread counts")
        return self

    def meant(self) -> dict[str, Any]:
        """Return the fields of the rule that is meant: those that are written, but for `where`, which makes two."""
        written = {
            field: getattr(self, field) for field in type(self).model_fields.keys() - {"kind", "where", "examples"}
        }
        return {
            **written,
            "where": self.where.conditions,
            "lists": Lists(*self.where.list_.compared) if self.where.list_ else None,
        }
