"""Which works count for a rule, and for which of its groups, by what is known of them."""

from chartwatch.domain.rules.firsts import Eligibility, Topped
from chartwatch.domain.rules.rule import Origin, Rule
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Meanings
from chartwatch.domain.works.work import Work


def work_of(topped: Topped, catalog: Catalog, meanings: Meanings = NOTHING_KNOWN) -> Work:
    """Return a work that topped a scope, as the catalog has it, also one of several; else by its title and kind."""
    known = catalog.work(topped.work_id) or catalog.undecided(meanings, topped.work_id)
    return catalog.credited(known or Work(topped.work_id, topped.title, topped.kind), topped.credit)


def eligibility(rule: Rule, work: Work) -> Eligibility:
    """Return for which groups of a rule a work counts, and what is unknown that could decide it."""
    verdict = rule.verdict(work)
    if verdict is None:
        return Eligibility((), rule.unknown_facts(work), _possible_groups(rule, work))
    its = Eligibility(rule.groups(work) if verdict else ())
    if assumed := rule.assumed_facts(work):
        return its._replace(unknown=assumed, possible=_possible_groups(rule, work), is_assumed=True)
    return its


def _possible_groups(rule: Rule, work: Work) -> tuple[str | None, ...] | None:
    """Return for which groups a work could count, whatever is assumed of it; None for any.

    Of a work of several countries, of which nobody knows the main one, that is one of them.
    """
    certain = work.without_assumed()
    if not rule.per:
        return (None,)
    return rule.per.of(certain, rule.origin) or rule.per.of(certain, Origin.ANY) or None
