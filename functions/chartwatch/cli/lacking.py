"""What is said of the works at #1 of which facts are not known."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from chartwatch.cli.lists import cut
from chartwatch.cli.terminals import fitted
from chartwatch.domain import words
from chartwatch.domain.works.candidates import is_looked_up
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE
from chartwatch.services.unknown import MEANING, Seen

FACTS_IN_WORDS: Mapping[str, str] = {
    ORIGINAL_LANGUAGE: "original language",
    ORIGIN_COUNTRIES: "countries of origin",
    MAIN_COUNTRY: "main country",
    MEANING: "which of several works it is",
}
"""What a person is told that a work lacks."""


def help_with(seen: Sequence[Seen]) -> str:
    """Return what helps where facts are not known: a look-up, or a person, of what no provider knows."""
    names = "`chartwatch catalog missing` names the works"
    if any(is_looked_up(its.work.kind, its.work.credit) for its in seen if its.lacks):
        return f"{names}, `chartwatch catalog enrich` looks them up."
    return f"{names}. Only films and series are looked up; `chartwatch catalog set`, or a file, says what is so."


def lacking_sentence(seen: Sequence[Seen]) -> str:
    """Return how many #1s lack which facts; nothing where none does."""
    unknown = [its for its in seen if its.lacks]
    if not unknown:
        return ""
    times: Counter[str] = Counter()
    for its in unknown:
        times.update(dict.fromkeys(its.lacks, its.times))
    all_times, its_times = sum(its.times for its in seen), sum(its.times for its in unknown)
    which = words.listed([f"{FACTS_IN_WORDS[name]} of {times[name]:,}" for name in FACTS_IN_WORDS if times[name]])
    return (
        f"Of {its_times:,} of {all_times:,} #1s ({words.counted(len(unknown), 'work')}) a fact is not known: {which}."
    )


def missing_lines(seen: Sequence[Seen], candidates: Mapping[str, int], limit: int | None = None) -> Iterator[str]:
    """Yield two lines for each work that lacks facts; `candidates` are the numbers of those that are known, by id."""

    def lines(its: Seen) -> Iterator[str]:
        found = f"; {words.counted(candidates[its.work.id], 'candidate')}" if candidates.get(its.work.id) else ""
        lacks = words.listed([FACTS_IN_WORDS[name] for name in its.lacks])
        yield from fitted(f"{its.times:>6,}  {its.work.title}: {lacks}{found}", " " * 8)
        ids = " or ".join(work.id for work in its.work.candidates[:-1]) or its.work.id
        yield f"        {ids}, first at #1 {its.period}"

    yield from cut([its for its in seen if its.lacks], lines, limit)
    yield lacking_sentence(seen) or "Nothing is missing of the works at #1."
