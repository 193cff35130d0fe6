"""What a person says of a work: facts that are set, and candidates that are chosen."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.adapters.catalog_file import date_of
from chartwatch.cli.places import country_code, language_code
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain.codes import OWN_FACT_FORM, countries_of, language_of, own_value
from chartwatch.domain.works.candidates import Candidate, Provider
from chartwatch.domain.works.evidence import Scored
from chartwatch.domain.works.facts import Confidence, Fact, Layer, Value, facts_found
from chartwatch.domain.works.identification import chosen
from chartwatch.domain.works.layers import Dossier, Known
from chartwatch.domain.works.lookups import Answered, WorkLookup
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, OWN_FACT, RELEASE_DATE, Work
from chartwatch.errors import ArgumentError
from chartwatch.services.unknown import Seen

WORK = "WORK"
FACTS = "FACT=VALUE"
CANDIDATE = "CANDIDATE"

A_PERSON = "a person"
"""The source of what is set, where no other is named."""


def work_named(name: str, known: Iterable[Known], seen: Sequence[Seen] = ()) -> Work:
    """Return the work of an id or a title: one of the catalog, or one that was seen at #1.

    Raises `ArgumentError` where there is none, with what was probably meant, or where several bear the title.
    """
    works = {its.work.id: its.work for its in known}
    works |= {its.work.id: its.work for its in seen if its.work.id not in works and not its.work.candidates}
    if name in works:
        return works[name]
    key = title_key(name)
    bearing = [work for work in works.values() if key in map(title_key, (work.title, *work.aliases))]
    if len(bearing) == 1:
        return bearing[0]
    if bearing:
        raise ArgumentError(WORK, f"{name!r} may be {', '.join(work.id for work in bearing)}; give the id of one")
    meant = did_you_mean(name, {*works, *(work.title for work in works.values())})
    raise ArgumentError(WORK, f"{name!r} is no id and no title of a work that is known{meant}")


def read_facts(said: Sequence[str]) -> Mapping[str, Value | None]:
    """Return facts by name as `FACT=VALUE` says them; None for one whose override is taken back.

    The first of several countries is the main one unless another is named. Raises one `ArgumentError` about all that is
    wrong.
    """
    facts: dict[str, Value | None] = {}
    main: str | None = None
    problems: list[str] = []
    for each in said:
        name, equals, value = (part.strip() for part in each.partition("="))
        try:
            if not equals:
                raise ValueError(f"{each!r} is not of the form {FACTS}")
            if name in facts:
                raise ValueError(f"{name} is given twice")
            read = _reader(name)
            facts[name] = read(value) if value else None
            if name == ORIGIN_COUNTRIES and value:
                main = _countries(value)[0]
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ArgumentError(FACTS, "; ".join(problems))
    return facts if ORIGIN_COUNTRIES not in facts else {MAIN_COUNTRY: main, **facts}


def with_facts(override: Dossier, facts: Mapping[str, Value | None], source: str, today: date) -> Dossier:
    """Return an override with facts in place of what it said of these, or without them."""
    new = (Fact(name, value, Layer.OVERRIDE, source, today) for name, value in facts.items() if value is not None)
    return _with(override, facts, new)


def with_candidate(override: Dossier, scored: Scored, answer: Answered) -> Dossier:
    """Return an override by which a work is a provider's candidate: with the facts that this one has.

    What a person set besides stays, and nothing of another candidate does. The source of the facts names the candidate;
    they may be kept for as long as its provider allows.
    """
    source = f"{scored.candidate.provider} {scored.candidate.id}"
    found = facts_found(chosen(scored), answer.asked)
    facts = [replace(fact, layer=Layer.OVERRIDE, confidence=Confidence.HIGH, source=source) for fact in found]
    of_another = [fact.name for fact in override.facts if fact.source.partition(" ")[0] in [*Provider]]
    return _with(override, [*of_another, *(fact.name for fact in facts)], facts)


def override_of(work: Work, known: Iterable[Known], overrides: Sequence[Dossier]) -> Dossier:
    """Return the override of a work as it is; an empty one where there is none."""
    ids = next(({its.work.id for its in one.dossiers} for one in known if one.work.id == work.id), {work.id})
    own = next((its for its in overrides if its.work.id in ids), None)
    return own or Dossier(Layer.OVERRIDE, Work(work.id, work.title, work.kind), WorkLookup())


def put(override: Dossier, overrides: Iterable[Dossier]) -> list[Dossier]:
    """Return the layer of overrides with one of them anew; one that says nothing is none."""
    others = [its for its in overrides if its.work.id != override.work.id]
    return [*others, override] if override.facts else others


def candidates_of(known: Known) -> Iterator[tuple[Answered, Scored]]:
    """Yield the candidates that providers have for a work, each provider's best first."""
    for dossier in known.dossiers:
        for answer in dossier.lookup.answers:
            yield from ((answer, scored) for scored in answer.candidates)


def candidate_named(name: str, known: Known) -> tuple[Answered, Scored]:
    """Return the candidate of a work that is named by its provider and id, or by the id alone.

    Raises `ArgumentError` where there is none, or where two providers have one of that id.
    """
    its = list(candidates_of(known))
    found = [one for one in its if name in (candidate_id(one[1].candidate), one[1].candidate.id)]
    if len(found) == 1:
        return found[0]
    there_are = ", ".join(candidate_id(scored.candidate) for _, scored in its) or "none yet"
    detail = "is a candidate of several providers" if found else "is no candidate"
    raise ArgumentError(CANDIDATE, f"{name!r} {detail} of {known.work.title}; there are {there_are}")


def candidate_id(candidate: Candidate) -> str:
    """Return how a person names a candidate: `wikidata:Q1`."""
    return f"{candidate.provider}:{candidate.id}"


def _with(override: Dossier, names: Iterable[str], facts: Iterable[Fact]) -> Dossier:
    kept = [fact for fact in override.facts if fact.name not in set(names)]
    return replace(override, lookup=replace(override.lookup, facts=(*kept, *facts)))


def _reader(name: str) -> Callable[[str], Value]:
    """Return what reads a fact. Raises `ValueError` for what is no fact."""
    if name in _READERS:
        return _READERS[name]
    if re.fullmatch(OWN_FACT_FORM, name):
        return _own_values
    raise ValueError(f"{name!r} is no fact: {', '.join(_READERS)} or {OWN_FACT}NAME{did_you_mean(name, _READERS)}")


def _own_values(said: str) -> frozenset[str]:
    return frozenset(own_value(part) for part in said.split(";") if part.strip())


def _language(said: str) -> str:
    if (code := language_of(language_code(said))) is None:
        raise ValueError(f"{said!r} stands for no language that is known; leave out what is not known")
    return code


def _country(said: str) -> str:
    code, *others = _countries(said)
    if others:
        raise ValueError(f"{said!r} is more than one country")
    return code


def _countries(said: str) -> tuple[str, ...]:
    codes = countries_of(country_code(part.strip()) for part in said.split(";") if part.strip())
    if not codes:
        raise ValueError(f"{said!r} stands for no country that is known; leave out what is not known")
    return codes


_READERS: Mapping[str, Callable[[str], Value]] = {
    ORIGINAL_LANGUAGE: _language,
    ORIGIN_COUNTRIES: lambda said: frozenset(_countries(said)),
    MAIN_COUNTRY: _country,
    RELEASE_DATE: date_of,
}
