"""How often looking up works by name is wrong: on recorded candidates whose truth is known.

    python -m bench.candidates FOLDER

FOLDER holds tmdb.jsonl.gz, wikidata.jsonl.gz or both: a work a line, with `query`, `chart_titles`, `kind`, `context`,
`truth` and `candidates` (field names of the providers). `truth` and `is_true_record` are read for scoring alone.

Printed are, for each half of the works (by a hash of the id; weights and thresholds were set on the first) and for all:
how many facts were taken and how many of them are wrong, how many works whose true record is there got an answer, and
how many got none where only others are there; each with its Wilson interval at 95 %, beside what the first hit comes
to. Exits with 1 when both providers together miss a target on all works.
"""

import gzip
import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from chartwatch.adapters.tmdb import countries_of
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
from chartwatch.domain.works.facts import Fact, facts_found
from chartwatch.domain.works.identification import identify
from chartwatch.domain.works.languages import is_within
from chartwatch.domain.works.provider_codes import provider_countries, provider_language, provider_languages
from chartwatch.domain.works.resolving import resolve
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Kind

TRUE = ("yes", "probable")
UNDECIDED = ("maybe", "unsure")
BOTH = "both"

NETFLIX_NETWORK = 213

ASKED = date(2026, 1, 1)
"""The day on which all is taken to have been asked."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A provider's candidates for a work, in the order of its answer, and which of them are the true record."""

    candidates: tuple[Candidate, ...]
    marks: tuple[str, ...]

    def true_one_has(self, what: Callable[[Candidate], bool]) -> bool:
        return any(mark in TRUE and what(one) for one, mark in zip(self.candidates, self.marks, strict=True))

    def without_truth(self) -> "Recorded":
        others = [(one, mark) for one, mark in zip(self.candidates, self.marks, strict=True) if mark == "no"]
        return Recorded(tuple(one for one, _ in others), tuple(mark for _, mark in others))


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
    """Return the works of a folder whose context is known, by id."""
    lines = {provider: {row["work_id"]: row for row in _rows(folder / f"{provider}.jsonl.gz")} for provider in Provider}
    works = []
    for work_id in sorted(set().union(*lines.values())):
        rows = {provider: its[work_id] for provider, its in lines.items() if work_id in its}
        charted = next((row for row in rows.values() if row.get("context")), None)
        if charted is None:
            continue
        truth = charted["truth"]
        work = Work(
            work_id,
            _sighting(charted, charted["context"]),
            provider_language(truth["original_language"]),
            provider_countries(truth["origin_countries"] or ()),
        )
        for provider, row in rows.items():
            parse = PARSERS[provider]
            marks = tuple(raw["is_true_record"] for raw in row["candidates"])
            work.recorded[provider] = Recorded(tuple(map(parse, row["candidates"])), marks)
        works.append(work)
    return works


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sighting(row: Mapping[str, Any], context: Mapping[str, Any]) -> Sighting:
    first = date.fromisoformat(context["first_chart_date"])
    ids = {ExternalId(Scheme.NETFLIX, str(context["netflix_id"]))} if context.get("netflix_id") else set()
    return Sighting(
        titles=tuple(dict.fromkeys((row["query"], *(row.get("chart_titles") or ())))),
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
    lists = (context.get("lists") or {}).items()
    dated = [(abs(day - first), name) for name, written in lists if (day := _day(written))]
    return min(dated)[1] == "English" if dated else None


def _tmdb(raw: Mapping[str, Any]) -> Candidate:
    details = raw.get("details") or {}
    kind = Kind.SERIES if raw["media_type"] == "tv" else Kind.FILM
    named = [
        (raw.get("name") or raw.get("title"), Role.MAIN),
        (raw.get("original_name") or raw.get("original_title"), Role.ORIGINAL),
        *((text, Role.ALTERNATIVE) for text in details.get("alternative_titles") or ()),
    ]
    scheme = Scheme.TMDB_SERIES if kind == Kind.SERIES else Scheme.TMDB_FILM
    ids = {ExternalId(scheme, str(raw["id"]))} if raw.get("id") else set()
    if details.get("imdb_id"):
        ids.add(ExternalId(Scheme.IMDB, details["imdb_id"]))
    origins, producers = countries_of(
        raw.get("origin_country") or details.get("origin_country") or (),
        [country.get("iso_3166_1") or "" for country in details.get("production_countries") or ()],
    )
    return Candidate(
        provider=Provider.TMDB,
        id=str(raw.get("id") or ""),
        kind=kind,
        titles=tuple(Title(text, role) for text, role in named if text),
        released=_released(raw.get("release_date") or raw.get("first_air_date"), raw.get("year")),
        languages=provider_languages([raw.get("original_language")]),
        origins=origins,
        producers=producers,
        on_netflix=any(network.get("id") == NETFLIX_NETWORK for network in details.get("networks") or ()),
        minutes=round(details["runtime"]) if kind == Kind.FILM and details.get("runtime") else None,
        votes=raw.get("vote_count"),
        ids=frozenset(ids),
    )


def _wikidata(raw: Mapping[str, Any]) -> Candidate:
    claims = raw["claims"]
    ids = {ExternalId(Scheme.WIKIDATA, raw["id"])}
    for prop, scheme in (
        ("P1874", Scheme.NETFLIX),
        ("P345", Scheme.IMDB),
        ("P4947", Scheme.TMDB_FILM),
        ("P4983", Scheme.TMDB_SERIES),
    ):
        ids |= {ExternalId(scheme, str(value)) for value in claims.get(prop) or ()}
    names = [name for name in (raw.get("label"), *(raw.get("aliases") or ())) if name]
    return Candidate(
        provider=Provider.WIKIDATA,
        id=raw["id"],
        kind=_kind(item.get("id") for item in claims.get("P31") or ()),
        titles=tuple(Title(name, Role.ALTERNATIVE if place else Role.MAIN) for place, name in enumerate(names)),
        released=tuple(span for prop in ("P577", "P580") for value in claims.get(prop) or () for span in _span(value)),
        languages=provider_languages(item.get("code") for item in claims.get("P364") or ()),
        origins=provider_countries(item.get("iso") for item in claims.get("P495") or ()),
        on_netflix=any(item.get("id") == "Q907311" for item in claims.get("P449") or ()),
        ids=frozenset(ids),
    )


PARSERS: Mapping[Provider, Callable[[Mapping[str, Any]], Candidate]] = {
    Provider.TMDB: _tmdb,
    Provider.WIKIDATA: _wikidata,
}

FILMS = {"Q11424", "Q24869", "Q506240", "Q202866", "Q29168811", "Q93204"}
SERIES = {"Q5398426", "Q1259759", "Q581714", "Q63952888", "Q15416"}


def _kind(classes: Iterable[str | None]) -> Kind | None:
    named = set(classes)
    return Kind.FILM if named & FILMS else Kind.SERIES if named & SERIES else None


def _released(day: str | None, year: int | str | None) -> tuple[Span, ...]:
    if found := _day(day):
        return (Span.day(found),)
    written = re.match(r"\d{4}", day or "") or (re.match(r"\d{4}", str(year)) if year else None)
    return (Span.year(int(written[0])),) if written else ()


def _span(written: Mapping[str, Any]) -> tuple[Span, ...]:
    """Return the days that a recorded time leaves open; none for less than a year."""
    precision = written.get("precision") or 0
    day = written.get("date")
    return _released(day if precision >= 11 else None, day if precision >= 9 else None)


def _day(written: str | None) -> date | None:
    """Return the day that is written; None for none, and for what is no day."""
    try:
        return date.fromisoformat(written) if written and len(written) == 10 else None
    except ValueError:
        return None


# Scoring.


@dataclass
class Share:
    """How many of how many."""

    part: int = 0
    whole: int = 0

    def add(self, is_part: bool) -> None:
        self.part += is_part
        self.whole += 1

    def __str__(self) -> str:
        if not self.whole:
            return "0/0"
        low, high = wilson(self.part, self.whole)
        return f"{self.part}/{self.whole} = {self.part / self.whole:.1%} ({low:.1%} to {high:.1%})"


@dataclass
class Tally:
    """What one way of looking up comes to on some works; `mistakes` says what it got wrong.

    A language that is part of the true one is right (Cantonese, where the truth says Chinese), and counted.
    """

    works: int = 0
    wrong_languages: Share = field(default_factory=Share)
    narrower_languages: int = 0
    wrong_mains: Share = field(default_factory=Share)
    wrong_sets: Share = field(default_factory=Share)
    answered: Share = field(default_factory=Share)
    languages: Share = field(default_factory=Share)
    countries: Share = field(default_factory=Share)
    mains: Share = field(default_factory=Share)
    refused: Share = field(default_factory=Share)
    withheld_wrong: Share = field(default_factory=Share)
    undecided: int = 0
    mistakes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a way of looking up says of a work."""

    language: str | None = None
    main: str | None = None
    countries: frozenset[str] = frozenset()


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
    """Ask Wikidata, then TMDB with the numbers that Wikidata knows; what they contradict each other on is unknown."""
    facts: list[Fact] = []
    sighting = work.sighting
    for provider in (Provider.WIKIDATA, Provider.TMDB):
        found = identify(sighting, provider, work.recorded[provider].candidates if provider in work.recorded else ())
        sighting = sighting.known_as(found.ids, provider)
        facts += facts_found(found, ASKED)
    resolved = resolve(facts, ASKED)
    values = [
        resolved[name].value if name in resolved else None
        for name in (ORIGINAL_LANGUAGE, MAIN_COUNTRY, ORIGIN_COUNTRIES)
    ]
    language, main_country, countries = values
    assert not isinstance(language, date | frozenset)
    assert not isinstance(main_country, date | frozenset)
    return Answer(language, main_country, countries if isinstance(countries, frozenset) else frozenset())


def count(works: Iterable[Work], providers: Sequence[Provider], look_up: Callable[[Work], Answer]) -> Tally:
    """Return what a way of looking up comes to."""
    tally = Tally()
    for work in works:
        recorded = [work.recorded[provider] for provider in providers if provider in work.recorded]
        marks = {mark for its in recorded for mark in its.marks}
        if not marks:
            continue
        tally.works += 1
        if marks.intersection(TRUE):
            answer = look_up(work)
            count_wrong(tally, work, answer)
            count_answered(tally, recorded, answer)
            if any(wrong_facts(work, look_up(without_truth(work)))):
                tally.withheld_wrong.part += 1
            tally.withheld_wrong.whole += "no" in marks
        elif marks.intersection(UNDECIDED):
            tally.undecided += 1
        else:
            answer = look_up(work)
            count_wrong(tally, work, answer)
            tally.refused.add(answer == Answer())
    return tally


def without_truth(work: Work) -> Work:
    """Return the work as a provider would answer that has no record of it."""
    return replace(work, recorded={provider: its.without_truth() for provider, its in work.recorded.items()})


def wrong_facts(work: Work, answer: Answer) -> Iterator[str]:
    """Yield what is wrong of an answer."""
    if answer.language and work.language and not is_within(answer.language, work.language):
        yield f"{work.id}: {answer.language}, is {work.language}"
    if answer.main and work.countries and answer.main != work.countries[0]:
        yield f"{work.id}: {answer.main}, is {';'.join(work.countries)}"


def count_wrong(tally: Tally, work: Work, answer: Answer) -> None:
    tally.mistakes += wrong_facts(work, answer)
    if answer.language and work.language:
        tally.wrong_languages.add(not is_within(answer.language, work.language))
        tally.narrower_languages += answer.language != work.language and is_within(answer.language, work.language)
    if answer.main and work.countries:
        tally.wrong_mains.add(answer.main != work.countries[0])
    elif answer.countries and work.countries:
        tally.wrong_sets.add(work.countries[0] not in answer.countries)


def count_answered(tally: Tally, recorded: Sequence[Recorded], answer: Answer) -> None:
    tally.answered.add(answer.language is not None)
    if any(its.true_one_has(lambda candidate: bool(candidate.languages)) for its in recorded):
        tally.languages.add(answer.language is not None)
    if any(its.true_one_has(lambda candidate: bool(candidate.origins or candidate.producers)) for its in recorded):
        tally.countries.add(bool(answer.countries))
        tally.mains.add(answer.main is not None)


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


def half(work_id: str) -> str:
    """Return the half in which a work is: thresholds were set on the first."""
    return "first half" if hashlib.sha256(work_id.encode()).digest()[0] % 2 == 0 else "second half"


def lines(tally: Tally) -> list[tuple[str, str, bool]]:
    """Return the table's lines: what, how often, and whether it is as it should be."""
    wrong_languages, wrong_mains = tally.wrong_languages, tally.wrong_mains
    answered, refused = tally.answered, tally.refused
    return [
        (
            "language wrong, of those taken",
            str(wrong_languages),
            wrong_languages.part <= MOST_WRONG_LANGUAGES * wrong_languages.whole,
        ),
        (
            "main country wrong, of those taken",
            str(wrong_mains),
            wrong_mains.part <= MOST_WRONG_MAINS * wrong_mains.whole,
        ),
        ("main one missing from countries without one", str(tally.wrong_sets), True),
        ("language answered, true record there", str(answered), answered.part >= LEAST_ANSWERED * answered.whole),
        ("  where the true record says one", str(tally.languages), True),
        ("countries answered, true record says some", str(tally.countries), True),
        ("  with a main one", str(tally.mains), True),
        ("refused, only other records there", str(refused), refused.part >= LEAST_REFUSED * refused.whole),
        ("wrong facts, true record taken away", str(tally.withheld_wrong), True),
        ("works with no record that is surely true or not", str(tally.undecided), True),
        ("languages narrower than the true one", str(tally.narrower_languages), True),
    ]


def main(folder: Path) -> int:
    """Print the table and return the exit code."""
    works = read(folder)
    if not works:
        print(f"{folder} has no candidates with a context", file=sys.stderr)
        return 2
    ways: list[tuple[str, Sequence[Provider], Callable[[Work], Answer]]] = []
    for provider in (Provider.TMDB, Provider.WIKIDATA):
        ways.append((f"{provider}, first hit", [provider], first_hit(provider)))
        ways.append((f"{provider}", [provider], one_provider(provider)))
    ways.append((BOTH, list(Provider), both))
    missed = False
    for name, providers, look_up in ways:
        for part in ("first half", "second half", "all"):
            tally = count((w for w in works if part in ("all", half(w.id))), providers, look_up)
            print(f"\n{name}: {part}, {tally.works} works")
            for what, how_often, is_met in lines(tally):
                print(f"  {what:48} {how_often}{'' if is_met else '  MISSED'}")
                missed |= part == "all" and name == BOTH and not is_met
            if part == "all" and "first hit" not in name:
                print(*(f"  wrong: {mistake}" for mistake in tally.mistakes), sep="\n")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
