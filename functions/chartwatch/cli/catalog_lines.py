"""What a person is shown of works: lists, facts with who says so, conflicts and candidates."""

from collections.abc import Iterable, Iterator
from datetime import date

from chartwatch.adapters.tmdb import NOTICE
from chartwatch.cli.lacking import FACTS_IN_WORDS
from chartwatch.cli.lists import cut
from chartwatch.cli.overrides import candidate_id, candidates_of
from chartwatch.cli.terminals import columns, fitted
from chartwatch.domain import words
from chartwatch.domain.codes import COUNTRIES, FORMER_COUNTRIES, LANGUAGES, nearest
from chartwatch.domain.works.candidates import Candidate, Provider
from chartwatch.domain.works.evidence import Scored
from chartwatch.domain.works.facts import Fact, Layer, Value
from chartwatch.domain.works.identification import countries_of
from chartwatch.domain.works.layers import Known
from chartwatch.domain.works.resolving import Resolved
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, OWN_FACT, RELEASE_DATE, Work

WIDTH = 100
"""Columns of what is shown."""

MOST_CANDIDATES = 3
"""Candidates that are shown of a work that was looked up and stays unknown."""

_LAYERS = {
    Layer.STARTER: "starter",
    Layer.LOOKED_UP: "looked up",
    Layer.OWN_FILE: "own file",
    Layer.OVERRIDE: "override",
}

_FACTS = (ORIGINAL_LANGUAGE, MAIN_COUNTRY, ORIGIN_COUNTRIES, RELEASE_DATE)
"""In the order in which they are shown; own facts come after them."""


def list_lines(works: Iterable[Work], text: str, limit: int | None) -> Iterator[str]:
    """Yield a line for each work whose title or alias has the text; what was probably meant where none has it."""
    key, every = title_key(text), list(works)
    found = having(every, text)
    yield from cut(found, lambda work: fitted(f"{work.id}: {in_words(work)}"), limit)
    if not found:
        yield f"0 works{_meant(key, every)}"


def having(works: Iterable[Work], text: str) -> list[Work]:
    """Return the works whose title or alias has the text, by their titles."""
    key = title_key(text)
    found = [work for work in works if any(key in title_key(name) for name in (work.title, *work.aliases))]
    return sorted(found, key=lambda work: (title_key(work.title), work.id))


def _meant(key: str, works: Iterable[Work]) -> str:
    """Return which title is written much like a text, or has a word that is."""
    titles = {title_key(name): work.title for work in works for name in (work.title, *work.aliases)}
    by_word = {word: title for its, title in sorted(titles.items(), reverse=True) for word in its.split()}
    names = by_word | titles
    meant = nearest(key, names)
    return f"; did you mean {names[meant]}?" if meant else ""


def in_words(work: Work) -> str:
    """Return a work in a line: "Squid Game, series, Korean (ko), South Korea (KR), 2021-09-17"."""
    countries = ", ".join(map(_country, work.origin_countries)) or "unknown country"
    language = _language(work.original_language) if work.original_language else "unknown language"
    released = work.release_date.isoformat() if work.release_date else "unknown date"
    assumed = f" ({words.listed(sorted(map(fact_name, work.assumed)))} assumed)" if work.assumed else ""
    return f"{work.title}, {work.kind or 'unknown kind'}, {language}, {countries}, {released}{assumed}"


def fact_name(name: str) -> str:
    """Return what a person calls a fact: "original language"; an own one as it is."""
    return FACTS_IN_WORDS.get(name, "release date" if name == RELEASE_DATE else name)


def work_lines(known: Known) -> Iterator[str]:
    """Yield all that is known of a work: what stands of each fact, and under it who says what."""
    work = known.work
    yield work.title
    yield f"  {work.id}, {work.kind or 'unknown kind'}"
    if work.aliases:
        yield from words.wrapped(f"  also: {'; '.join(work.aliases)}", columns(WIDTH), subsequent_indent="    ")
    if work.ids:
        yield from words.wrapped(f"  ids: {', '.join(work.ids)}", columns(WIDTH), subsequent_indent="    ")
    names = [*_FACTS, *sorted(known.resolved.keys() - set(_FACTS))]
    for name in names:
        resolved = known.resolved.get(name)
        yield f"  {fact_name(name)}: {_stands(resolved)}"
        yield from _said_lines(resolved)
    number = sum(1 for _ in candidates_of(known))
    if number:
        yield f"  {words.counted(number, 'candidate')}: `chartwatch catalog candidates {work.id}` shows them"
    yield from notice_lines([known])


def conflict_lines(known: Iterable[Known], limit: int | None = None) -> Iterator[str]:
    """Yield each fact on which sources contradict each other, with what each of them says."""
    those = [its for its in known if any(resolved.is_conflict for resolved in its.resolved.values())]
    those.sort(key=lambda its: its.work.id)
    yield from cut(those, _conflicts, limit)
    yield f"{words.counted(len(those), 'work')} with facts in conflict"
    yield from notice_lines(those)


def _conflicts(known: Known) -> Iterator[str]:
    for name, resolved in sorted(known.resolved.items()):
        if resolved.is_conflict:
            yield f"{known.work.id}: {fact_name(name)} of {known.work.title}: {_stands(resolved)}"
            yield from _said_lines(resolved)


def candidate_lines(known: Known) -> Iterator[str]:
    """Yield the candidates of a work, each with its score, the reasons, and what it says."""
    its = list(candidates_of(known))
    yield f"{known.work.id}: {in_words(known.work)}"
    for answer, scored in its:
        yield from scored_lines(scored, f"  {candidate_id(scored.candidate)}, asked {answer.asked}")
    if not its:
        yield "  no candidates: `chartwatch catalog enrich` looks for some"
    yield from notice_lines([known])


def scored_lines(scored: Scored, name: str) -> Iterator[str]:
    """Yield what speaks for and against a candidate, and what it says."""
    reasons = ", ".join(f"{reason.evidence} {reason.weight:+}" for reason in scored.reasons) or "no evidence"
    yield from words.wrapped(f"{name}, score {scored.score}: {reasons}", columns(WIDTH), subsequent_indent=" " * 6)
    yield from words.wrapped(f"      {candidate_in_words(scored.candidate)}", columns(WIDTH), subsequent_indent=" " * 6)


def candidate_in_words(candidate: Candidate) -> str:
    """Return a candidate in a line, as `in_words` returns a work."""
    titles = [title.text for title in candidate.titles[:1]] or ["no title"]
    languages = [_language(code) for code in candidate.languages] or ["unknown language"]
    countries = [_country(code) for code in sorted(countries_of(candidate))] or ["unknown country"]
    first = min(candidate.released, default=None)
    released = "unknown date" if first is None else str(first.first if first.is_day else first.first.year)
    return ", ".join((*titles, candidate.kind or "unknown kind", *languages, *countries, released))


def facts_in_words(facts: Iterable[Fact]) -> str:
    """Return facts in a line: "original language Korean (ko), countries of origin South Korea (KR)"."""
    by_name: dict[str, Fact] = {}
    for fact in facts:
        by_name.setdefault(fact.name, fact)
    return ", ".join(f"{fact_name(name)} {value_in_words(fact.name, fact.value)}" for name, fact in by_name.items())


def value_in_words(name: str, value: Value) -> str:
    """Return the value of a fact with its code: "Korean (ko)"."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return " and ".join(sorted(value) if name.startswith(OWN_FACT) else map(_country, sorted(value)))
    return {ORIGINAL_LANGUAGE: _language, MAIN_COUNTRY: _country}.get(name, str)(value)


def notice_lines(known: Iterable[Known]) -> Iterator[str]:
    """Yield TMDB's notice where its data are shown."""
    if any(_is_of_tmdb(its) for its in known):
        yield NOTICE


def _is_of_tmdb(known: Known) -> bool:
    facts = (fact for dossier in known.dossiers for fact in dossier.facts)
    answers = (answer for dossier in known.dossiers for answer in dossier.lookup.answers)
    return any(fact.source.split()[0] == Provider.TMDB for fact in facts if fact.source) or any(
        answer.provider is Provider.TMDB for answer in answers
    )


def _stands(resolved: Resolved | None) -> str:
    """Return what stands of a fact: "Korean (ko)", "unknown", "Korean (ko), assumed, in conflict"."""
    if resolved is None:
        return "unknown"
    value = "unknown" if resolved.value is None else value_in_words(resolved.name, resolved.value)
    marks = ("assumed" if resolved.is_assumed else "", "in conflict" if resolved.is_conflict else "")
    return ", ".join((value, *filter(None, marks)))


def _said_lines(resolved: Resolved | None) -> Iterator[str]:
    facts = (*resolved.said_by, *resolved.against, *resolved.overruled) if resolved else ()
    for fact in facts:
        asked = f", {fact.asked}" if fact.asked else ""
        led = f", by the link of {fact.led_by}" if fact.led_by else ""
        until = f", to be asked again by {fact.expires}" if fact.expires else ""
        overruled = ", overruled" if resolved and fact in resolved.overruled else ""
        where = f"{fact.source} ({_LAYERS[fact.layer]}{asked}{led}, {fact.confidence} confidence{until}{overruled})"
        yield from words.wrapped(
            f"    {value_in_words(fact.name, fact.value)}: {where}", columns(WIDTH), subsequent_indent=" " * 6
        )


def _language(code: str) -> str:
    return f"{LANGUAGES.get(code, code)} ({code})"


def _country(code: str) -> str:
    return f"{COUNTRIES.get(code) or FORMER_COUNTRIES.get(code, code)} ({code})"
