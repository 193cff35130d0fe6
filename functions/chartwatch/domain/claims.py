"""Claims: what the history, the catalog and the rules say now of one slot, with the evidence for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from chartwatch.domain import words
from chartwatch.domain.catalog import Work
from chartwatch.domain.charts import PublicationSummary
from chartwatch.domain.rules import Fact, Rule, RuleKind

Gap = tuple[date, date]
"""First and last of a range of missing periods."""

_FACT_WORDS = {
    Fact.WORK_KIND: "kind",
    Fact.ORIGINAL_LANGUAGE: "original language",
    Fact.ORIGIN_COUNTRY: "country of origin",
}


@dataclass(frozen=True, slots=True)
class Claimant:
    """A work, or one season of it, as a rule counts it; equal when work and season are."""

    work_id: str
    season: str | None
    work: Work = field(compare=False)

    @classmethod
    def of(cls, work: Work, season: str | None = None) -> "Claimant":
        """Return the claimant for a work, with its season when seasons count."""
        return cls(work.id, season, work)

    @property
    def order(self) -> tuple[str, str]:
        """The order in which joint holders are named."""
        return self.work_id, self.season or ""

    @property
    def name(self) -> str:
        """What a headline calls it."""
        return self.work.title if self.season is None else f"{self.work.title} ({self.season})"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a slot, since when. `group` for a race; `returned` for a change: it had topped there before."""

    work_id: str
    title: str
    since: date
    season: str | None = None
    group: str | None = None
    returned: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the holder as it stands in a change's `holders`; what does not apply is left out."""
        said: dict[str, Any] = {"work_id": self.work_id, "title": self.title, "since": self.since.isoformat()}
        if self.season is not None:
            said["season"] = self.season
        if self.group is not None:
            said["group"] = self.group
        if self.returned is not None:
            said["return"] = self.returned
        return said


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and on what record a claim is made: the coverage of its scope up to and with the publication.

    `territories` says, for scope chart, where each claimant stands at #1 now.
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


@dataclass(frozen=True, slots=True)
class Claim:
    """One slot and what is true of it. `territory` is `*` for scope chart; `period` is when it came true.

    `because` names why it is provisional; it is empty for a claim that nothing stands against. `brief` is the headline
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
    because: tuple[str, ...]
    headline: str
    brief: str
    evidence: Mapping[str, Any]
    works: tuple[Work, ...]

    @property
    def substance(self) -> tuple[object, ...]:
        """What makes two claims on a slot the same claim; wording and evidence do not."""
        return self.period, self.identities, self.left_censored, self.because

    @property
    def identities(self) -> tuple[tuple[object, ...], ...]:
        """The holders without the wording of their titles."""
        return tuple((h.work_id, h.season, h.since, h.group, h.returned) for h in self.holders)


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
    holders = tuple(Holder(c.work_id, c.work.title, setting.period, c.season, returned=c in since) for c in newcomers)
    evidence = _evidence(setting, newcomers)
    before, beaten = previous
    evidence["previous"] = {"period": before.isoformat(), "number_ones": [claimant.name for claimant in beaten]}
    if since:
        evidence["first_topped"] = {c.name: since[c].isoformat() for c in newcomers if c in since}
    return _claim(
        rule,
        setting,
        setting.period.isoformat(),
        holders,
        newcomers,
        because=_gap_reasons([gap] if gap else []),
        evidence=evidence,
    )


def nth_claim(
    rule: Rule,
    setting: Setting,
    group: str | None,
    number: int,
    claimants: Sequence[Claimant],
    *,
    earlier: Sequence[tuple[Claimant, date]],
    undecided: Sequence[tuple[Claimant, date]],
) -> Claim:
    """Return the claim that `claimants` are the `number`-th of their group to top the scope."""
    holders = tuple(Holder(c.work_id, c.work.title, setting.period, c.season) for c in claimants)
    evidence = _evidence(setting, claimants)
    evidence["earlier"] = [Holder(c.work_id, c.work.title, since, c.season).as_json() for c, since in earlier]
    return _claim(
        rule,
        setting,
        str(number) if group is None else f"{group}:{number}",
        holders,
        claimants,
        group=group,
        n=number,
        because=(*_gap_reasons(setting.gaps), *_undecided_reasons(rule, undecided)),
        evidence=evidence,
    )


def race_claim(
    rule: Rule,
    setting: Setting,
    number: int,
    claimants: Sequence[Claimant],
    *,
    earlier: Sequence[tuple[Claimant, date]],
    undecided: Sequence[tuple[Claimant, date]],
) -> Claim:
    """Return the claim that the groups of `claimants` are the first with `number` works, which these completed."""
    claimants = sorted(claimants, key=lambda c: (rule.group(c.work) or "", c.order))
    holders = tuple(Holder(c.work_id, c.work.title, setting.period, c.season, rule.group(c.work)) for c in claimants)
    evidence = _evidence(setting, claimants)
    evidence["earlier"] = [
        Holder(c.work_id, c.work.title, since, c.season, rule.group(c.work)).as_json() for c, since in earlier
    ]
    return _claim(
        rule,
        setting,
        str(number),
        holders,
        claimants,
        n=number,
        because=(*_gap_reasons(setting.gaps), *_undecided_reasons(rule, undecided)),
        evidence=evidence,
    )


def _claim(
    rule: Rule,
    setting: Setting,
    place: str,
    holders: tuple[Holder, ...],
    claimants: Sequence[Claimant],
    *,
    because: tuple[str, ...],
    evidence: Mapping[str, Any],
    group: str | None = None,
    n: int | None = None,
) -> Claim:
    chart = setting.publication.chart
    said = _wording(rule, setting, claimants, group, n)
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
        left_censored=setting.period == setting.first,
        because=because,
        headline=words.sentence(f"{said(rule.headline)}, in records since {setting.first.isoformat()}"),
        brief=said(rule.brief),
        evidence=evidence,
        works=tuple(claimant.work for claimant in claimants),
    )


def _wording(
    rule: Rule, setting: Setting, claimants: Sequence[Claimant], group: str | None, n: int | None
) -> Callable[[str], str]:
    """Return what fills in the words of a rule's templates."""
    groups = sorted({value for c in claimants if (value := rule.group(c.work))}) if group is None else [group]
    return partial(
        str.format,
        title=words.listed([claimant.name for claimant in claimants]),
        chart=setting.publication.chart.name,
        territory=words.territory_name(setting.scope),
        group=words.listed([_group_name(rule, value) for value in groups]),
        n=n,
        ordinal=words.ordinal(n) if n else "",
        cardinal=words.cardinal(n) if n else "",
    )


def _group_name(rule: Rule, value: str) -> str:
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
    if setting.territories:
        evidence["editions"] = setting.publication.editions
        evidence["territories"] = {claimant.name: list(setting.territories[claimant]) for claimant in claimants}
    return evidence


def _gap_reasons(gaps: Iterable[Gap]) -> tuple[str, ...]:
    return tuple(
        f"the period {words.span(*gap)} is missing"
        if gap[0] == gap[1]
        else f"the periods {words.span(*gap)} are missing"
        for gap in gaps
    )


def _undecided_reasons(rule: Rule, undecided: Iterable[tuple[Claimant, date]]) -> tuple[str, ...]:
    return tuple(
        f"the {words.listed([_FACT_WORDS[fact] for fact in rule.unknown_facts(claimant.work)])} of {claimant.name}, "
        f"#1 since {since.isoformat()}, is unknown"
        for claimant, since in undecided
    )
