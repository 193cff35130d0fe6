"""What each version of an edition changed, which titles are names of one work, and what the catalog gains by it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Version
from chartwatch.domain.charts.revisions import RevisionKind, Revisions
from chartwatch.domain.charts.versions import Versions, is_among_trimmed, trimmed, with_version
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Names, Renaming, with_renamings
from chartwatch.domain.works.work import Kind, Work

RELABELLED, RESTATED, REPLACED = RevisionKind.RELABELLED, RevisionKind.RESTATED, RevisionKind.REPLACED


CHART = Chart("c", "C", "somewhere", Cadence.WEEK, 10, identifying=("hours", "views"))
LATER = date(2023, 1, 1)


def entry(title: str, rank: int = 1, *, season: str | None = None, kind: Kind = Kind.SERIES, **figures: int) -> Entry:
    return Entry(rank, title, season, kind, tuple((name, str(value)) for name, value in figures.items()))


def version(number: int, *entries: Entry, fetched_at: str | None = "") -> Version:
    """Return an edition as the document of that number, and of that day unless said otherwise, had it."""
    at = f"2022-01-{number:02d}" if fetched_at == "" else fetched_at
    return Version(Edition("US", entries), Provenance("https://charts.example", at, str(number)))


def versions(*editions: Sequence[Entry]) -> Versions:
    return [version(number, *entries) for number, entries in enumerate(editions, 1)]


def changed(*editions: Sequence[Entry]) -> list[list[tuple[RevisionKind, str | None, str | None]]]:
    """Return what each version changed: kind, title before, title after."""
    return [
        [(r.kind, r.before and r.before.title, r.after and r.after.title) for r in revisions]
        for _, revisions in Revisions({"US": versions(*editions)}, CHART).of("US")
    ]


def kinds(before: Sequence[Entry], after: Sequence[Entry]) -> list[RevisionKind]:
    (revisions,) = changed(before, after)
    return [kind for kind, _, _ in revisions]


# What became of a rank.


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (entry("A", hours=9), entry("B", hours=9), RELABELLED),
        (entry("A", hours=9), entry("B", hours=9, views=4), RELABELLED),
        (entry("A", season="Season 1", hours=9), entry("A", season="Part 1", hours=9), RELABELLED),
        (entry("A Title", weeks=1), entry("A TITLE", weeks=1), RELABELLED),
        (entry("A Title"), entry("A: Title!"), RELABELLED),
        (entry("A Title", weeks=1), entry("A-Title", weeks=1), RELABELLED),
        (entry("A", hours=9), entry("A", hours=8), RESTATED),
        (entry("A", hours=9), entry("A", views=4), RESTATED),
        (entry("A", season="Season 1", hours=9), entry("A", season="Season 2", hours=8), RESTATED),
        (entry("A", hours=9), entry("B", hours=8), REPLACED),
        (entry("A", hours=9, views=4), entry("B", hours=9, views=5), REPLACED),
        (entry("A", hours=9), entry("B", views=4), REPLACED),
        (entry("A", hours=9), entry("A", kind=Kind.FILM, hours=9), REPLACED),
        (entry("A"), entry("B"), REPLACED),
        (entry("A", weeks=1, runtime=2, staggered=0, episodes=8), entry("B", weeks=1, runtime=2), REPLACED),
        (entry("A Title", weeks=1), entry("A: Title", weeks=2), RELABELLED),
        (entry("A", points=1), entry("B", points=1), REPLACED),
    ],
)
def test_a_rank_is_relabelled_restated_or_replaced(before: Entry, after: Entry, kind: RevisionKind) -> None:
    assert kinds([before], [after]) == [kind]


def identified(title: str, its_id: str | None, **more: Any) -> Entry:
    return entry(title, **more)._replace(id=its_id)


@pytest.mark.parametrize("depth", [1, 10])
@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (identified("A", "f:1"), identified("B", "f:1"), RELABELLED),
        (identified("A", "f:1", hours=9), identified("B", "f:1", hours=8), RELABELLED),
        (identified("A", "f:1", kind=Kind.FILM), identified("B", "f:1"), RELABELLED),
        (identified("A", "f:1", days=1), identified("A", "f:1", days=2), RESTATED),
        (identified("A", "f:1"), identified("A", "f:2"), REPLACED),
        (identified("A", "f:1", hours=9), identified("B", "f:2", hours=9), REPLACED),
        (identified("A", "f:1", days=1), identified("B", "f:2", days=1), REPLACED),
        (identified("A", "f:1"), identified("A: ", "f:2"), REPLACED),
        # Nothing is compared where one has none, or one of another scheme.
        (identified("A", None), identified("A", "f:1"), RESTATED),
        (identified("A", "g:1"), identified("B", "f:1"), REPLACED),
        (identified("A Title", "g:1"), identified("A: Title", "f:2"), RELABELLED),
    ],
)
def test_where_there_are_ids_nothing_else_is_asked(before: Entry, after: Entry, kind: RevisionKind, depth: int) -> None:
    revisions = Revisions({"US": versions([before], [after])}, replace(CHART, depth=depth))
    ((_, (revision,)),) = revisions.of("US")
    assert revision.kind is kind


def test_a_title_with_another_id_takes_no_place_throughout() -> None:
    old, new = identified("A", "f:1", weeks=1), identified("B", "f:2", weeks=1)
    assert over(US=([old], [new]), KR=([old], [new])) == {REPLACED}
    assert over(US=([old], [new._replace(id="f:1")]), KR=([old], [new])) == {RELABELLED, REPLACED}


def test_a_rank_that_comes_or_goes_is_another_work() -> None:
    one, two = entry("A", hours=9), entry("B", 2, hours=8)
    assert changed([one, two], [one], [one, two]) == [[(REPLACED, "B", None)], [(REPLACED, None, "B")]]


def test_what_did_not_change_is_no_revision() -> None:
    assert changed([entry("A", hours=9), entry("B", 2, hours=8)], [entry("A", hours=9), entry("C", 2, hours=8)]) == [
        [(RELABELLED, "B", "C")]
    ]


@pytest.mark.parametrize("figures", [{"weeks": 1}, {"hours": 9}])
def test_two_works_of_equal_figures_that_change_places_are_not_renamed(
    figures: Mapping[str, int],
) -> None:
    before = [entry("A", **figures), entry("B", 2, **figures)]
    assert kinds(before, [entry("B", **figures), entry("A", 2, **figures)]) == [REPLACED, REPLACED]


def test_a_work_that_is_listed_elsewhere_before_or_after_is_not_renamed() -> None:
    before = [entry("A", hours=9), entry("B", 2, hours=8)]
    assert kinds(before, [entry("C", hours=9), entry("A", 2, hours=7)]) == [REPLACED, REPLACED]
    assert kinds(before, [entry("B", hours=9), entry("C", 2, hours=7)]) == [REPLACED, REPLACED]


@pytest.mark.parametrize("value", [12, 1, -1])
@pytest.mark.parametrize("others", [("hours",), ("hours", "views")])
def test_a_figure_that_another_rank_has_as_well_stands_for_one_that_is_not_there(
    value: int, others: Sequence[str]
) -> None:
    same, beside = dict.fromkeys(("hours", "views"), value), dict.fromkeys(others, value)
    one, other, third = entry("A", **same), entry("B", **same), entry("C", 2, **beside)
    by_the_other_figure = RELABELLED if "views" not in others else REPLACED
    assert kinds([one, third], [other, third]) == [by_the_other_figure]
    assert kinds([one], [other, third])[0] is kinds([one, third], [other])[0] is by_the_other_figure
    assert kinds([one], [other]) == [RELABELLED]


@pytest.mark.parametrize("written", ["-", "0", "0.0", "N/A", "null", "—", "n.a.", "NaN", " "])
def test_what_stands_for_nothing_is_no_figure_also_where_one_rank_alone_has_it(written: str) -> None:
    one, other, third = (Entry(1, title, None, None, (("hours", written),)) for title in ("A", "B", "C"))
    third = third._replace(rank=2, figures=(("hours", "400"),))
    assert kinds([one, third], [other, third]) == [REPLACED]
    slug = (("hours", "abc-xyz"),)
    assert kinds([one._replace(figures=slug), third], [other._replace(figures=slug), third]) == [RELABELLED]


def test_a_kind_that_a_version_adds_makes_no_other_work_and_one_that_it_has_no_more_does() -> None:
    silent, film, series = (Entry(1, "A", None, kind) for kind in (None, Kind.FILM, Kind.SERIES))
    assert kinds([silent], [series]) == [RESTATED]
    assert kinds([series], [silent]) == kinds([film], [series]) == [REPLACED]
    assert kinds([silent], [series._replace(title="B")]) == [REPLACED]


def test_works_that_tie_have_one_figure_and_may_both_be_renamed() -> None:
    before, after = [entry("A", hours=9), entry("B", hours=9)], [entry("C", hours=9), entry("D", hours=9)]
    assert kinds([*before, entry("E", 3, hours=8)], [*after, entry("E", 3, hours=8)]) == [RELABELLED, RELABELLED]
    assert kinds([*before, entry("E", 3, hours=9)], [*after, entry("E", 3, hours=9)]) == [REPLACED, REPLACED]


def test_ties_are_compared_entry_by_entry() -> None:
    assert changed([entry("A", hours=9), entry("B", hours=8)], [entry("A", hours=9), entry("C", hours=8)]) == [
        [(RELABELLED, "B", "C")]
    ]


# Weak figures over several territories.


def over(**territories: tuple[Sequence[Entry], Sequence[Entry] | None]) -> set[RevisionKind]:
    """Return what became of rank 1 in all territories; None is an edition that did not change."""
    its = {t: versions(before, *([after] if after is not None else [])) for t, (before, after) in territories.items()}
    return {
        revision.kind for revision in Revisions(its, CHART).latest(version(2).provenance) if revision.is_of_number_one
    }


def test_weak_figures_prove_no_rename_in_however_many_territories() -> None:
    newcomer = ([entry("A", weeks=1)], [entry("B", weeks=1)])
    lasting = ([entry("A", weeks=7)], [entry("B", weeks=7)])
    nothing: tuple[Sequence[Entry], None] = ([entry("Z")], None)
    assert over(US=newcomer) == over(US=newcomer, KR=newcomer) == {REPLACED}
    assert over(US=lasting, KR=newcomer, JP=lasting, FR=nothing) == {REPLACED}


def test_only_what_a_document_changed_is_counted_as_its_revisions() -> None:
    revisions = Revisions({"US": versions([entry("A", hours=9)], [entry("B", hours=9)], [entry("C", hours=1)])}, CHART)
    assert [revision.kind for revision in revisions.latest(version(2).provenance)] == [RELABELLED]
    assert [revision.kind for revision in revisions.latest(version(3).provenance)] == [REPLACED]
    assert [(provenance.sha256, len(its)) for provenance, its in revisions.of("US")] == [("2", 1), ("3", 1)]


def test_the_renamings_of_a_publication_are_those_that_figures_show_each_once() -> None:
    def named(top: str, second: str, season: str) -> list[Entry]:
        return [entry(top, season=season, hours=9), entry(second, 2, hours=8)]

    its = {t: versions(named("A", "X", "1"), named("a", "X", "2"), named("B", "Z", "2")) for t in ("US", "KR")}
    found = (Renaming("2022-01-03", Kind.SERIES, "a", "B"), Renaming("2022-01-03", Kind.SERIES, "X", "Z"))
    assert Revisions(its, CHART).renamings() == found


def test_a_renaming_of_unknown_time_comes_before_all_others() -> None:
    its = [version(1, entry("A", hours=9)), version(2, entry("B", hours=9), fetched_at=None)]
    (renaming,) = Revisions({"US": its}, CHART).renamings()
    assert renaming.fetched_at == ""


def test_bytes_that_come_back_are_another_fetch() -> None:
    """A, B, A, B, of which the second and the fourth are the same bytes."""
    for times in (["10", "11", "12", "13"], [None] * 4):
        flicker = [
            Version(Edition("US", (entry(title),)), Provenance("file", at, sha))
            for at, title, sha in zip(times, "ABAB", "1232", strict=True)
        ]
        assert [r.kind for _, its in Revisions({"US": flicker}, CHART).of("US") for r in its] == [REPLACED] * 3
        assert [r.kind for r in Revisions({"US": flicker}, CHART).latest(flicker[-1].provenance)] == [REPLACED]


def test_titles_of_signs_alone_are_told_apart_by_them() -> None:
    assert kinds([entry("÷")], [entry("×")]) == [REPLACED]
    assert kinds([entry("!!!", weeks=1)], [entry("???", weeks=1)]) == [REPLACED]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("ดี", "ดู", REPLACED),  # Thai: good, to look
        ("राजा", "रोजी", REPLACED),  # Hindi: king, daily
        ("பலா", "பால்", REPLACED),  # Tamil: jackfruit, milk
        ("Ökonomie", "Okonomie", REPLACED),
        ("O\u0308konomie", "ÖKO-NOMIE", RELABELLED),
        ("जवान", "जवान!", RELABELLED),
        ("İstanbul", "istanbul", RESTATED),
        ("İs, tanbul", "istanbul", RELABELLED),
        ("I ❤\ufe0f NY", "I ❤ NY", RELABELLED),
        ("Café, Noir", "CAFE\u0301 NOIR", RELABELLED),
    ],
)
def test_marks_are_parts_of_the_letters_by_which_titles_are_told_apart(
    one: str, other: str, kind: RevisionKind
) -> None:
    assert kinds([entry(one, weeks=1)], [entry(other, weeks=2)]) == [kind]


def test_a_chart_of_depth_1_shows_no_rename() -> None:
    alone = replace(CHART, depth=1)
    its = {territory: versions([entry("A", hours=9)], [entry("B", hours=9)]) for territory in ("US", "KR")}
    assert Revisions(its, alone).renamings() == ()
    assert Revisions(its, CHART).renamings() != ()


def test_titles_without_any_figure_are_not_renamed() -> None:
    assert over(US=([entry("A")], [entry("B")]), KR=([entry("A")], [entry("B")])) == {REPLACED}


def test_a_territory_without_an_edition_has_no_revisions() -> None:
    assert list(Revisions({"US": versions([entry("A")], [entry("B")])}, CHART).of("KR")) == []


# The versions of an edition.


def titles(its: Versions) -> list[str]:
    return [known.edition.entries[0].title for known in its]


def test_versions_are_in_order_of_time_and_one_of_unknown_time_comes_last() -> None:
    its: Versions = ()
    for number, title, at in ((1, "B", "2022-01-02"), (2, "D", None), (3, "C", "2022-01-03"), (4, "A", "2022-01-01")):
        its = with_version(its, version(number, entry(title), fetched_at=at))
    assert titles(its) == ["A", "B", "D", "C"], "of D it is known only that it came after B"
    assert titles(with_version(its, version(5, entry("E"), fetched_at=None)))[-1] == "E"
    assert titles(with_version(its, version(5, entry("E"), fetched_at="2022-01-02"))) == ["A", "B", "D", "E", "C"]


@pytest.mark.parametrize(("fetched_at", "adds"), [("00", 1), ("01T12", 0), ("02T12", 0), ("03T12", 1), ("05", 1)])
def test_a_version_that_equals_one_beside_it_adds_nothing(fetched_at: str, adds: int) -> None:
    its = versions([entry("A")], [entry("B")], [entry("B"), entry("C", 2)], [entry("D")])
    same = version(9, entry("B"), fetched_at=f"2022-01-{fetched_at}")
    assert len(with_version(its, same)) == len(its) + adds


@pytest.mark.parametrize(
    ("most", "kept", "gone"),
    [
        (9, "0 1 2 3 4", {}),
        (5, "0 1 2 3 4", {}),
        (3, "0 3 4", {"3": "1 2"}),
        (2, "0 4", {"4": "1 2 3"}),
        (1, "4", {"4": "0 1 2 3"}),
    ],
)
def test_the_first_and_the_latest_versions_are_kept_and_name_the_others(
    most: int, kept: str, gone: Mapping[str, str]
) -> None:
    its = trimmed(versions(*([entry(f"{number}")] for number in range(5))), most)
    assert titles(its) == kept.split()
    named = {t: " ".join(str(int(p.sha256) - 1) for p in v.trimmed) for t, v in zip(titles(its), its, strict=True)}
    assert {title: names for title, names in named.items() if names} == gone


def test_trimming_again_names_what_was_trimmed_before() -> None:
    its: Versions = ()
    for number in range(1, 9):
        its = trimmed(with_version(its, version(number, entry(f"{number}"))), 3)
    assert titles(its) == ["1", "7", "8"]
    assert [provenance.sha256 for provenance in its[1].trimmed] == ["2", "3", "4", "5", "6"]
    assert [provenance.sha256 for provenance in trimmed(its, 2, named=3)[1].trimmed] == ["5", "6", "7"]


def test_a_late_version_among_trimmed_ones_is_named_with_them_once() -> None:
    its = trimmed(versions(*([entry(f"{number}")] for number in range(1, 6))), 2)
    late = version(9, entry("late"), fetched_at="2022-01-03T12")
    for _ in range(2):
        assert is_among_trimmed(its, late.provenance)
        its = with_version(its, late)
        assert titles(its) == ["1", "5"]
        assert [provenance.sha256 for provenance in its[1].trimmed] == ["2", "3", "9", "4"]
    assert not is_among_trimmed(its, version(6).provenance)


# Names.


def renamings(*pairs: str, kind: Kind | None = Kind.SERIES) -> list[Renaming]:
    """Return renamings such as `1 A B`: on day 1, A was given up for B."""
    return [Renaming(day, kind, before, after) for day, before, after in map(str.split, pairs)]


@pytest.mark.parametrize(
    ("pairs", "names"),
    [
        ([], {"A": "A"}),
        (["1 A B", "2 B C"], {"A": "C", "B": "C", "C": "C"}),
        (["2 B C", "1 A B"], {"A": "C", "B": "C", "C": "C"}),
        (["1 A B", "2 B A"], {"A": "A", "B": "A"}),
        (["1 A B", "2 B A", "3 A B"], {"A": "B", "B": "B"}),
        (["1 A B", "2 B C", "3 C A"], {"A": "A", "B": "A", "C": "A"}),
        (["1 A C", "1 B C"], {"A": "C", "B": "C"}),
        (["1 A B", "1 A C"], {"A": "A", "B": "B", "C": "C"}),
        (["1 A B", "1 A b"], {"A": "b"}),
        (["1 A B", "2 A C"], {"A": "C"}),
        (["1 A B", "2 A C", "2 A D"], {"A": "A"}),
    ],
)
def test_a_title_has_come_to_the_name_that_it_was_given_last(pairs: list[str], names: dict[str, str]) -> None:
    found = Names(renamings(*pairs))
    assert {title: found.latest(title, Kind.SERIES) for title in names} == names


def test_a_name_is_of_works_of_one_kind() -> None:
    names = Names(renamings("1 A B", kind=Kind.FILM))
    assert (names.latest("a", Kind.FILM), names.latest("A", Kind.SERIES)) == ("B", "A")


# What the catalog gains.


def aliases(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    return {work.id: work.aliases for work in catalog}


def test_a_listed_work_bears_every_name_that_it_has_come_to() -> None:
    catalog = Catalog([Work("a", "A", Kind.SERIES, aliases=("Also",)), Work("x", "X", Kind.SERIES)])
    assert aliases(with_renamings(catalog, renamings("1 A B", "2 B C"))) == {"a": ("Also", "B", "C"), "x": ()}


def test_a_name_that_is_another_works_stays_that_works_alone() -> None:
    catalog = Catalog([Work("a", "A", Kind.SERIES), Work("b", "Other", Kind.SERIES, aliases=("B",))])
    assert aliases(with_renamings(catalog, renamings("1 A B"))) == {"a": (), "b": ("B",)}
    assert with_renamings(catalog, renamings("1 A B")).match("A", Kind.SERIES, LATER).id == "a"
    assert aliases(with_renamings(catalog, renamings("1 A B", "2 B C"))) == {"a": ("C",), "b": ("B", "C")}


def test_a_name_of_one_kind_is_neither_given_to_nor_taken_by_another_kind() -> None:
    catalog = Catalog([Work("a", "A", Kind.FILM), Work("b", "B", Kind.FILM), Work("c", "A", Kind.SERIES)])
    assert aliases(with_renamings(catalog, renamings("1 A B"))) == {"a": (), "b": (), "c": ("B",)}


def test_a_title_of_no_catalog_is_the_one_that_it_has_come_to() -> None:
    catalog = with_renamings(Catalog([Work("a", "A", Kind.SERIES)]), renamings("1 X Y", "2 Y Z", "1 Q A"))
    meant = {title: catalog.match(title, Kind.SERIES, LATER) for title in "XYZQ"}
    assert {title: (work.id, work.title) for title, work in meant.items()} == {
        **dict.fromkeys("XYZ", ("unlisted:series:z", "Z")),
        "Q": ("a", "A"),
    }
    assert catalog.match("X", Kind.FILM, LATER).id == "unlisted:film:x"


def test_a_title_that_was_split_is_none_of_the_two() -> None:
    catalog = with_renamings(Catalog([Work("a", "A", Kind.SERIES)]), renamings("1 A B", "1 A C", "1 X Y", "1 X Z"))
    assert aliases(catalog) == {"a": ()}
    assert catalog.match("X", Kind.SERIES, LATER).id == "unlisted:series:x"


def test_without_renamings_the_catalog_is_as_it_was() -> None:
    catalog = Catalog([Work("a", "A", Kind.SERIES)])
    assert with_renamings(catalog, ()) is catalog


def test_two_seasons_that_change_places_are_no_relabelling() -> None:
    one, two = (entry("Alpha", season=f"Season {number}", weeks=1) for number in (1, 2))
    before, after = [two, one._replace(rank=2)], [one, two._replace(rank=2)]
    assert [kind for (kind, _, _) in changed(before, after)[-1]] == [REPLACED, REPLACED]
    assert Revisions({"US": versions(before, after)}, CHART).number_ones() == {}
    # A label that neither version has elsewhere is another name of the season.
    (relabelled,) = changed([one], [entry("Alpha", season="Part 2", weeks=1)])[-1:]
    assert [kind for (kind, _, _) in relabelled] == [RELABELLED]


# Which season a label means.


def labels(*editions: Entry) -> list[str | None]:
    """Return the seasons of the number ones after the last of several documents."""
    its = versions(*([edition] for edition in editions))
    kept = Revisions({"US": its}, CHART).number_ones().get("US", its[-1].edition.number_ones)
    return [one.season for one in kept]


def labelled(label: str | None, title: str = "A", **figures: int) -> Entry:
    return entry(title, season=label, **(figures or {"hours": 9}))


def test_a_label_that_changes_while_the_figures_stay_is_of_the_same_season() -> None:
    assert labels(labelled("Season 1"), labelled("Season 2")) == ["Season 1"]
    assert labels(labelled(None), labelled("Season 1")) == [None]
    assert labels(labelled("Season 1"), labelled(None), labelled("A 1.")) == ["Season 1"]
    assert labels(labelled("Season 1"), labelled("Season 1", hours=8), labelled("Part 2", hours=8)) == ["Season 1"]


def test_a_label_of_the_same_season_is_shown_as_charted() -> None:
    assert labels(labelled("Season 1"), labelled("Limited Series")) == ["Limited Series"]


def test_a_label_that_changes_with_the_figures_is_another_season() -> None:
    assert labels(labelled("Season 1"), labelled("Season 2", hours=8)) == ["Season 2"]
    assert labels(labelled("Season 1"), labelled("Season 2", title="B", hours=8)) == ["Season 2"]


def test_a_season_that_was_replaced_meanwhile_begins_anew() -> None:
    other = labelled("Season 1", title="B", hours=7)
    assert labels(labelled("Season 1"), other, labelled("Season 2")) == ["Season 2"]


def test_the_season_of_a_work_that_is_renamed_stays() -> None:
    assert labels(labelled("Season 2", title="A"), labelled(None, title="B")) == ["2"]
    assert labels(labelled("A: Season 2", title="A"), labelled("B: Season 2", title="B")) == ["B: Season 2"]
