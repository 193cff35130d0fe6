"""A layer of the catalog as a JSON file: works, facts with their provenance, and candidates with their scores.

A candidate is written whole, so that a person may choose it later; its score is written for readers, and is the sum of
its reasons when it is read.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from chartwatch.domain.outside_text import repeated
from chartwatch.domain.works.candidates import Candidate, Provider
from chartwatch.domain.works.evidence import Evidence, Reason, Scored
from chartwatch.domain.works.facts import Confidence, Fact, Layer, Value
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.lookups import Answered, WorkLookup
from chartwatch.domain.works.work import ORIGIN_COUNTRIES, RELEASE_DATE, Work, possible_release
from chartwatch.errors import FactsUnreadable

FORMAT = 1
"""Number of the format; a reader refuses another."""

_COUNTS = ("tries", "unanswered")
"""Counts of a look-up, each written where it is not 0."""

_CANDIDATE = TypeAdapter(Candidate)
_WORK = TypeAdapter(Work)


def write_layer(dossiers: Iterable[Dossier]) -> bytes:
    """Return the file of a layer; the same dossiers, in whatever order, make the same bytes."""
    works = {its.work.id: _dossier_as_json(its) for its in sorted(dossiers, key=lambda its: its.work.id)}
    return to_json({"format": FORMAT, "works": works}, indent=1) + b"\n"


def parse_layer(body: bytes, layer: Layer, name: str) -> tuple[Dossier, ...]:
    """Return the dossiers that stand in `body`; `name` is what errors call the file. Raises `FactsUnreadable`."""
    try:
        said = json.loads(body)
        if not isinstance(said, dict) or "format" not in said:
            raise FactsUnreadable(name, "is no layer of a catalog")
        if said["format"] != FORMAT:
            raise FactsUnreadable(name, f"has the format {said['format']!r}; this version reads {FORMAT}")
        return tuple(_dossier_from_json(layer, work_id, its) for work_id, its in said["works"].items())
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError, ValidationError) as error:
        raise FactsUnreadable(name, repeated(f"cannot be read: {type(error).__name__} {error}")) from None


def _dossier_as_json(dossier: Dossier) -> dict[str, Any]:
    lookup = dossier.lookup
    return {
        "work": _WORK.dump_python(dossier.work, mode="json", exclude_defaults=True, exclude={"id"}),
        "facts": sorted(map(_fact_as_json, lookup.facts), key=json.dumps),
        "answers": [_answer_as_json(answer) for answer in sorted(lookup.answers, key=lambda one: one.provider)],
        **{name: times for name in _COUNTS if (times := getattr(lookup, name))},
    }


def _dossier_from_json(layer: Layer, work_id: str, said: Mapping[str, Any]) -> Dossier:
    work = _WORK.validate_python({**said["work"], "id": work_id})
    facts, answers = tuple(map(_fact_from_json, said["facts"])), tuple(map(_answer_from_json, said["answers"]))
    return Dossier(layer, work, WorkLookup(facts, answers, **{name: int(said.get(name, 0)) for name in _COUNTS}))


def _fact_as_json(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "value": sorted(fact.value) if isinstance(fact.value, frozenset) else str(fact.value),
        "layer": fact.layer.name.lower(),
        "source": fact.source,
        "asked": fact.asked and fact.asked.isoformat(),
        "confidence": fact.confidence.value,
        "expires": fact.expires and fact.expires.isoformat(),
        **({"led_by": fact.led_by} if fact.led_by else {}),
    }


def _fact_from_json(said: Mapping[str, Any]) -> Fact:
    return Fact(
        said["name"],
        _value(said["name"], said["value"]),
        Layer[said["layer"].upper()],
        said["source"],
        _day(said["asked"]),
        Confidence(said["confidence"]),
        _day(said["expires"]),
        said.get("led_by"),
    )


def _value(name: str, said: Any) -> Value:
    if name == ORIGIN_COUNTRIES or isinstance(said, list):
        return frozenset(map(str, said))
    return possible_release(date.fromisoformat(said)) if name == RELEASE_DATE else str(said)


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)


def _answer_as_json(answer: Answered) -> dict[str, Any]:
    return {
        "provider": answer.provider.value,
        "asked": answer.asked.isoformat(),
        "candidates": [*map(_scored_as_json, answer.candidates)],
    }


def _answer_from_json(said: Mapping[str, Any]) -> Answered:
    candidates = tuple(map(_scored_from_json, said["candidates"]))
    return Answered(Provider(said["provider"]), date.fromisoformat(said["asked"]), candidates)


def _scored_as_json(scored: Scored) -> dict[str, Any]:
    candidate = _CANDIDATE.dump_python(scored.candidate, mode="json", exclude_defaults=True)
    if "ids" in candidate:
        candidate["ids"] = _in_order(candidate["ids"])
    return {
        "score": scored.score,
        "reasons": [{"evidence": reason.evidence.value, "weight": reason.weight} for reason in scored.reasons],
        "candidate": candidate,
    }


def _scored_from_json(said: Mapping[str, Any]) -> Scored:
    reasons = tuple(Reason(Evidence(one["evidence"]), int(one["weight"])) for one in said["reasons"])
    return Scored(_CANDIDATE.validate_python(said["candidate"]), reasons)


def _in_order(ids: Iterable[Mapping[str, str]]) -> Sequence[Mapping[str, str]]:
    return sorted(ids, key=lambda one: (one["scheme"], one["value"]))
