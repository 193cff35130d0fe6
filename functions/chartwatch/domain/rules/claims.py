"""Claims: what the history, the catalog and the rules say now of one slot, with the evidence for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rolls import Line, Tally
from chartwatch.domain.rules.rule import Fact, Origin, Rule, RuleKind
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Work

Gap = tuple[date, date]
"""First and last of a range of missing periods."""

MAX_DAYS = 99
"""Days after release that are worth a count."""

_FACT_WORDS = {
    Fact.WORK_KIND: "kind",
    Fact.ORIGINAL_LANGUAGE: "original language",
    Fact.ORIGIN_COUNTRY: "country of origin",
    Fact.RELEASE_YEAR: "release date",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and on what record a claim is made: the coverage of its scope up to and with the publication.

    `territories` says, for scope chart, where each claimant that is new there stands at #1 now.
    """

    publication: PublicationSummary
    scope: str
    first: date
    seen: int
    gaps: tuple[Gap, ...]
    territories: Mapping[Claimant, Sequence[str]]

    @property
    def period(self) -> date:
        """The period of the publication."""
        return self.publication.period


class Reason(NamedTuple):
    """Why a claim is provisional. `line` is the work of which something is unknown; None for missing periods."""

    said: str
    line: Line | None = None


class Otherwise(NamedTuple):
    """Who would hold a slot if works counted for their countries the other way; nobody when `holders` is empty."""

    origin: Origin
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Firsts:
    """What a claim of `nth` or `race` rests on: the works that make it now, those before them, and those unknown."""

    setting: Setting
    holders: Sequence[Holder]
    claimants: Sequence[Claimant]
    earlier: Sequence[Holder]
    undecided: Tally
    otherwise: Otherwise | None


@dataclass(frozen=True, slots=True)
class Claim:
    """One slot and what is true of it. `territory` is `*` for scope chart; `period` is when it came true.

    `reasons` are why it is provisional; there are none for a claim that nothing stands against. `brief` is the headline
    in a few words, for a subject line that has said the title already.
    """

    slot: str
    rule: str
    kind: RuleKind
    chart: str
    territory: str
    group: str | None
    n: int | None
    period: date
    holders: tuple[Holder, ...]
    left_censored: bool
    reasons: tuple[Reason, ...]
    headline: str
    brief: str
    evidence: Mapping[str, Any]
    works: tuple[Work, ...]


def fact_words(fact: Fact) -> str:
    """Return what a sentence calls a fact: "original language"."""
    return _FACT_WORDS[fact]


def change_claim(
    rule: Rule,
    setting: Setting,
    newcomers: Sequence[Claimant],
    since: Mapping[Claimant, date],
    *,
    previous: tuple[date, Sequence[Claimant]],
    gap: Gap | None,
) -> Claim:
    """Return the claim that `newcomers` are at #1 and were not in the period known before.

    `since` has the first period of those that had topped the scope before.
    """
    before, beaten = previous
    evidence = _evidence(setting, newcomers)
    evidence["previous"] = {"period": before.isoformat(), "number_ones": [claimant.name for claimant in beaten]}
    returning = {c.name: since[c].isoformat() for c in newcomers if c in since}
    if returning:
        evidence["first_topped"] = returning
    headline, brief = rule.headline, rule.brief
    if len(returning) == len(newcomers):
        headline, brief = rule.return_headline or headline, rule.return_brief or brief
    return _claim(
        rule,
        setting,
        setting.period.isoformat(),
        tuple(
            Holder(c.work_id, c.work.title, setting.period, c.season, returned=c in since, label=c.label)
            for c in newcomers
        ),
        newcomers,
        reasons=_gap_reasons([gap] if gap else []),
        evidence=evidence,
        templates=(headline, brief),
    )


def nth_claim(rule: Rule, group: str | None, n: int, firsts: Firsts) -> Claim:
    """Return the claim that works are the n-th of their group to top the scope."""
    return _claim(
        rule,
        firsts.setting,
        str(n) if group is None else f"{group}:{n}",
        # The group stands in the slot; a holder names one in a race only.
        tuple(replace(holder, group=None) for holder in firsts.holders),
        firsts.claimants,
        group=group,
        groups=[group] if group else [],
        n=n,
        reasons=(*_gap_reasons(firsts.setting.gaps), *_undecided_reasons(firsts.undecided)),
        evidence=_evidence_of_firsts(firsts),
    )


def race_claim(rule: Rule, n: int, firsts: Firsts) -> Claim:
    """Return the claim that the groups of works are the first with n works, which these completed."""
    return _claim(
        rule,
        firsts.setting,
        str(n),
        tuple(firsts.holders),
        firsts.claimants,
        groups=sorted({holder.group for holder in firsts.holders if holder.group}),
        n=n,
        reasons=(*_gap_reasons(firsts.setting.gaps), *_undecided_reasons(firsts.undecided)),
        evidence=_evidence_of_firsts(firsts),
    )


def spread_claim(rule: Rule, setting: Setting, claimant: Claimant, n: int, what: str) -> Claim:
    """Return the claim that a work has by now topped n territories of the chart; `what` is n or `all`."""
    return _claim_of_one(rule, setting, claimant, n, what)


def reign_claim(rule: Rule, setting: Setting, claimant: Claimant, n: int, what: str, *, censored: bool) -> Claim:
    """Return the claim that a work has been at #1 for n periods; `what` is n, or says which run is the longest."""
    return _claim_of_one(rule, setting, claimant, n, what, censored=censored)


def _claim_of_one(
    rule: Rule, setting: Setting, claimant: Claimant, n: int, what: str, *, censored: bool = False
) -> Claim:
    return _claim(
        rule,
        setting,
        f"{claimant.key}:{what}",
        (Holder(claimant.work_id, claimant.work.title, setting.period, claimant.season, label=claimant.label),),
        [claimant],
        group=claimant.key,
        n=n,
        reasons=_gap_reasons(setting.gaps),
        evidence=_evidence(setting, [claimant]),
        censored=censored,
    )


def _claim(
    rule: Rule,
    setting: Setting,
    place: str,
    holders: tuple[Holder, ...],
    claimants: Sequence[Claimant],
    *,
    reasons: tuple[Reason, ...],
    evidence: Mapping[str, Any],
    group: str | None = None,
    groups: Sequence[str] = (),
    n: int | None = None,
    censored: bool = False,
    templates: tuple[str, str] | None = None,
) -> Claim:
    chart = setting.publication.chart
    headline, brief = templates or (rule.headline, rule.brief)
    said = _wording(rule, setting, claimants, groups, n)
    released = _after_release(claimants, setting.period)
    return Claim(
        slot=f"{rule.id}:{chart.id}:{setting.scope}:{place}",
        rule=rule.id,
        kind=rule.kind,
        chart=chart.id,
        territory=setting.scope,
        group=group,
        n=n,
        period=setting.period,
        holders=holders,
        left_censored=censored or setting.period == setting.first,
        reasons=reasons,
        headline=words.sentence(f"{said(headline)}{released}, in records since {setting.first.isoformat()}"),
        brief=said(brief),
        evidence=evidence,
        works=tuple(claimant.work for claimant in claimants),
    )


def _wording(
    rule: Rule, setting: Setting, claimants: Sequence[Claimant], groups: Sequence[str], n: int | None
) -> Callable[[str], str]:
    """Return what fills in the words of a rule's templates."""
    subjects = groups if rule.kind is RuleKind.RACE else claimants
    several = len(subjects) > 1
    ordinal = words.ordinal(n) if n else ""
    chart = setting.publication.chart
    return partial(
        str.format,
        **{"is": "are" if several else "is", "has": "have" if several else "has"},
        title=words.listed([claimant.name for claimant in claimants]),
        chart=chart.name,
        territory=words.territory_name(setting.scope),
        group=words.listed([group_name(rule, value) for value in groups]),
        n=n,
        ordinal=f"joint {ordinal}" if several else ordinal,
        cardinal=words.cardinal(n) if n else "",
        periods=f"{chart.cadence}s",
        countries="countries" if several else "country",
    )


def _after_release(claimants: Sequence[Claimant], period: date) -> str:
    """Say how long after its release a single work got there, where that is worth a count of days."""
    released = claimants[0].work.release_date
    if len(claimants) > 1 or released is None or not 0 <= (days := (period - released).days) <= MAX_DAYS:
        return ""
    return f", {words.counted(days, 'day')} after release" if days else ", on the day of its release"


def group_name(rule: Rule, value: str) -> str:
    """Return one of the groups of a rule in words."""
    match rule.per:
        case Fact.ORIGIN_COUNTRY:
            return words.territory_name(value)
        case Fact.ORIGINAL_LANGUAGE:
            return words.language_name(value)
        case _:
            return value


def _evidence(setting: Setting, claimants: Sequence[Claimant]) -> dict[str, Any]:
    chart, provenance = setting.publication.chart, setting.publication.provenance
    evidence: dict[str, Any] = {
        "records_since": setting.first.isoformat(),
        "periods_expected": (setting.period - setting.first) // chart.cadence.step + 1,
        "periods_seen": setting.seen,
        "gaps": [[since.isoformat(), until.isoformat()] for since, until in setting.gaps],
        "metric": [{"metric": era.metric, "since": era.since and era.since.isoformat()} for era in chart.eras],
        "edition": {
            "url": provenance.url,
            "fetched_at": provenance.fetched_at,
            "sha256": provenance.sha256,
        },
    }
    where = {
        claimant.name: list(setting.territories[claimant]) for claimant in claimants if claimant in setting.territories
    }
    if where:
        evidence["editions"] = setting.publication.edition_count
        evidence["territories"] = where
    return evidence


def _evidence_of_firsts(firsts: Firsts) -> dict[str, Any]:
    evidence = _evidence(firsts.setting, firsts.claimants)
    evidence["earlier"] = [holder.as_json() for holder in firsts.earlier]
    if (otherwise := firsts.otherwise) is not None:
        evidence["other_policy"] = {
            "origin": otherwise.origin.value,
            "holders": [holder.as_json() for holder in otherwise.holders],
        }
    return evidence


def _gap_reasons(gaps: Iterable[Gap]) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            f"the period {words.span(*gap)} is missing"
            if gap[0] == gap[1]
            else f"the periods {words.span(*gap)} are missing"
        )
        for gap in gaps
    )


def _undecided_reasons(undecided: Tally) -> tuple[Reason, ...]:
    named = tuple(
        Reason(
            f"the {words.listed([_FACT_WORDS[fact] for fact in line.unknown])} of {_named(line)}, "
            f"#1 since {line.since.isoformat()}, is unknown",
            line,
        )
        for line in undecided.lines
    )
    more = undecided.count - len(undecided.lines)
    return (*named, Reason(f"facts of {words.counted(more, 'more work')} are unknown")) if more else named


def _named(line: Line) -> str:
    # Rolls know seasons by what is compared, and not by labels.
    return line.title if line.season is None else f"{line.title} ({line.season})"
