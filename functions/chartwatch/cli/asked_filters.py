"""A filter as it is asked for on the command line: names or codes, each checked before anything is subscribed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chartwatch.adapters.sns_limits import policy_problem
from chartwatch.cli.application import mistake
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain.codes import COUNTRIES, country_said, kind_of, language_said, likely_country, not_one
from chartwatch.domain.stories.filters import Filter
from chartwatch.errors import OptionError

WORLD = "GLOBAL"
"""The territory of charts of the whole world."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a filter, as they were given."""

    charts: Sequence[str] = ()
    territories: Sequence[str] = ()
    origins: Sequence[str] = ()
    languages: Sequence[str] = ()
    kinds: Sequence[str] = ()
    rules: Sequence[str] = ()
    min_priority: int | None = None
    digest: bool = False

    def filter(self, charts: Sequence[str], rules: Iterable[str]) -> Filter:
        """Return the filter. `charts` and `rules` are those that there are; of a history without charts any will do.

        Raises `OptionError` for what is not known, for what digests cannot be asked, and for what SNS would refuse.
        """
        if self.digest:
            self._refuse_what_digests_lack()
        asked = (
            ("--chart", "chart", self.charts, _one_of("a chart of the history", charts) if charts else str),
            ("--territory", "territories", self.territories, _territory),
            ("--origin", "origin_countries", self.origins, country_said),
            ("--language", "language", self.languages, language_said),
            ("--kind", "work_kind", self.kinds, kind_of),
            ("--rule", "milestones", self.rules, _one_of("a rule that is in force", rules)),
        )
        values = {name: _read(option, given, read) for option, name, given, read in asked if given}
        found = Filter(values, self.min_priority)
        if problem := policy_problem(found.policy):
            raise OptionError(next(option for option, _, given, _ in asked if given), f"of this filter: {problem}")
        return found

    def _refuse_what_digests_lack(self) -> None:
        """Raise `OptionError` for all but charts.

        A digest is of a whole publication. By its priority it could be asked for, but then a digest that corrects
        the lesser part of one that came would not.
        """
        lacking = {
            "--territory": self.territories,
            "--origin": self.origins,
            "--language": self.languages,
            "--kind": self.kinds,
            "--rule": self.rules,
            "--min-priority": self.min_priority,
        }
        for option, given in lacking.items():
            if given:
                raise OptionError(
                    option, "is for stories: a digest is of a whole publication, and asked for by --chart"
                )


def _read(option: str, given: Iterable[str], read: Callable[[str], str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(str(read(said.strip())) for said in given))
    except ValueError as error:
        raise mistake(option, str(error)) from error


def _territory(said: str) -> str:
    if said in (WORLD, "the world"):
        return WORLD
    code = country_said(said)
    if code not in COUNTRIES:
        raise ValueError(not_one(f"'{said}'", "a country that charts are of", likely_country(said)))
    return code


def _one_of(what: str, known: Iterable[str]) -> Callable[[str], str]:
    """Return what reads one of those that there are. It raises `ValueError` for another."""
    names = list(known)

    def read(said: str) -> str:
        if said not in names:
            raise ValueError(f"{said!r} is not {what}; there are {', '.join(names)}{did_you_mean(said, names)}")
        return said

    return read
