"""What subscribers filter on: the attributes of each story, so that whoever got one gets what corrects it."""

from collections.abc import Mapping, Sequence

from chartwatch.domain.milestones.attributes import Attributes, united
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.points import points_of
from chartwatch.domain.works.work import OWN_FACT

_MOST_SERIOUS_FIRST = (Status.RETRACTED, Status.CORRECTED, Status.ANNOUNCED, Status.PROVISIONAL)
"""A story whose milestones differ in status has the first of these: what takes something back is most serious."""


def parts_of(bulletin: Bulletin) -> Mapping[str, Sequence[Change]]:
    """Return what is sent of each work, by its id, the weightiest first."""
    parts: dict[str, list[Change]] = {}
    for change in bulletin.changes:
        if change.is_sent:
            for work_id in change.concerned():
                parts.setdefault(work_id, []).append(change)
    return {work_id: sorted(changes, key=_weight) for work_id, changes in parts.items()}


def attributes_of(bulletin: Bulletin, work_id: str, changes: Sequence[Change]) -> Attributes:
    """Return the attributes of the story of a work, which has these changes: what is true, and what was sent before."""
    work, milestones = bulletin.works[work_id], [change.milestone for change in changes]
    is_certain = points_of(work_id, changes)[0].is_certain
    uncertain = sorted({milestone.rule for milestone in milestones if not milestone.is_certain})
    facts = {
        "origin_countries": work.origin_countries,
        "language": work.original_language,
        "work_kind": work.kind and str(work.kind),
    }
    true: Attributes = {
        "chart": bulletin.chart,
        "territories": tuple(territories_of(milestones, work.title)),
        "milestones": tuple(sorted({milestone.rule for milestone in milestones})),
        "status": status_of(milestones).value,
        "priority": int(priority_of(milestones[0].kind, milestones[0].n)),
        "facts": (
            f"certain={'true' if is_certain else 'false'}",
            *(f"uncertain={rule}" for rule in uncertain),
            *(f"creator={name}" for name in (*work.creators, *work.featured)),
            *(f"{name.removeprefix(OWN_FACT)}={value}" for name, value in work.own_facts),
        ),
        **{name: value for name, value in facts.items() if value},
    }
    return united(true, *(change.replaced.attributes for change in changes if change.replaced))


def sent_attributes(bulletin: Bulletin) -> Mapping[str, Attributes]:
    """Return the attributes with which each slot of a bulletin is sent, in all its stories together."""
    found: dict[str, Attributes] = {}
    for work_id, changes in parts_of(bulletin).items():
        attributes = attributes_of(bulletin, work_id, changes)
        for change in changes:
            slot = change.milestone.slot
            found[slot] = united(found[slot], attributes) if slot in found else attributes
    return found


def status_of(milestones: Sequence[Milestone]) -> Status:
    """Return the status of a story of these milestones."""
    return min((milestone.status for milestone in milestones), key=_MOST_SERIOUS_FIRST.index)


def territories_of(milestones: Sequence[Milestone], title: str) -> list[str]:
    """Return the territories of milestones; of some that are over all territories only, where the work is #1 now."""
    if named := {milestone.territory for milestone in milestones} - {EVERYWHERE}:
        return sorted(named)
    known = [milestone.evidence.territories or {} for milestone in milestones if milestone.evidence]
    return sorted({territory for territories in known for territory in territories.get(title, ())})


def _weight(change: Change) -> tuple[int, str, str]:
    milestone = change.milestone
    return -priority_of(milestone.kind, milestone.n), milestone.territory, milestone.slot
