"""Undecided titles of a chart: which works may be one by them, and what runs these have together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chartwatch.domain.milestones.runs import PERHAPS, at_most, joint_run, reigns_of
from chartwatch.domain.milestones.snapshot import Identity
from chartwatch.domain.rules.certain import OneOfSeveral
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.standing import EndedRuns, JointRival, Namesake, Run, Standing
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import Claimant, claimant_key
from chartwatch.domain.works.meanings import Meanings, Namesakes
from chartwatch.domain.works.work import Work


@dataclass(frozen=True)
class UndecidedTitles:
    """What titles of a chart may mean that nothing decides.

    `titles` has them by the ids of the works that stand for them, and `namesakes` which works may be one by them.
    """

    catalog: Catalog
    titles: Mapping[str, OneOfSeveral] = field(default_factory=dict)
    namesakes: Namesakes = field(default_factory=Namesakes)

    @classmethod
    def among(cls, catalog: Catalog, meanings: Meanings) -> "UndecidedTitles":
        """Return those of what is known of a chart's titles."""
        works = {its: catalog.undecided(meanings, its) for its in meanings.undecided}
        since = {its: undecided.since for its, undecided in meanings.undecided.items()}
        titles = {its: OneOfSeveral(work, since[its]) for its, work in works.items() if work}
        return cls(catalog, titles, Namesakes.among(meanings))

    def may_be_one(self, one: str, other: str) -> bool:
        """Return whether two works, by their ids, may be one, since a title may mean either."""
        return other in self.namesakes.of.get(one, ())

    def with_namesakes(self, standing: Standing, topped: Mapping[Identity, Topped]) -> Standing:
        """Return the standing with those that have topped the scope and may be one with those at #1."""
        new = {claimant.identity for claimant in standing.debuts}
        namesakes = {
            claimant: tuple(
                Namesake(
                    identity,
                    standing.period if identity in new else topped[identity].since,
                    self.titles.get(other) or self.titles[claimant.work_id],
                )
                for other in sorted(self.namesakes.of.get(claimant.work_id, ()))
                if (identity := (other, claimant.season)) in new or identity in topped
            )
            for claimant in standing.current
        }
        if not any(namesakes.values()):
            return standing
        return replace(
            standing,
            namesakes={claimant: its for claimant, its in namesakes.items() if its},
            topped=len(topped) + len(new),
        )

    def with_reigns_of(self, standing: Standing, ended: Mapping[str, EndedRuns]) -> Standing:
        """Return the standing with the runs that rules ask for; `ended` are those that ended before it."""
        reigns, before = reigns_of(standing, ended), standing.reigns_before
        together: dict[Claimant, dict[str, OneOfSeveral]] = {}
        runs: dict[str, Run] = {}
        for claimant in standing.current if self.titles else ():
            others = {namesake.identity for namesake in standing.namesakes.get(claimant, ())}
            if not others and claimant.work_id not in self.titles:
                continue
            for one in sorted(self.namesakes.may_be[claimant.work_id]):
                key = f"{PERHAPS}{claimant_key(one, claimant.season)}"
                before_it = [(work, claimant.season) for work in sorted(self.namesakes.groups[one])]
                members = [claimant_key(*its) for its in before_it if its in others or its == claimant.identity]
                runs[key] = joint_run(key, members, self.catalog.work(one) or Work(one, one), standing, ended)
                if len(members) > 1:
                    together.setdefault(claimant, {})[key] = self._title_of(key)
        rivals = (
            JointRival(key, at_most(run, standing))
            for key, run in before.together.items()
            if key not in runs or runs[key].length == 1
        )
        rival = max((before.joint_rival, *rivals), key=lambda rival: rival.possible.length)
        reigns = replace(reigns, together=runs, joint_rival=rival)
        joint_rival = (self._title_of(rival.key), rival.possible) if rival.key else None
        return replace(standing, reigns=reigns, together=together, joint_rival=joint_rival)

    def _title_of(self, key: str) -> OneOfSeveral:
        """Return the title that makes works one, perhaps, by the key of the run which they have together."""
        meant = (
            title
            for work, title in sorted(self.titles.items())
            for one in sorted(self.namesakes.may_be[work])
            if key == f"{PERHAPS}{one}" or key.startswith(f"{PERHAPS}{one}/")
        )
        return next(meant)
