"""What machines are told of works: lists, facts with who says so, conflicts and candidates, as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from chartwatch.cli.overrides import candidate_id, candidates_of
from chartwatch.domain.works.candidates import Candidate
from chartwatch.domain.works.facts import Fact, Value
from chartwatch.domain.works.identification import countries_of
from chartwatch.domain.works.layers import Known
from chartwatch.domain.works.resolving import Resolved
from chartwatch.domain.works.work import Work
from chartwatch.services.unknown import Seen


def work_as_json(work: Work) -> dict[str, Any]:
    """Return a work with the facts that stand; null and empty where nothing is known."""
    return {
        "work_id": work.id,
        "title": work.title,
        "kind": work.kind,
        "original_language": work.original_language,
        "origin_countries": list(work.origin_countries),
        "release_date": work.release_date and work.release_date.isoformat(),
        "aliases": list(work.aliases),
        "ids": list(work.ids),
        "assumed": sorted(work.assumed),
    }


def known_as_json(known: Known) -> dict[str, Any]:
    """Return all that is known of a work: what stands of each fact, and who says what."""
    facts = {name: _resolved(resolved) for name, resolved in sorted(known.resolved.items())}
    return {**work_as_json(known.work), "facts": facts, "candidates": sum(1 for _ in candidates_of(known))}


def conflicts_as_json(known: Iterable[Known]) -> list[dict[str, Any]]:
    """Return the works with facts on which sources contradict each other, and these facts."""
    found = []
    for its in sorted(known, key=lambda each: each.work.id):
        facts = {name: _resolved(fact) for name, fact in sorted(its.resolved.items()) if fact.is_conflict}
        if facts:
            found.append({"work_id": its.work.id, "title": its.work.title, "facts": facts})
    return found


def candidates_as_json(known: Known) -> dict[str, Any]:
    """Return the candidates of a work, each with its score, the reasons, and what it says."""
    return {
        **work_as_json(known.work),
        "candidates": [
            {
                "candidate": candidate_id(scored.candidate),
                "asked": answer.asked.isoformat(),
                "score": scored.score,
                "reasons": [{"evidence": str(its.evidence), "weight": its.weight} for its in scored.reasons],
                **_candidate(scored.candidate),
            }
            for answer, scored in candidates_of(known)
        ],
    }


def missing_as_json(seen: Sequence[Seen], candidates: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the works at #1 that lack facts, those that were there most often first."""
    return [
        {
            "work_id": its.work.id,
            "title": its.work.title,
            "lacks": list(its.lacks),
            "times_at_number_one": its.times,
            "first_at_number_one": its.period.isoformat(),
            "may_be": [work.id for work in its.work.candidates[:-1]],
            "candidates": candidates.get(its.work.id, 0),
        }
        for its in seen
        if its.lacks
    ]


def _candidate(candidate: Candidate) -> dict[str, Any]:
    first = min(candidate.released, default=None)
    return {
        "titles": [title.text for title in candidate.titles],
        "kind": candidate.kind,
        "languages": list(candidate.languages),
        "countries": sorted(countries_of(candidate)),
        "released": first and (first.first.isoformat() if first.is_day else str(first.first.year)),
    }


def _resolved(resolved: Resolved) -> dict[str, Any]:
    said = (*resolved.said_by, *resolved.against, *resolved.overruled)
    return {
        "value": None if resolved.value is None else _value(resolved.value),
        "is_assumed": resolved.is_assumed,
        "is_conflict": resolved.is_conflict,
        "said": [{**_fact(fact), "is_overruled": fact in resolved.overruled} for fact in said],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "value": _value(fact.value),
        "source": fact.source,
        "layer": fact.layer.name.lower(),
        "asked": fact.asked and fact.asked.isoformat(),
        "confidence": str(fact.confidence),
        "led_by": fact.led_by or None,
        "expires": fact.expires and fact.expires.isoformat(),
    }


def _value(value: Value) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else str(value)
