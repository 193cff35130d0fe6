"""How often looking up works by name is wrong: on recorded candidates whose truth is known.

    python -m bench.candidates FOLDER

FOLDER holds tmdb.jsonl.gz, wikidata.jsonl.gz or both: a work a line, with `query`, `chart_titles`, `kind`, `context`,
`truth` and `candidates` (field names of the providers). `truth` and `is_true_record` are read for scoring alone. What
is printed for each half of the works (by a hash of the id) and for all: how many facts were taken, how many of them are
wrong, and how many works whose true record is there got an answer. Exits with 1 when a target is missed on all works.
"""

import gzip
import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from chartwatch.domain.works.candidates import (
    Candidate,
    ExternalId,
    Provider,
    Role,
    Scheme,
    Sighting,
    Span,
    Title,
)
from chartwatch.domain.works.identification import Identified, identify
from chartwatch.domain.works.provider_codes import is_within, provider_countries, provider_language, provider_languages
from chartwatch.domain.works.work import Kind

TRUE = ("yes", "probable")
UNDECIDED = ("maybe", "unsure")

NETFLIX_NETWORK = 213


@dataclass(frozen=True, slots=True)
class Recorded:
    """A provider's candidates for a work, in the order of its answer, and which of them are the true record."""

    candidates: tuple[Candidate, ...]
    marks: tuple[str, ...]

    @property
    def has_truth(self) -> bool:
        return any(mark in TRUE for mark in self.marks)

    @property
    def has_only_others(self) -> bool:
        return bool(self.marks) and all(mark == "no" for mark in self.marks)

    @property
    def has_language(self) -> bool:
        return any(m in TRUE and c.languages for c, m in zip(self.candidates, self.marks, strict=True))

    @property
    def has_country(self) -> bool:
        return any(m in TRUE and (c.origins or c.producers) for c, m in zip(self.candidates, self.marks, strict=True))


@dataclass
class Work:
    """A work, what charts say of it, what providers answered, and the truth."""

    id: str
    sighting: Sighting
    language: str | None
    countries: tuple[str, ...]
    recorded: dict[Provider, Recorded] = field(default_factory=dict)


# Reading.


def read(folder: Path) -> list[Work]:
    """Return the works of a folder, by id."""
    lines = {
        provider: {row["work_id"]: row for row in _rows(folder / f"{provider}.jsonl.gz")} for provider in Provider
    }
    works = []
    for work_id in sorted(set().union(*lines.values())):
        rows = {provider: its[work_id] for provider, its in lines.items() if work_id in its}
        context: Mapping[str, Any] = next((row["context"] for row in rows.values() if "context" in row), {})
        some = next((row for row in rows.values() if "context" in row), next(iter(rows.values())))
        truth = some["truth"]
        work = Work(
            work_id,
            _sighting(some, context),
            provider_language(truth["original_language"]),
            provider_countries(truth["origin_countries"] or ()),
        )
        for provider, row in rows.items():
            parse = PARSERS[provider]
            found = [(candidate, raw["is_true_record"]) for raw in row["candidates"] if (candidate := parse(raw))]
            work.recorded[provider] = Recorded(tuple(c for c, _ in found), tuple(m for _, m in found))
        works.append(work)
    return works


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sighting(row: Mapping[str, Any], context: Mapping[str, Any]) -> Sighting:
    first = date.fromisoformat(context["first_chart_date"]) if "first_chart_date" in context else date.max
    ids = {ExternalId(Scheme.NETFLIX, str(context["netflix_id"]))} if context.get("netflix_id") else set()
    return Sighting(
        titles=tuple(dict.fromkeys((row["query"], *row.get("chart_titles", ())))),
        kind=Kind(row["kind"]) if row["kind"] else None,
        first_charted=first,
        in_english=_in_english(context, first),
        territories=frozenset(context.get("territories") or ()),
        year=int(context.get("netflix_year") or 0) or None,
        minutes=context.get("netflix_runtime_min") or None,
        released=_day(context.get("netflix_us_release")),
        ids=frozenset(ids),
    )


def _in_english(context: Mapping[str, Any], first: date) -> bool | None:
    """Return whether the list nearest to the first date is the English one."""
    dated = [(abs(date.fromisoformat(day) - first), name) for name, day in (context.get("lists") or {}).items()]
    return min(dated)[1] == "English" if dated else None


def _tmdb(raw: Mapping[str, Any]) -> Candidate:
    details = raw.get("details") or {}
    kind = Kind.SERIES if raw["media_type"] == "tv" else Kind.FILM
    titles = [Title(raw["name"] if kind is Kind.SERIES else raw["title"])]
    if original := raw.get("original_name") or raw.get("original_title"):
        titles.append(Title(original, Role.ORIGINAL))
    titles += [Title(text, Role.ALTERNATIVE) for text in details.get("alternative_titles") or ()]
    scheme = Scheme.TMDB_SERIES if kind is Kind.SERIES else Scheme.TMDB_FILM
    ids = {ExternalId(scheme, str(raw["id"]))} if raw.get("id") else set()
    if details.get("imdb_id"):
        ids.add(ExternalId(Scheme.IMDB, details["imdb_id"]))
    return Candidate(
        provider=Provider.TMDB,
        id=str(raw.get("id") or ""),
        kind=kind,
        titles=tuple(titles),
        released=_released(raw.get("release_date") or raw.get("first_air_date"), raw.get("year")),
        languages=provider_languages([raw.get("original_language")]),
        origins=provider_countries(raw.get("origin_country") or details.get("origin_country") or ()),
        producers=provider_countries(country["iso_3166_1"] for country in details.get("production_countries") or ()),
        on_netflix=any(network["id"] == NETFLIX_NETWORK for network in details.get("networks") or ()),
        minutes=round(details["runtime"]) if kind is Kind.FILM and details.get("runtime") else None,
        votes=raw.get("vote_count"),
        ids=frozenset(ids),
    )


def _wikidata(raw: Mapping[str, Any]) -> Candidate:
    claims = raw["claims"]
    ids = {ExternalId(Scheme.WIKIDATA, raw["id"])}
    for prop, scheme in (("P1874", Scheme.NETFLIX), ("P345", Scheme.IMDB), ("P4947", Scheme.TMDB_FILM), ("P4983", Scheme.TMDB_SERIES)):
        ids |= {ExternalId(scheme, str(value)) for value in claims.get(prop) or ()}
    names = [name for name in (raw.get("label"), *(raw.get("aliases") or ())) if name]
    return Candidate(
        provider=Provider.WIKIDATA,
        id=raw["id"],
        kind=_kind(item["id"] for item in claims.get("P31") or ()),
        titles=tuple(Title(name, Role.ALTERNATIVE if place else Role.MAIN) for place, name in enumerate(names)),
        released=tuple(
            _span(value["date"], value["precision"]) for prop in ("P577", "P580") for value in claims.get(prop) or ()
        ),
        languages=provider_languages(item.get("code") for item in claims.get("P364") or ()),
        origins=provider_countries(item["iso"] for item in claims.get("P495") or () if item.get("iso")),
        on_netflix=any(item["id"] == "Q907311" for item in claims.get("P449") or ()),
        ids=frozenset(ids),
    )


PARSERS: Mapping[Provider, Callable[[Mapping[str, Any]], Candidate]] = {
    Provider.TMDB: _tmdb,
    Provider.WIKIDATA: _wikidata,
}

FILMS = {"Q11424", "Q24869", "Q506240", "Q202866", "Q29168811", "Q93204"}
SERIES = {"Q5398426", "Q1259759", "Q581714", "Q63952888", "Q15416"}


def _kind(classes: Iterable[str]) -> Kind | None:
    named = set(classes)
    return Kind.FILM if named & FILMS else Kind.SERIES if named & SERIES else None


def _released(day: str | None, year: int | None) -> tuple[Span, ...]:
    if found := _day(day):
        return (Span.day(found),)
    written = re.match(r"\d{4}", day or "") or (re.match(r"\d{4}", str(year)) if year else None)
    return (Span.year(int(written[0])),) if written else ()


def _span(day: str, precision: int) -> Span:
    return Span.day(date.fromisoformat(day)) if precision >= 11 else Span.year(int(day[:4]))


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written and len(written) == 10 else None


# Scoring.


@dataclass
class Tally:
    """What one way of looking up came to on some works."""

    works: int = 0
    languages: int = 0
    wrong_languages: int = 0
    narrower: int = 0
    mains: int = 0
    wrong_mains: int = 0
    sets_only: int = 0
    wrong_sets: int = 0
    with_truth: int = 0
    identified: int = 0
    answerable: int = 0
    answered: int = 0
    countries_answerable: int = 0
    countries_answered: int = 0
    mains_answered: int = 0
    only_others: int = 0
    refused: int = 0
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a way of looking up says of a work."""

    language: str | None = None
    main: str | None = None
    countries: frozenset[str] = frozenset()

    @property
    def is_none(self) -> bool:
        return self.language is None and not self.countries and self.main is None


def one_provider(provider: Provider) -> Callable[[Work], Answer]:
    """Return the way of looking up that asks one provider."""

    def look_up(work: Work) -> Answer:
        found = identify(work.sighting, provider, work.recorded[provider].candidates)
        return Answer(found.language, found.main_country, found.countries)

    return look_up


def first_hit(provider: Provider) -> Callable[[Work], Answer]:
    """Return the naive way: the first candidate that bears the name and is of the kind, and its first country."""

    def look_up(work: Work) -> Answer:
        for candidate in work.recorded[provider].candidates:
            if candidate.kind in (None, work.sighting.kind):
                countries = (*candidate.origins, *candidate.producers)
                language = candidate.languages[0] if candidate.languages else None
                return Answer(language, countries[0] if countries else None, frozenset(countries))
        return Answer()

    return look_up


def both(work: Work) -> Answer:
    """Ask Wikidata, then TMDB with the numbers that Wikidata knows; what they disagree on is unknown."""
    said: list[Identified] = []
    sighting = work.sighting
    for provider in (Provider.WIKIDATA, Provider.TMDB):
        found = identify(sighting, provider, work.recorded[provider].candidates if provider in work.recorded else ())
        sighting = sighting.known_as(found.ids)
        said.append(found)
    return Answer(
        _agreed([found.language for found in said if found.language]),
        _agreed([found.main_country for found in said if found.main_country]),
        frozenset().union(*(found.countries for found in said)),
    )


def _agreed(values: Sequence[str]) -> str | None:
    return values[0] if len(set(values)) == 1 else None


def count(works: Iterable[Work], providers: Sequence[Provider], look_up: Callable[[Work], Answer], *, wrong: list[str]) -> Tally:
    """Return what a way of looking up comes to; what it gets wrong is added to `wrong`."""
    tally = Tally()
    for work in works:
        recorded = [work.recorded[provider] for provider in providers if provider in work.recorded]
        marks = [mark for its in recorded for mark in its.marks]
        if not marks:
            continue
        tally.works += 1
        answer = look_up(work)
        has_truth = any(its.has_truth for its in recorded)
        if not has_truth and any(mark in UNDECIDED for mark in marks):
            tally.undecided += 1
            continue
        if not has_truth:
            tally.only_others += 1
            tally.refused += answer.is_none
        if answer.language and work.language:
            tally.languages += 1
            tally.narrower += answer.language != work.language and is_within(answer.language, work.language)
            if not is_within(answer.language, work.language):
                tally.wrong_languages += 1
                wrong.append(f"{work.id}: {answer.language}, is {work.language}")
        if answer.main and work.countries:
            tally.mains += 1
            if answer.main != work.countries[0]:
                tally.wrong_mains += 1
                wrong.append(f"{work.id}: {answer.main}, is {';'.join(work.countries)}")
        elif answer.countries and work.countries:
            tally.sets_only += 1
            if work.countries[0] not in answer.countries:
                tally.wrong_sets += 1
                wrong.append(f"{work.id}: {sorted(answer.countries)}, is {';'.join(work.countries)}")
        if has_truth:
            tally.with_truth += 1
            tally.identified += answer != Answer()
        if any(its.has_language for its in recorded):
            tally.answerable += 1
            tally.answered += answer.language is not None
        if any(its.has_country for its in recorded):
            tally.countries_answerable += 1
            tally.countries_answered += bool(answer.countries)
            tally.mains_answered += answer.main is not None
    return tally


# Printing.

MOST_WRONG_LANGUAGES = 0.005
MOST_WRONG_MAINS = 0.01
LEAST_ANSWERED = 0.90
LEAST_REFUSED = 0.95


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the Wilson score interval of a share, at 95 %; all of it for none of none."""
    if not whole:
        return 0.0, 1.0
    z, share = 1.959964, part / whole
    middle = share + z * z / (2 * whole)
    reach = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return max(0.0, (middle - reach) / (1 + z * z / whole)), min(1.0, (middle + reach) / (1 + z * z / whole))


def share(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{part}/{whole} = {part / whole:.1%} ({low:.1%} to {high:.1%})" if whole else "0/0"


def half(work_id: str) -> str:
    """Return the half in which a work is: thresholds were set on the first."""
    return "first" if hashlib.sha256(work_id.encode()).digest()[0] % 2 == 0 else "second"


def lines(tally: Tally) -> list[tuple[str, str, bool]]:
    """Return the table's lines: what, how often, and whether it is as it should be."""
    wrong_languages = tally.wrong_languages <= MOST_WRONG_LANGUAGES * tally.languages
    wrong_mains = tally.wrong_mains <= MOST_WRONG_MAINS * tally.mains
    return [
        ("languages wrong, of those taken", share(tally.wrong_languages, tally.languages), wrong_languages),
        ("main countries wrong, of those taken", share(tally.wrong_mains, tally.mains), wrong_mains),
        ("main one missing from a set of countries", share(tally.wrong_sets, tally.sets_only), True),
        ("language answered, true record says one", share(tally.answered, tally.answerable), tally.answered >= LEAST_ANSWERED * tally.answerable),
        ("countries answered, true record says some", share(tally.countries_answered, tally.countries_answerable), tally.countries_answered >= LEAST_ANSWERED * tally.countries_answerable),
        ("  with a main one", share(tally.mains_answered, tally.countries_answerable), True),
        ("anything answered, true record there", share(tally.identified, tally.with_truth), True),
        ("refused, only other records there", share(tally.refused, tally.only_others), tally.refused >= LEAST_REFUSED * tally.only_others),
        ("only records of which nobody knows", str(tally.undecided), True),
    ]


def main(folder: Path) -> int:
    """Print the table and return the exit code."""
    works = read(folder)
    if not works:
        print(f"{folder} has no candidates", file=sys.stderr)
        return 2
    there = [provider for provider in (Provider.TMDB, Provider.WIKIDATA) if any(provider in w.recorded for w in works)]
    ways: list[tuple[str, Sequence[Provider], Callable[[Work], Answer]]] = []
    for provider in there:
        ways += [(f"{provider}", [provider], one_provider(provider)), (f"{provider}, first hit", [provider], first_hit(provider))]
    ways.append(("both", there, both))
    missed = False
    for name, providers, look_up in ways:
        print(f"\n{name}")
        for part in ("first", "second", "all"):
            wrong: list[str] = []
            tally = count((w for w in works if part in ("all", half(w.id))), providers, look_up, wrong=wrong)
            print(f"  {part} half" if part != "all" else "  all", f"({tally.works} works)")
            for what, how_often, as_it_should in lines(tally):
                print(f"    {what:42} {how_often}{'' if as_it_should else '  MISSED'}")
                missed |= part == "all" and "first hit" not in name and not as_it_should
            if part == "first" and "first hit" not in name:
                print(*(f"      {line}" for line in wrong), sep="\n")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
