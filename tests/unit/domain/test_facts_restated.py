"""What stands of facts, restated day by day and in another way; and that one source alone corrects nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.rule import Condition, Scope
from chartwatch.domain.rules.rule import Fact as Asked
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.facts import Confidence, Fact, Layer, Value
from chartwatch.domain.works.layers import Dossier, catalog_of
from chartwatch.domain.works.lookups import WorkLookup
from chartwatch.domain.works.resolving import resolve
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, RELEASE_DATE, Kind, Work
from tests.chronicle import CHANGE, NTH, RACE, Chronicle
from tests.strategies import examples

TODAY = date(2026, 3, 1)
DAYS = [date(2026, 1, day) for day in (1, 5, 9, 13)]
MEANS = {"yue": {"yue"}, "zh": {"yue", "zh"}}
"""Languages as what they include."""


class Stands(NamedTuple):
    value: Value | None
    is_assumed: bool
    is_conflict: bool


def restated(facts: Iterable[Fact]) -> Mapping[str, Stands]:
    """Return what stands of languages, countries of origin and releases, by the rules in words:

    Of what persons wrote the highest layer counts, and there the last day. Of sources, the starter catalog and whatever
    was looked up, each counts with what it said last, those of low confidence only where no other says anything. They
    agree on a value that is among theirs and includes all of theirs. What they agree on stands, unless it takes back
    what stood before and was not assumed for its low confidence: then two sources have to say just that, neither of
    which was led there by the other. What stands and is not what they agree on now is assumed, and a conflict. Dates
    that are a year apart at most are of one release: sources whose dates all are agree on the earliest, and another one
    takes nothing back that is within a year of the one that stands, and of the one that stood when it was decided last.
    """
    kept = [fact for fact in facts if fact.expires is None or fact.expires > TODAY]
    found = {}
    for name in {fact.name for fact in kept}:
        its = [fact for fact in kept if fact.name == name]
        top = max(fact.layer for fact in its)
        if top in (Layer.OVERRIDE, Layer.OWN_FILE):
            its = [fact for fact in its if fact.layer is top]
            last = max(fact.asked or date.min for fact in its)
            its = [fact for fact in its if (fact.asked or date.min) == last]
        found[name] = _replayed(name, its)
    return found


def _replayed(name: str, its: list[Fact]) -> Stands:
    value: Value | None = None
    is_low, agreed = True, None
    since: list[Value] = []
    for day in sorted({fact.asked or date.min for fact in its}):
        said: dict[object, list[Fact]] = {}
        for fact in its:
            if (fact.asked or date.min) <= day:
                said.setdefault((fact.layer, fact.source), []).append(fact)
        words = {
            who: [fact for fact in one if (fact.asked or date.min) == max(f.asked or date.min for f in one)]
            for who, one in said.items()
        }
        sure = [fact for one in words.values() for fact in one if fact.confidence is not Confidence.LOW]
        counted = sure or [fact for one in words.values() for fact in one]
        agreed = _agreed([fact.value for fact in counted])
        if agreed is None:
            continue
        voices = {(fact.layer, fact.led_by or fact.source) for fact in counted if _says_as_much(fact.value, agreed)}
        keeps = bool(since) and not is_low and all(_keeps(name, its, agreed) for its in (since[0], since[-1]))
        if keeps or is_low or len(voices) >= 2:
            since = [*since, agreed] if keeps else [agreed]
            value, is_low = agreed, not sure
    is_conflict = agreed != value or agreed is None
    return Stands(value, value is not None and (is_conflict or is_low), is_conflict)


def _agreed(values: list[Value]) -> Value | None:
    days = [value for value in values if isinstance(value, date)]
    if days:
        return min(days) if all(_are_of_one_release(one, other) for one in days for other in days) else None
    everything = frozenset().union(*map(_means, values))
    return next((value for value in values if _means(value) == everything), None)


def _keeps(name: str, value: Value, agreed: Value) -> bool:
    if isinstance(value, date) and isinstance(agreed, date):
        return _are_of_one_release(value, agreed)
    return value == agreed or (name == ORIGIN_COUNTRIES and _means(value) <= _means(agreed))


def _says_as_much(value: Value, agreed: Value) -> bool:
    return value == agreed or (isinstance(value, date) and isinstance(agreed, date))


def _are_of_one_release(one: date, other: date) -> bool:
    return abs((one - other).days) <= 366


def _means(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset(MEANS.get(str(value), {str(value)}))


def facts_of(name: str, values: st.SearchStrategy[Value], layers: Iterable[Layer]) -> st.SearchStrategy[list[Fact]]:
    sources = {Layer.STARTER: ["starter"], Layer.LOOKED_UP: ["wikidata", "tmdb", "other"]}
    return st.lists(
        st.sampled_from(list(layers)).flatmap(
            lambda layer: st.builds(
                Fact,
                st.just(name),
                values,
                st.just(layer),
                st.sampled_from(sources.get(layer, ["one", "another"])),
                st.just(None) if layer is Layer.STARTER else st.sampled_from([None, *DAYS]),
                st.sampled_from(Confidence),
                st.sampled_from([None, None, TODAY, date(2026, 9, 1)]),
                st.sampled_from([None, "wikidata"]),
            )
        ),
        max_size=7,
    )


languages = st.sampled_from(["ko", "ja", "zh", "yue"])
countries = st.frozensets(st.sampled_from(["KR", "US", "GB"]), min_size=1)
releases = st.sampled_from([date(2020, 1, 1), date(2020, 11, 1), date(2021, 9, 1), date(2019, 3, 1)])
said = st.one_of(
    *(
        facts_of(name, values, layers)
        for name, values in (
            (ORIGINAL_LANGUAGE, languages),
            (ORIGIN_COUNTRIES, countries),
            (RELEASE_DATE, releases),
        )
        for layers in ([Layer.STARTER, Layer.LOOKED_UP], Layer)
    )
)


moved = st.lists(releases, min_size=3, max_size=4).map(
    lambda its: [fact(RELEASE_DATE, day, asked=asked) for day, asked in zip(its, DAYS, strict=False)]
)
"""A release that one source dates otherwise, again and again."""
releases_said = st.tuples(moved, st.one_of(st.just([]), facts_of(RELEASE_DATE, releases, [Layer.LOOKED_UP]))).map(
    lambda its: its[0] + its[1]
)


@given(said)
@examples(400)
def test_what_stands_is_what_the_rules_say_when_they_are_replayed_day_by_day(facts: list[Fact]) -> None:
    resolved = resolve(facts, TODAY)
    got = {
        name: Stands(its.value, its.is_assumed, its.is_conflict)
        for name, its in resolved.items()
        if name != MAIN_COUNTRY
    }
    assert got == restated(facts)


@given(releases_said)
@examples(400)
def test_a_release_that_moves_stands_where_the_rules_say(facts: list[Fact]) -> None:
    its = resolve(facts, TODAY)[RELEASE_DATE]
    assert {RELEASE_DATE: Stands(its.value, its.is_assumed, its.is_conflict)} == restated(facts)


main_facts = facts_of(MAIN_COUNTRY, st.sampled_from(["KR", "US", "GB"]), [Layer.STARTER, Layer.LOOKED_UP])
all_facts = st.tuples(
    facts_of(ORIGINAL_LANGUAGE, languages, [Layer.STARTER, Layer.LOOKED_UP]),
    facts_of(ORIGIN_COUNTRIES, countries, [Layer.STARTER, Layer.LOOKED_UP]),
    main_facts,
).map(lambda lists: [fact for its in lists for fact in its])
one_more = st.one_of(
    *(
        st.builds(
            Fact,
            st.just(name),
            values,
            st.just(Layer.LOOKED_UP),
            st.sampled_from(["wikidata", "tmdb", "other"]),
            st.just(date(2026, 2, 1)),
            st.sampled_from([Confidence.HIGH, Confidence.MEDIUM]),
        )
        for name, values in (
            (ORIGINAL_LANGUAGE, languages),
            (ORIGIN_COUNTRIES, countries),
            (MAIN_COUNTRY, st.sampled_from(["KR", "US", "GB"])),
        )
    )
)


@given(all_facts, one_more)
@examples(400)
def test_what_was_certain_is_not_changed_by_what_one_source_says_next(facts: list[Fact], news: Fact) -> None:
    before, after = resolve(facts, TODAY), resolve([*facts, news], TODAY)
    for name, its in before.items():
        if its.value is None or its.is_assumed:
            continue
        now = after[name].value
        grew = name == ORIGIN_COUNTRIES and isinstance(now, frozenset) and isinstance(its.value, frozenset)
        is_said_by_two = len({(fact.layer, fact.source) for fact in after[name].said_by}) > 1
        assert now == its.value or (grew and its.value <= now) or is_said_by_two, name  # type: ignore[operator]


@given(st.lists(st.integers(-400, 400), max_size=8))
@examples(400)
def test_one_source_moves_a_release_by_a_year_at_most_in_however_many_steps(steps: list[int]) -> None:
    first = day = date(2020, 1, 1)
    facts = [fact(RELEASE_DATE, first, asked=date(2025, 12, 1))]
    for number, step in enumerate(steps, 1):
        day += timedelta(days=step)
        facts.append(fact(RELEASE_DATE, day, asked=date(2026, 1, number)))
        stands = resolve(facts, TODAY)[RELEASE_DATE]
        assert isinstance(stands.value, date)
        assert _are_of_one_release(stands.value, first)
        assert stands.is_assumed == (stands.value != day)


# From facts to what people are sent.

FIRST_LANGUAGE = NthRule("language", Scope.TERRITORY, "{title} {is}", "first", (), Asked.ORIGINAL_LANGUAGE, (1,))
FIRST_COUNTRY = NthRule("country", Scope.TERRITORY, "{title} {is}", "first", (), Asked.ORIGIN_COUNTRY, (1, 2))
RULES = (CHANGE, NTH, RACE, FIRST_LANGUAGE, FIRST_COUNTRY)
TITLES = ("Who Killed Sara?", "Squid Game", "Money Heist", "Elite")


def known(facts: Mapping[str, Iterable[Fact]]) -> tuple[Work, ...]:
    """Return the works that looked-up facts make, by title."""
    return tuple(
        catalog_of(
            Dossier(Layer.LOOKED_UP, Work(title.lower().replace(" ", "-"), title, Kind.SERIES), WorkLookup(tuple(its)))
            for title, its in facts.items()
        )
    )


def fact(name: str, value: Value, source: str = "wikidata", asked: date = DAYS[0]) -> Fact:
    return Fact(name, value, Layer.LOOKED_UP, source, asked, Confidence.MEDIUM)


def of(language: str, *origin: str, source: str = "wikidata", asked: date = DAYS[0]) -> list[Fact]:
    main = [fact(MAIN_COUNTRY, origin[0], source, asked)] if len(origin) > 1 else []
    return [
        fact(ORIGINAL_LANGUAGE, language, source, asked),
        fact(ORIGIN_COUNTRIES, frozenset(origin), source, asked),
        *main,
    ]


FACTS = {
    "Who Killed Sara?": of("es", "MX"),
    "Squid Game": of("ko", "KR"),
    "Money Heist": of("es", "ES"),
    "Elite": of("es", "ES"),
}


def taken_back(bulletins: Iterable[Bulletin]) -> list[str]:
    return [change.milestone.slot for bulletin in bulletins for change in bulletin.changes if change.takes_back]


def told() -> Chronicle:
    """Return a chart of which everything was told, by facts that one source said."""
    chronicle = Chronicle(*RULES, works=known(FACTS))
    for number, title in enumerate(("Who Killed Sara?", "Squid Game", "Money Heist", "Elite")):
        chronicle.arrives(number, US=title)
    return chronicle


def test_a_source_that_changes_its_mind_makes_a_claim_uncertain_and_corrects_nobody() -> None:
    chronicle = told()
    slot = "language:daily:US:ko:1"
    assert chronicle.held(slot).status is Status.ANNOUNCED
    changed = FACTS | {"Squid Game": [*FACTS["Squid Game"], *of("ja", "JP", asked=DAYS[2])]}
    bulletins = chronicle.learns(*known(changed))
    assert taken_back(bulletins) == []
    assert chronicle.held(slot).status is Status.PROVISIONAL
    assert [holder.title for holder in chronicle.held(slot).holders] == ["Squid Game"]
    assert "language:daily:US:ja:1" not in chronicle.slots()


def test_a_release_that_one_source_dates_otherwise_leaves_a_title_what_it_meant() -> None:
    """Of two works of one name the later one is meant, by its date."""
    old = [*of("en", "US"), fact(RELEASE_DATE, date(2005, 2, 1))]
    new = [*of("ko", "KR"), fact(RELEASE_DATE, date(2021, 12, 30))]
    layers = {"old": old, "new": new}

    def works() -> tuple[Work, ...]:
        return tuple(
            catalog_of(
                Dossier(Layer.LOOKED_UP, Work(name, "Avatar", Kind.SERIES), WorkLookup(tuple(its)))
                for name, its in layers.items()
            )
        )

    chronicle = Chronicle(*RULES, works=works())
    for number, title in enumerate(("Elite", "Avatar")):
        chronicle.arrives(number, US=title)
    assert [holder.work_id for holder in chronicle.held("language:daily:US:ko:1").holders] == ["new"]
    layers["new"] = [*new, fact(RELEASE_DATE, date(2009, 5, 5), asked=DAYS[2])]
    assert taken_back(chronicle.learns(*works())) == []
    assert [holder.work_id for holder in chronicle.held("language:daily:US:ko:1").holders] == ["new"]


def test_a_second_source_that_agrees_with_the_change_corrects() -> None:
    chronicle = told()
    changed = [*FACTS["Squid Game"], *of("ja", "JP", asked=DAYS[2]), *of("ja", "JP", source="tmdb", asked=DAYS[3])]
    assert "language:daily:US:ko:1" in taken_back(chronicle.learns(*known(FACTS | {"Squid Game": changed})))


def test_a_source_that_takes_its_change_back_confirms_what_was_told() -> None:
    chronicle = told()
    changed = [*FACTS["Squid Game"], *of("ja", "JP", asked=DAYS[2])]
    chronicle.learns(*known(FACTS | {"Squid Game": changed}))
    chronicle.learns(*known(FACTS | {"Squid Game": [*changed, *of("ko", "KR", asked=DAYS[3])]}))
    assert chronicle.held("language:daily:US:ko:1").status is Status.ANNOUNCED


def test_facts_that_may_not_be_kept_any_longer_leave_what_rested_on_them_unknown() -> None:
    """What TMDB said is gone after six months: claims on it are taken back, and what the work could change is open."""
    from_tmdb = [replace(one, source="tmdb", expires=date(2026, 7, 1)) for one in of("ko", "KR")]
    facts = FACTS | {"Squid Game": from_tmdb}
    chronicle = Chronicle(*RULES, works=known(facts))
    for number, title in enumerate(("Who Killed Sara?", "Squid Game", "Money Heist", "Elite")):
        chronicle.arrives(number, US=title)
    assert chronicle.held("nth:daily:US:3").status is Status.ANNOUNCED
    gone = [one for one in from_tmdb if one.is_kept(date(2026, 7, 1))]
    assert not gone
    chronicle.learns(*known(facts | {"Squid Game": gone}))
    assert "language:daily:US:ko:1" not in chronicle.slots()
    assert "country:daily:US:KR:1" not in chronicle.slots()
    third = chronicle.held("nth:daily:US:2")
    assert third.reasons, "Money Heist is the second, unless Squid Game counts, of which nothing is known"
    chronicle.learns(*known(facts))
    assert chronicle.held("language:daily:US:ko:1").status in (Status.ANNOUNCED, Status.CORRECTED)
    assert chronicle.held("nth:daily:US:3").reasons == ()


statements = st.builds(
    lambda language, origin, source, asked: of(language, *origin, source=source, asked=asked),
    st.sampled_from(["es", "ko", "en"]),
    st.permutations(["MX", "ES", "KR"]).flatmap(lambda its: st.integers(1, 2).map(lambda few: tuple(its[:few]))),
    st.sampled_from(["wikidata", "tmdb"]),
    st.sampled_from(DAYS[:2]),
)
works_facts = st.fixed_dictionaries(
    {title: st.lists(statements, max_size=2).map(lambda its: [one for each in its for one in each]) for title in TITLES}
)


@given(
    works_facts,
    st.sampled_from(TITLES),
    st.sampled_from(["es", "ko", "en"]),
    st.sampled_from([("MX",), ("ES", "KR"), ("KR", "MX"), ("KR",)]),
    st.lists(st.sampled_from(TITLES), min_size=1, max_size=6),
)
@examples(60)
def test_nobody_is_corrected_because_one_source_changed_its_mind(
    facts: dict[str, list[Fact]], title: str, language: str, origin: tuple[str, ...], run: list[str]
) -> None:
    chronicle = Chronicle(*RULES, works=known(facts))
    for number, one in enumerate(run):
        chronicle.arrives(number, US=one)
    certain = {slot for slot in chronicle.slots() if not chronicle.held(slot).reasons}
    # Only wikidata says anything new; tmdb may have said the same before, and then there are two.
    news = of(language, *origin, asked=DAYS[2])
    others = {(its.name, its.value) for its in facts[title] if its.source == "tmdb"}
    if any((its.name, its.value) in others for its in news):
        return
    bulletins = chronicle.learns(*known(facts | {title: [*facts[title], *news]}))
    assert certain.isdisjoint(taken_back(bulletins))


def test_a_country_that_is_only_assumed_rules_no_group_out() -> None:
    """Of D the language is unknown, and that it is from Spain is assumed: it may be the first from Mexico."""
    unknown = Work("d", "D", Kind.SERIES, None, ("ES",), assumed=frozenset({MAIN_COUNTRY, ORIGIN_COUNTRIES}))
    mexican = Work("b", "B", Kind.SERIES, "es", ("MX",))
    rule = replace(FIRST_COUNTRY, where=NTH.where)
    chronicle = Chronicle(rule, works=(unknown, mexican))
    for number, title in enumerate(("Nothing", "D", "B")):
        chronicle.arrives(number, US=title)
    said = [reason.said for reason in chronicle.held("country:daily:US:MX:1").reasons]
    assert any("of D, #1 since 2022-01-02" in reason for reason in said)


def test_a_work_that_counts_by_what_is_assumed_counts_for_its_group_once() -> None:
    assumed = Work("a", "A", Kind.SERIES, "ko", ("KR",), assumed=frozenset({MAIN_COUNTRY, ORIGIN_COUNTRIES}))
    mexican = tuple(Work(name, name, Kind.SERIES, "es", ("MX",)) for name in ("B", "C"))
    english = Work("o", "O", Kind.SERIES, "en", ("US",))
    chronicle = Chronicle(RACE, works=(english, assumed, *mexican))
    for number, ones in enumerate(("O", "A", ("B", "C"))):
        chronicle.arrives(number, US=ones)
    assert chronicle.held("race:daily:US:2").reasons == (), "South Korea has one at most"


def test_what_is_assumed_of_a_work_names_since_when_it_topped() -> None:
    rule = SpreadRule("spread", Scope.CHART, "{title}", "spread", at=(2,))
    korean = replace(rule, where=(Condition(Asked.ORIGINAL_LANGUAGE, frozenset({"ko"})),))
    work = Work("a", "A", Kind.SERIES, "ko", ("KR",), assumed=frozenset({ORIGINAL_LANGUAGE}))
    chronicle = Chronicle(korean, works=(work,))
    chronicle.arrives(0, US="X", KR="X")
    chronicle.arrives(1, US="A", KR="X")
    chronicle.arrives(2, US="A", KR="A")
    said = [reason.said for reason in chronicle.held("spread:daily:*:a:2").reasons]
    assert said == ["the original language of A, #1 since 2022-01-02, is assumed"]
