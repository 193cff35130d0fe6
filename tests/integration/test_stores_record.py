"""Claims about every store of records: what a swap makes true, what a refused one does not, and what is kept."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chartwatch.adapters.record import AwsRecord
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.milestones.ledger import Ledger
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Scope
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind
from chartwatch.errors import RecordDamaged, RecordNewer
from chartwatch.services.record import (
    BULLETIN,
    FOLD,
    FORMAT,
    LEDGER,
    RETRACTED,
    SNAPSHOT,
    FileKind,
    Files,
    Head,
    RecordedBulletins,
    RecordStore,
)
from tests.chronicle import CHANGE, CHART, NTH, RACE, Chronicle, a_run
from tests.integration.conftest import Aws, Memory, Place, Repeating
from tests.recorded import entries, processed, snapshots
from tests.simulation.cloud import S3, Seam
from tests.stores import Cloud

RULES = (CHANGE, NTH, RACE, ReignRule("reign", Scope.CHART, "{title} stays", "stays", at=(2,)))
TITLES = ("Ozark", "Squid Game", None, "Money Heist", "Money Heist", "A Riddle", "Elite")
"""The number ones of some days; of one there is nothing."""


def chronicle(place: Place, chart: Chart = CHART) -> Chronicle:
    its = Chronicle(*RULES, chart=chart)
    its.charts, its.record = place.charts(), place.record()
    return its


def lived_through(place: Place) -> Chronicle:
    """Return some days of a chart, the second of which was corrected, so that a slot is retracted."""
    its = chronicle(place)
    a_run(its, *TITLES)
    its.arrives(1, US="Ozark")
    return its


def state(store: RecordStore, chart: str = CHART.id) -> Any:
    """Return all that is recorded of a chart, in terms that compare whatever the names of files are."""
    head = store.head(chart)
    assert head is not None
    # Who finds nothing to do raises the version, and with it the numbers of the bulletins to come.
    named = replace(head, version=0, snapshots=(), ledgers=dict.fromkeys(head.ledgers, ""), retracted="")
    said = [
        (bulletin.period, [change.milestone.as_json() for change in bulletin.changes], bulletin.works)
        for bulletin in RecordedBulletins(store).bulletins(chart)
    ]
    return named, said, entries(store, chart), processed(store, chart), snapshots(store, chart)


def head_of(store: RecordStore, chart: str = CHART.id) -> Head:
    head = store.head(chart)
    assert head is not None
    return head


def test_a_chart_has_no_record_at_first(place: Place) -> None:
    store = place.record()
    assert store.head(CHART.id) is None
    assert list(store.bulletins(CHART.id)) == []
    with pytest.raises(LookupError):
        store.bulletin_file(CHART.id, 1)
    with pytest.raises(RecordDamaged, match="the record of daily is damaged: ledger/none is missing"):
        store.get(CHART.id, LEDGER, "none")


def test_what_is_put_is_read_back_as_it_was(place: Place) -> None:
    values = lived_through(Memory())
    files = Files(values.record, values.head)
    (bulletin, *_) = RecordedBulletins(values.record).bulletins(CHART.id)
    store = place.record()
    its: Sequence[tuple[FileKind[Any], Any]] = (
        (SNAPSHOT, files.last_snapshot()),
        (LEDGER, files.ledger(2022)),
        (RETRACTED, files.retracted()),
        (BULLETIN, bulletin),
    )
    names = [store.put(CHART.id, kind, value) for kind, value in its]
    assert [place.record().get(CHART.id, kind, name) for (kind, _), name in zip(its, names, strict=True)] == [
        value for _, value in its
    ]
    assert files.retracted().entries, "an example of each"


def test_a_swap_makes_the_head_and_its_bulletin_known_at_one_stroke(place: Place) -> None:
    values = lived_through(Memory())
    (bulletin, *_) = RecordedBulletins(values.record).bulletins(CHART.id)
    store = place.record()
    file = store.put(CHART.id, BULLETIN, bulletin)
    head = replace(values.head, version=bulletin.number)
    assert list(store.bulletins(CHART.id)) == []
    assert store.swap(None, head, bulletin, file)
    assert place.record().head(CHART.id) == head
    assert list(place.record().bulletins(CHART.id)) == [(bulletin.number, file)]
    assert place.record().bulletin_file(CHART.id, bulletin.number) == file


def test_what_a_head_has_proved_is_known_to_the_charts_of_its_provider(place: Place) -> None:
    head = lived_through(place).head
    proved = (Renaming("2022-02-01T10:00:00Z", Kind.SERIES, "Berlin", "Berlin and the Jewels of Paris"),)
    assert place.record().proved(head.provider) == {}
    after = replace(head, version=head.version + 1, proved="a digest")
    assert place.record().swap(head, after, proved=proved)
    assert place.record().proved(head.provider) == {CHART.id: proved}
    assert place.record().proved("another provider") == {}
    assert not place.record().swap(head, replace(head, version=99), proved=())
    assert place.record().proved(head.provider) == {CHART.id: proved}
    assert place.record().swap(after, replace(after, version=after.version + 1), proved=())
    assert not any(place.record().proved(head.provider).values())


def test_a_swap_from_a_head_that_is_gone_changes_nothing(place: Place) -> None:
    its = lived_through(place)
    first, second = its.head, replace(its.head, version=its.head.version + 1)
    assert place.record().swap(first, second)
    before = state(place.record())
    (bulletin, *_) = RecordedBulletins(its.record).bulletins(CHART.id)
    told = replace(bulletin, number=99)
    stale = replace(second, version=99, catalog="not true")
    for gone in (None, first, replace(second, version=98)):
        for news in ((None, ""), (told, "not true")):
            assert not place.record().swap(gone, stale, *news)
            assert state(place.record()) == before
    assert place.record().swap(second, stale)


def test_a_swap_whose_reply_was_lost_counts_as_taken(place: Place) -> None:
    its = lived_through(place)
    (bulletin, *_) = RecordedBulletins(its.record).bulletins(CHART.id)
    for number, news in ((90, None), (91, replace(bulletin, number=91))):
        before = head_of(place.record())
        after = replace(before, version=number)
        assert place.record().swap(before, after, news, "a file" if news else "")
        assert place.record().swap(before, after, news, "a file" if news else "")
        assert head_of(place.record()) == after
    assert [ref.number for ref in place.record().bulletins(CHART.id)].count(91) == 1


def test_calls_that_are_made_again_do_no_harm(aws: Aws, memory: Memory) -> None:
    its = chronicle(aws)
    its.record = aws.record(Repeating(aws.client()), Repeating(aws.s3_client()))
    a_run(its, *TITLES)
    its.arrives(1, US="Ozark")
    assert state(aws.record()) == state(lived_through(memory).record)


def test_of_many_who_swap_the_same_head_one_succeeds(ministack: Aws) -> None:
    """On ministack only: moto does not take conditional writes of several threads one by one."""
    its = lived_through(ministack)
    before = its.head
    (bulletin, *_) = RecordedBulletins(its.record).bulletins(CHART.id)

    def swap(number: int) -> int:
        after = replace(before, version=before.version + 1, catalog=f"the catalog of {number}")
        return number * ministack.record().swap(before, after, replace(bulletin, number=90 + number), "a file")

    with ThreadPoolExecutor(6) as threads:
        (winner,) = filter(None, threads.map(swap, range(1, 7)))
    assert head_of(ministack.record()).catalog == f"the catalog of {winner}"
    assert [ref.number for ref in ministack.record().bulletins(CHART.id, 90)] == [90 + winner]


def test_bulletins_come_in_order_and_only_after_a_number(place: Place) -> None:
    its = chronicle(place)
    numbers = [
        bulletin.number for day in range(12) for bulletin in its.arrives(day, US=("Ozark", "Squid Game")[day % 2])
    ]
    assert len(numbers) == 12
    store = place.record()
    assert [ref.number for ref in store.bulletins(CHART.id)] == numbers
    assert [ref.number for ref in store.bulletins(CHART.id, numbers[7])] == numbers[8:]
    assert list(store.bulletins(CHART.id, numbers[-1])) == []
    assert [bulletin.number for bulletin in RecordedBulletins(store).bulletins(CHART.id, numbers[9])] == numbers[10:]


def test_the_last_bulletin_is_known_and_when_each_was_written(aws: Aws) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    store = aws.record()
    assert store.last_bulletin(CHART.id) == 0
    chronicle(aws).arrives(0, US=TITLES[0])
    assert store.last_bulletin(CHART.id) == 1
    *_, last = lived_through(aws).record.bulletins(CHART.id)
    assert store.last_bulletin(CHART.id) == last.number
    assert began < store.written_at(CHART.id, last.number) < datetime.now(UTC) + timedelta(minutes=1)
    with pytest.raises(LookupError):
        store.written_at(CHART.id, last.number + 1)


def test_charts_do_not_share_their_records(place: Place) -> None:
    charts = [
        Chart(name, f"the chart {name}", "somewhere", Cadence.DAY, 2, Kind.SERIES)
        for name in ("daily", "daily-tv", "daily-tv#US", "daily%23tv", "HEAD", "a/b", "오늘")
    ]
    for number, chart in enumerate(charts):
        a_run(chronicle(place, chart), "Ozark", *("Squid Game", "Money Heist", "Elite")[: number % 3 + 1])
    for number, chart in enumerate(charts):
        assert head_of(place.record(), chart.id).chart == chart.id
        said = list(RecordedBulletins(place.record()).bulletins(chart.id))
        assert [bulletin.chart for bulletin in said] == [chart.id] * (number % 3 + 2)
        kept = [file.kind for file in place.record().files(chart.id)]
        assert kept.count("bulletin") == len(said), "each was written once, and none of another chart is among them"


# What is missing, and what is not what its name says.

Damage = Callable[[Any, str, str], None]
"""Does something to a file: of which store, of which kind, and which."""


def lost(store: Any, kind: str, name: str) -> None:
    if hasattr(store, "s3"):
        store.s3.delete_object(Bucket=store.bucket, Key=f"record/{CHART.id}/{kind}/{name}")
    else:
        del store.record()._files[CHART.id][kind, name]


def overwritten(store: Any, kind: str, name: str) -> None:
    store.s3.put_object(Bucket=store.bucket, Key=f"record/{CHART.id}/{kind}/{name}", Body=gzip.compress(b"{}"))


def cut_short(store: Any, kind: str, name: str) -> None:
    key = f"record/{CHART.id}/{kind}/{name}"
    body = store.s3.get_object(Bucket=store.bucket, Key=key)["Body"].read()
    store.s3.put_object(Bucket=store.bucket, Key=key, Body=body[:-1])


NOT_IT = "has another hash than its name says"
SAID = {lost: "is missing", overwritten: NOT_IT, cut_short: NOT_IT}
"""What is said of each damage."""

DAMAGES = [("memory", lost), ("moto", lost), ("ministack", lost), ("moto", overwritten), ("moto", cut_short)]


@pytest.fixture(params=DAMAGES, ids=lambda its: f"{its[1].__name__} in {its[0]}")
def damaged(request: pytest.FixtureRequest) -> tuple[Any, Damage]:
    """A place, and what is done to its files."""
    where, damage = request.param
    return request.getfixturevalue(where), damage


@pytest.mark.parametrize("kind", ["ledger", "retracted"])
def test_a_ledger_that_is_damaged_ends_the_step_and_nothing_changes(damaged: tuple[Any, Damage], kind: str) -> None:
    place, damage = damaged
    its = lived_through(place)
    before, bulletins = its.head, list(its.record.bulletins(CHART.id))
    damage(place, kind, before.retracted if kind == "retracted" else before.ledgers[2022])
    with pytest.raises(RecordDamaged, match=rf"^the record of daily is damaged: {kind}/\w+ {SAID[damage]}$"):
        chronicle(place).arrives(len(TITLES), US="Ozark")
    assert head_of(place.record()) == before
    assert list(place.record().bulletins(CHART.id)) == bulletins


def test_snapshots_that_are_damaged_cost_nothing(damaged: tuple[Any, Damage]) -> None:
    place, damage = damaged
    whole = lived_through(Memory())
    its = lived_through(place)
    for kept in its.head.snapshots:
        damage(place, SNAPSHOT.name, kept.file)
    for number, titles in ((len(TITLES), ("Dark", "Ozark")), (2, ("Elite",))):
        expected = whole.arrives(number, US=titles)
        assert chronicle(place).arrives(number, US=titles) == expected
        assert expected
    assert entries(place.record(), CHART.id) == entries(whole.record, CHART.id)
    assert processed(place.record(), CHART.id) == processed(whole.record, CHART.id)


def test_a_bulletin_that_is_damaged_is_missed_by_whoever_reads_it(damaged: tuple[Any, Damage]) -> None:
    place, damage = damaged
    first, *others = lived_through(place).record.bulletins(CHART.id)
    damage(place, BULLETIN.name, first.file)
    read = RecordedBulletins(place.record())
    assert [bulletin.number for bulletin in read.bulletins(CHART.id, first.number)] == [ref.number for ref in others]
    with pytest.raises(RecordDamaged, match="bulletin/"):
        list(read.bulletins(CHART.id))


# What a later version of the project has written.


def later(aws: Aws, kind: str) -> str:
    """Write a file of a later format, as that version does, and return its name."""
    body = gzip.compress(json.dumps({"format": FORMAT + 1, "of another form": {}}).encode())
    name = hashlib.sha256(body).hexdigest()
    aws.s3.put_object(Bucket=aws.bucket, Key=f"record/{CHART.id}/{kind}/{name}", Body=body)
    return name


@pytest.mark.parametrize("kind", ["snapshot", "ledger", "retracted"])
def test_a_file_of_a_later_format_is_not_read_and_nothing_is_written_over(moto: Aws, kind: str) -> None:
    its = lived_through(moto)
    name, head = later(moto, kind), its.head
    others: dict[str, Any] = {
        "snapshot": {"snapshots": (*head.snapshots[:-1], head.snapshots[-1]._replace(file=name))},
        "ledger": {"ledgers": {2022: name}},
        "retracted": {"retracted": name},
    }
    after = replace(head, version=head.version + 1, **others[kind])
    assert moto.record().swap(head, after)
    of_format = f"{kind}/{name} is of format {FORMAT + 1}"
    with pytest.raises(RecordNewer, match=f"the record of {CHART.id} was made by a later version.*{of_format}"):
        chronicle(moto).arrives(len(TITLES), US="Ozark")
    assert head_of(moto.record()) == after


@pytest.mark.parametrize("newer", [{"format": FORMAT + 1}, {"fold": FOLD + 1}], ids=str)
def test_a_head_of_a_later_version_is_not_written_over(place: Place, newer: dict[str, Any]) -> None:
    its = lived_through(place)
    after = replace(its.head, version=its.head.version + 1, **newer)
    assert place.record().swap(its.head, after)
    again = chronicle(place)
    with pytest.raises(RecordNewer):
        again.arrives(len(TITLES), US="Ozark")
    with pytest.raises(RecordNewer):
        again.detector.reconsider(CHART.id)
    assert head_of(place.record()) == after


@pytest.mark.parametrize("newer", [{"format": FORMAT + 1}, {"fold": FOLD + 1}], ids=str)
def test_of_a_record_of_a_later_version_nothing_is_removed(moto: Aws, newer: dict[str, Any]) -> None:
    its = lived_through(moto)
    after, listed = replace(its.head, version=its.head.version + 1, **newer), list(versions(moto))
    assert moto.record().swap(its.head, after)
    with pytest.raises(RecordNewer):
        its.detector.remove_unnamed(CHART.id, datetime.now(UTC) + timedelta(days=50))
    assert head_of(moto.record()) == after
    assert list(versions(moto)) == listed


# Files that no head names any more.


def versions(aws: Aws) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each version of each file."""
    return ((file.kind, file.name) for file in aws.record().files(CHART.id))


def test_all_versions_of_all_files_are_listed_with_the_time_of_writing(aws: Aws) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    store = aws.record()
    ledger = store.put(CHART.id, LEDGER, Ledger())
    snapshot = store.put(CHART.id, SNAPSHOT, Snapshot())
    store.put("another", LEDGER, Ledger())
    store.put(CHART.id, LEDGER, Ledger())
    assert sorted(versions(aws)) == [("ledger", ledger), ("ledger", ledger), ("snapshot", snapshot)]
    found = list(store.files(CHART.id))
    assert len({file.ref for file in found}) == 3
    assert all(began < file.written_at < datetime.now(UTC) + timedelta(minutes=1) for file in found)


def test_just_the_versions_are_removed_that_were_listed(aws: Aws) -> None:
    store = aws.record()
    name = store.put(CHART.id, LEDGER, Ledger())
    listed = list(store.files(CHART.id))
    assert store.put(CHART.id, LEDGER, Ledger()) == name
    store.remove(CHART.id, listed)
    assert store.get(CHART.id, LEDGER, name) == Ledger()
    assert list(versions(aws)) == [("ledger", name)]
    store.remove(CHART.id, list(store.files(CHART.id)))
    assert list(versions(aws)) == []
    with pytest.raises(RecordDamaged):
        store.get(CHART.id, LEDGER, name)


def test_what_is_removed_for_its_age_leaves_a_record_that_is_right(aws: Aws) -> None:
    its = lived_through(aws)
    before, listed = state(aws.record()), set(versions(aws))
    in_days = datetime.now(UTC) + timedelta(days=49)
    assert its.detector.remove_unnamed(CHART.id, in_days) == len(listed) - len(set(versions(aws))) > 0
    named = its.head.files()
    assert set(versions(aws)) == named | {file for file in listed if file[0] == BULLETIN.name}
    assert state(aws.record())[1:] == before[1:]
    assert its.detector.remove_unnamed(CHART.id, in_days) == 0
    assert its.arrives(len(TITLES), US="Ozark")


@pytest.mark.parametrize(
    ("kind", "age", "written"), [(LEDGER, 8, 1), (LEDGER, 9, 2), (RETRACTED, 9, 2), (SNAPSHOT, 9, 1)]
)
def test_a_ledger_of_some_age_is_written_again_when_it_is_replaced(
    aws: Aws, kind: FileKind[Any], age: int, written: int
) -> None:
    name = aws.record().put(CHART.id, kind, Snapshot() if kind is SNAPSHOT else Ledger())
    key = f"record/{CHART.id}/{kind.name}/{name}"
    written_at = aws.s3.head_object(Bucket=aws.bucket, Key=key)["LastModified"]
    store = AwsRecord(aws.table("MilestonesTable"), aws.s3, aws.bucket, lambda: written_at + timedelta(days=age))
    store.renew(CHART.id, kind, name)
    assert list(versions(aws)) == [(kind.name, name)], "what was not read is not written"
    value = store.get(CHART.id, kind, name)
    for _ in range(2):
        store.renew(CHART.id, kind, name)
        assert list(versions(aws)) == [(kind.name, name)] * written
    assert aws.record().get(CHART.id, kind, name) == value


def test_what_a_person_looks_for_stands_beside_what_is_packed(moto: Aws) -> None:
    *_, last = RecordedBulletins(lived_through(moto).record).bulletins(CHART.id)
    items = moto.dynamodb.scan(TableName=moto.names["MilestonesTable"], ConsistentRead=True)["Items"]
    by_key = {item["sk"]["S"]: item for item in items}
    head, bulletin = by_key["HEAD"], next(item for key, item in by_key.items() if str(last.number) in key)
    its = head_of(moto.record())
    said = {"period": {"S": str(its.last)}, "fold": {"N": str(FOLD)}, "format": {"N": str(FORMAT)}}
    assert head.items() >= said.items()
    sent = sum(change.is_sent for change in last.changes)
    counts = {"changes": {"N": str(len(last.changes))}, "sent": {"N": str(sent)}}
    assert bulletin.items() >= {"period": {"S": str(last.period)}, **counts}.items()


def test_a_table_can_be_set_back_though_a_ledger_was_old_when_it_was_replaced() -> None:
    """A year's ledger stands for months, a correction replaces it, and the audit of the next night comes by."""
    cloud = Cloud(clock=lambda: now)
    now = datetime(2022, 5, 1, tzinfo=UTC)
    s3: Any = S3(Seam(), cloud.bucket, cloud.clock)
    its = Chronicle(*RULES)
    its.record = AwsRecord(cloud.table(), s3, "bucket", cloud.clock)
    a_run(its, *TITLES)
    now += timedelta(days=100)
    before, items = entries(its.record, CHART.id), dict(cloud.tables["table"])
    its.arrives(1, US="Dark")
    now += timedelta(days=1)
    assert its.detector.remove_unnamed(CHART.id, now)
    cloud.tables["table"].clear()
    cloud.tables["table"].update(items)
    assert entries(its.record, CHART.id) == before


def test_a_head_that_is_lost_begins_above_the_numbers_that_were_used(moto: Aws) -> None:
    greatest = list(lived_through(moto).record.bulletins(CHART.id))[-1].number
    table, key = moto.names["MilestonesTable"], {"pk": {"S": CHART.id}, "sk": {"S": "HEAD"}}
    moto.dynamodb.delete_item(TableName=table, Key=key)
    bulletins: list[Bulletin] = chronicle(moto).arrives(len(TITLES), US="Ozark")
    assert [bulletin.number for bulletin in bulletins] == [greatest + 1]
