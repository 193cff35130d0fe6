"""Default facts: what a chart says of works of which nobody knows better, such as "in English unless known"."""

from dataclasses import dataclass, replace

from chartwatch.domain.works.work import (
    CREATOR_COUNTRY,
    MAIN_COUNTRY,
    ORIGIN_COUNTRIES,
    ORIGINAL_LANGUAGE,
    OWN_FACT,
    Work,
)

ORIGIN_COUNTRY = "origin_country"
"""What the default for countries of origin is called; it is one country."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """Facts by name and value: `original_language`, `origin_country`, `creator_country` and own ones, `fact:NAME`.

    They are assumed, and what rests on them is provisional, unless a person says that they are certain.
    """

    facts: tuple[tuple[str, str], ...]
    are_certain: bool = False

    def of(self, work: Work) -> Work:
        """Return a work with the defaults for what is not known of it; which work a title means is no such thing."""
        if work.candidates:
            return work
        assumed: set[str] = set()
        for name, value in self.facts:
            if name == ORIGINAL_LANGUAGE and work.original_language is None:
                work = replace(work, original_language=value)
                assumed.add(ORIGINAL_LANGUAGE)
            elif name == ORIGIN_COUNTRY and not work.origin_countries:
                work = replace(work, origin_countries=(value,), is_main_country_known=True)
                assumed |= {ORIGIN_COUNTRIES, MAIN_COUNTRY}
            elif name == CREATOR_COUNTRY and work.lacks_creator_country:
                countries = tuple(dict.fromkeys((*work.creator_countries, value)))
                work = replace(work, creator_countries=countries, lacks_creator_country=False)
                assumed.add(CREATOR_COUNTRY)
            elif name.startswith(OWN_FACT) and name not in dict(work.own_facts):
                work = replace(work, own_facts=tuple(sorted((*work.own_facts, (name, value)))))
                assumed.add(name)
        return work if self.are_certain else replace(work, assumed=work.assumed | assumed)


def with_defaults(work: Work, defaults: Defaults | None) -> Work:
    """Return a work with a chart's defaults, where it has any."""
    return defaults.of(work) if defaults else work
