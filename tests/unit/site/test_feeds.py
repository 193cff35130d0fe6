"""Feeds tell each thing once, and what became of it as entries of their own."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest

from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.rules.rule import Fact, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.record import RecordedBulletins
from chartwatch.site.addresses import FeedFormat, FeedKind, feed_address
from chartwatch.site.became import Became
from chartwatch.site.feed_files import ATOM, THREADS, TOMBSTONES, atom_of, json_of
from chartwatch.site.feeds import MOST, Site, feed_of
from chartwatch.site.news import News, news_of
from chartwatch.site.topics import EVERYTHING, Topic
from tests.chronicle import DAY, Chronicle, a_run
from tests.unit.site.written_feeds import feed_files, topics_of
from tests.unit.stories.netflix import FIRST_FROM, NEW, NTH, RACE, WORKS, netflix

LOCAL, THERE = Site(""), Site("https://charts.example.org/")
LANGUAGE = replace(FIRST_FROM, id="first-in-language", brief="first title in {group}", per=Fact.ORIGINAL_LANGUAGE)
SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "#1 in {places} so far", at=(2, 3, 4), everywhere=True)
FIVE = ("BR", "DO", "GB", "KR", "US")


def news(chronicle: Chronicle) -> list[News]:
    return news_of(RecordedBulletins(chronicle.record).bulletins(chronicle.chart.id))


def atom(chronicle: Chronicle, topic: Topic = EVERYTHING, site: Site = THERE) -> ElementTree.Element:
    return ElementTree.fromstring(atom_of(feed_of(news(chronicle), topic, site), site))


def items(chronicle: Chronicle, topic: Topic = EVERYTHING, site: Site = THERE) -> list[dict[str, Any]]:
    feed: dict[str, Any] = json.loads(json_of(feed_of(news(chronicle), topic, site), site))
    return list(feed["items"])


def titles(chronicle: Chronicle, topic: Topic = EVERYTHING) -> list[str]:
    return [item["title"].removesuffix(" (Netflix's daily chart)") for item in items(chronicle, topic)]


def of(root: ElementTree.Element, *names: str) -> list[str]:
    """Return the texts of elements of Atom, by their path."""
    return [element.text or "" for element in root.findall("/".join(f"{{{ATOM}}}{name}" for name in names))]


def fetched(chronicle: Chronicle, at: str | None) -> None:
    chronicle.document = Provenance("https://example.org/top10.csv", at, "0" * 64)


# What is told.


def test_what_says_more_than_a_new_number_one_is_an_entry() -> None:
    chronicle = netflix()
    a_run(chronicle, "Ozark", "Squid Game", "Ozark")
    assert sorted(titles(chronicle)) == [
        "Squid Game: first non-English series in the United States",
        "Squid Game: first title from South Korea in the United States",
    ]


def test_a_new_number_one_is_in_the_feed_of_its_rule_alone() -> None:
    chronicle = netflix(NEW)
    a_run(chronicle, "Ozark", "Squid Game")
    assert titles(chronicle) == []
    assert titles(chronicle, Topic(FeedKind.RULE, NEW.id)) == ["Squid Game: new #1 in the United States"]
    assert topics_of(news(chronicle)) == [EVERYTHING, Topic(FeedKind.RULE, NEW.id)]


def test_one_thing_in_many_places_is_one_entry_that_lists_them() -> None:
    chronicle = netflix(FIRST_FROM)
    chronicle.arrives(0, **dict.fromkeys(FIVE, "Ozark"))
    chronicle.arrives(1, **(dict.fromkeys(FIVE, "Squid Game") | {"US": "Ozark"}))
    (item,) = items(chronicle)
    assert item["title"].startswith("Squid Game: first title from South Korea in 4 of 5 countries (")
    assert "Brazil, Dominican Republic, South Korea, United Kingdom" in item["content_text"]
    assert item["url"] == "https://charts.example.org/works/squid.html"
    assert [its["territory"] for its in item["_chartwatch"]["milestones"]] == ["BR", "DO", "GB", "KR"]


def test_of_the_steps_of_a_spread_the_highest_is_told() -> None:
    chronicle = netflix(SPREAD)
    chronicle.arrives(0, **dict.fromkeys(FIVE, "Ozark"))
    chronicle.arrives(1, **dict.fromkeys(FIVE, "Squid Game"))
    assert titles(chronicle) == ["Squid Game: #1 in all 5 countries so far"]


def test_what_holds_since_the_record_begins_is_no_entry() -> None:
    chronicle = netflix()
    chronicle.arrives(0, US="Squid Game")
    assert news(chronicle) == []


def test_what_is_recorded_only_is_told_as_what_is_sent_is() -> None:
    sent, silent = netflix(NTH), Chronicle(NTH, works=WORKS, live_from=date(2030, 1, 1))
    for chronicle in (sent, silent):
        for number in range(0, 200, 10):
            chronicle.arrives(number, US="Ozark")
        chronicle.arrives(200, US="Squid Game")
    assert len(titles(sent)) == len(titles(silent)) == 1


def test_the_firsts_of_a_short_record_that_were_not_sent_are_no_entries() -> None:
    chronicle = Chronicle(NTH, works=WORKS, live_from=date(2030, 1, 1))
    a_run(chronicle, "Ozark", "Squid Game")
    assert news(chronicle) == []


def test_what_is_not_certain_is_marked_and_says_why() -> None:
    chronicle = netflix(FIRST_FROM)
    a_run(chronicle, "Ozark", "Nobody Knows", "Squid Game")
    (item,) = items(chronicle)
    assert item["title"].startswith("Provisional: Squid Game: first title from South Korea")
    assert "Not certain: " in item["content_text"]
    assert item["_chartwatch"]["certain"] is False


# What becomes of it.


def corrected() -> Chronicle:
    """Return a chart on which Squid Game was told to be the first, and Who Killed Sara? turns out to be."""
    chronicle = netflix(NTH)
    a_run(chronicle, "Ozark", None, "Squid Game")
    chronicle.arrives(1, US="Who Killed Sara?")
    return chronicle


def test_a_correction_is_an_entry_of_its_own_that_names_what_it_corrects() -> None:
    chronicle = corrected()
    entries = atom(chronicle).findall(f"{{{ATOM}}}entry")
    said = {entry.findtext(f"{{{ATOM}}}title", ""): entry for entry in entries}
    (correction,) = [said[title] for title in said if title.startswith("Correction: Who Killed Sara?: first ")]
    (marked,) = [said[title] for title in said if title.startswith("Since corrected: Provisional: Squid Game: first ")]
    (reply,) = correction.findall(f"{{{THREADS}}}in-reply-to")
    assert reply.get("ref") == marked.findtext(f"{{{ATOM}}}id")
    related = [link.get("href") for link in correction.findall(f"{{{ATOM}}}link[@rel='related']")]
    assert related == [reply.get("href")]
    assert "not Squid Game (3 January 2022), as we said, but Who Killed Sara? (2 January 2022)" in correction.findtext(
        f"{{{ATOM}}}content", ""
    )


def test_what_is_corrected_says_so_and_links_to_the_correction() -> None:
    chronicle = corrected()
    (marked,) = [item for item in items(chronicle) if item["title"].startswith("Since corrected: ")]
    (correction,) = [item for item in items(chronicle) if item["title"].startswith("Correction: ")]
    assert marked["_chartwatch"]["followed_by"] == [correction["id"]]
    assert correction["_chartwatch"]["follows"] == [marked["id"]]
    assert marked["content_text"].startswith("Since corrected on 9 January 2022: Correction: ")
    assert f'href="{correction["url"]}"' in marked["content_html"]
    assert marked["date_modified"] >= marked["date_published"]


def test_a_correction_changes_neither_the_id_nor_the_time_of_what_it_corrects() -> None:
    chronicle = netflix(NTH)
    a_run(chronicle, "Ozark", None, "Squid Game")
    (before,) = items(chronicle)
    chronicle.arrives(1, US="Who Killed Sara?")
    (after,) = [item for item in items(chronicle) if item["id"] == before["id"]]
    assert after["date_published"] == before["date_published"]
    assert after["title"] == f"Since corrected: {before['title']}"


def test_a_retraction_is_an_entry_a_mark_and_a_tombstone() -> None:
    chronicle = netflix(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    (before,) = items(chronicle)
    chronicle.arrives(1, US="Ozark")
    feed = atom(chronicle)
    (stone,) = feed.findall(f"{{{TOMBSTONES}}}deleted-entry")
    assert stone.get("ref") == before["id"]
    assert stone.get("when") == feed.findtext(f"{{{ATOM}}}updated")
    retraction, marked = items(chronicle)
    assert retraction["title"] == before["title"].replace("Squid Game: ", "Retracted: Squid Game: ")
    assert "which we said of it on Sunday 2 January 2022, is not so" in retraction["content_text"]
    assert (marked["id"], marked["title"]) == (before["id"], f"Since retracted: {before['title']}")
    assert marked["_chartwatch"]["deleted"] == stone.get("when")


def test_a_retraction_in_some_places_deletes_nothing() -> None:
    chronicle = netflix(NTH)
    chronicle.arrives(0, **dict.fromkeys(FIVE, "Ozark"))
    chronicle.arrives(1, **dict.fromkeys(FIVE, "Squid Game"))
    chronicle.arrives(1, **(dict.fromkeys(FIVE, "Squid Game") | {"US": "Ozark"}))
    retraction, marked = items(chronicle)
    assert retraction["title"].startswith("Retracted: Squid Game: first non-English series in the United States")
    assert marked["title"].startswith("Since retracted in part: Squid Game: first non-English series in all 5")
    assert marked["content_text"].startswith("Since retracted in the United States on ")
    assert atom(chronicle).findall(f"{{{TOMBSTONES}}}deleted-entry") == []
    chronicle.arrives(1, **dict.fromkeys(FIVE, "Ozark"))
    assert len(atom(chronicle).findall(f"{{{TOMBSTONES}}}deleted-entry")) == 1


def test_what_is_retracted_in_one_place_and_corrected_in_all_others_is_corrected() -> None:
    chronicle = netflix(NTH)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game", KR="Squid Game")
    chronicle.arrives(1, US="Squid Game", KR="Who Killed Sara?")
    assert titles(chronicle)[-1].startswith("Since corrected in part: Squid Game: ")
    chronicle.arrives(1, US="Ozark", KR="Who Killed Sara?")
    assert titles(chronicle)[-1].startswith("Since corrected: Squid Game: first non-English series in South Korea")
    assert atom(chronicle).findall(f"{{{TOMBSTONES}}}deleted-entry") == []


def test_what_is_claimed_again_after_a_retraction_is_another_entry() -> None:
    chronicle = netflix(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    chronicle.arrives(1, US="Ozark")
    chronicle.arrives(1, US="Squid Game")
    again, retraction, first = items(chronicle)
    assert again["title"].startswith("Squid Game: first non-English series")
    assert again["_chartwatch"]["follows"] == [retraction["id"]]
    assert retraction["title"].startswith("Since claimed again: Retracted: ")
    assert first["title"].startswith("Since retracted: ")
    assert len({item["id"] for item in (again, retraction, first)}) == 3


def test_what_was_recorded_only_is_corrected_by_what_is_sent_first() -> None:
    chronicle = Chronicle(NTH, works=WORKS, live_from=DAY + timedelta(250))
    for number in range(0, 270, 10):
        chronicle.arrives(number, US="Squid Game" if number in (200, 260) else "Ozark")
    (before,) = items(chronicle)
    chronicle.arrives(200, US="Ozark")
    correction, marked = items(chronicle)
    assert correction["_chartwatch"]["became"] == "corrected"
    assert correction["title"].startswith("Correction, not certain: Squid Game: first ")
    assert correction["content_text"].startswith(
        "The daily chart, Sunday 18 September 2022.\n\nSquid Game: first non-English series in the United States.\n\n"
    )
    assert marked["id"] == before["id"]


def test_what_is_confirmed_is_told_and_is_no_longer_provisional() -> None:
    unknown = Work("nobody", "Nobody Knows", Kind.SERIES)
    chronicle = netflix(FIRST_FROM, works=(*WORKS, unknown))
    a_run(chronicle, "Ozark", "Nobody Knows", "Squid Game")
    chronicle.learns(*WORKS, replace(unknown, original_language="en", origin_countries=("US",)))
    confirmed, marked = items(chronicle)
    assert confirmed["title"].startswith("Confirmed: Squid Game: first title from South Korea")
    assert marked["title"].startswith("Since confirmed: Squid Game: ")
    assert atom(chronicle).findall(f"{{{TOMBSTONES}}}deleted-entry") == []


def test_what_was_certain_and_is_not_any_more_is_told_and_marked() -> None:
    chronicle = netflix(replace(FIRST_FROM, scope=Scope.CHART))
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game")
    chronicle.arrives(2, US="Squid Game", KR="Ozark")
    doubted, marked = items(chronicle)
    assert doubted["title"].startswith("Provisional: Squid Game: first title from South Korea")
    assert "No longer certain: the period 2 January 2022 is missing in South Korea." in doubted["content_text"]
    assert marked["title"].startswith("Since in doubt: Squid Game: ")


def test_a_correction_is_in_every_feed_of_what_it_corrects() -> None:
    """Whoever reads of Korea reads that it was not Korea; and who reads of Japan that it was."""
    chronicle = netflix(NTH, RACE)
    a_run(chronicle, "Ozark", "Squid Game")
    before = news(chronicle)
    squid = next(work for work in WORKS if work.id == "squid")
    others = [work for work in WORKS if work.id != "squid"]
    chronicle.learns(*others, replace(squid, original_language="en", origin_countries=("JP",)))
    after = news(chronicle)
    retraction = after[0]
    assert retraction.became is Became.RETRACTED
    assert retraction.topics >= before[0].topics
    assert Topic(FeedKind.ORIGIN, "JP") in retraction.topics
    assert len(titles(chronicle, Topic(FeedKind.LANGUAGE, "ko"))) == 2


def test_a_bulletin_changes_the_feeds_of_its_own_topics_alone() -> None:
    chronicle = netflix(NTH, FIRST_FROM)
    a_run(chronicle, "Ozark", "Squid Game", None, "Ozark")
    before = dict(feed_files(news(chronicle), THERE))
    known = {its.key for its in news(chronicle)}
    chronicle.arrives(2, US="Who Killed Sara?")
    after = dict(feed_files(news(chronicle), THERE))
    touched = topics_of(its for its in news(chronicle) if its.key not in known)
    named = {feed_address(topic.kind, topic.value, form) for topic in touched for form in FeedFormat}
    assert {address for address in after if after[address] != before.get(address)} <= named
    assert before.keys() <= after.keys()
    assert after["feeds/origins/KR.atom"] == before["feeds/origins/KR.atom"]


def test_another_name_is_no_news() -> None:
    chronicle = netflix(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    before = items(chronicle)
    squid = next(work for work in WORKS if work.id == "squid")
    others = [work for work in WORKS if work.id != "squid"]
    chronicle.learns(*others, replace(squid, title="오징어 게임", aliases=("Squid Game",)))
    assert items(chronicle) == before


def test_rules_that_are_no_more_take_nothing_back() -> None:
    chronicle = netflix(NTH, FIRST_FROM)
    a_run(chronicle, "Ozark", "Squid Game")
    before = items(chronicle)
    chronicle.obeys(FIRST_FROM)
    assert items(chronicle) == before


# When it came.


def test_an_entry_is_of_the_time_when_its_document_was_fetched() -> None:
    chronicle = netflix(NTH)
    fetched(chronicle, "2022-01-02T09:30:15.250Z")
    a_run(chronicle, "Ozark", "Squid Game")
    (item,) = items(chronicle)
    assert item["date_published"] == item["date_modified"] == "2022-01-02T09:30:15Z"


@pytest.mark.parametrize("at", [None, "2026-11-29T12:00:00Z"])
def test_an_entry_of_an_archive_is_of_its_period(at: str | None) -> None:
    chronicle = netflix(NTH)
    fetched(chronicle, at)
    a_run(chronicle, "Ozark", "Squid Game")
    (item,) = items(chronicle)
    assert item["date_published"] == "2022-01-02T00:00:00Z"


def test_a_correction_is_of_when_the_record_was_last_heard_of() -> None:
    chronicle = netflix(NTH)
    a_run(chronicle, "Ozark", None, "Squid Game")
    fetched(chronicle, "2022-06-01T08:00:00Z")
    chronicle.arrives(1, US="Who Killed Sara?")
    correction = items(chronicle)[0]
    assert correction["title"].startswith("Correction: ")
    assert correction["date_published"] == "2022-06-01T08:00:00Z"


def test_the_newest_entry_is_first_and_no_correction_is_older_than_what_it_corrects() -> None:
    chronicle = corrected()
    found = news(chronicle)
    assert [its.at for its in found] == sorted((its.at for its in found), reverse=True)
    for place, its in enumerate(found):
        assert all(found.index(old) > place for old in its.follows)


# How it is written.


def test_both_forms_say_the_same() -> None:
    chronicle = corrected()
    feed = atom(chronicle)
    written = items(chronicle)
    assert of(feed, "entry", "id") == [item["id"] for item in written]
    assert of(feed, "entry", "title") == [item["title"] for item in written]
    assert of(feed, "entry", "updated") == [item["date_modified"] for item in written]
    assert of(feed, "entry", "content") == [item["content_html"] for item in written]


def test_a_site_that_has_no_address_has_relative_links() -> None:
    chronicle = corrected()
    feed = atom(chronicle, Topic(FeedKind.ORIGIN, "KR"), LOCAL)
    links = [link.get("href", "") for link in feed.iter(f"{{{ATOM}}}link")]
    assert links
    assert not any("://" in href for href in links)
    there = "file:///site/feeds/origins/KR.atom"
    pages = {urljoin(there, href) for href in links}
    assert pages >= {there, "file:///site/origins/KR.html"}
    assert all(page.startswith("file:///site/") for page in pages)
    written = json.loads(json_of(feed_of(news(chronicle), EVERYTHING, LOCAL), LOCAL))
    assert not {"feed_url", "home_page_url"} & written.keys()
    assert not any("url" in item for item in written["items"])


def test_ids_are_those_of_the_site_and_of_nothing_else() -> None:
    def ids(site: Site) -> list[str]:
        return [item["id"] for item in items(corrected(), EVERYTHING, site)]

    assert ids(THERE) == ids(THERE)
    assert not {*ids(THERE)} & {*ids(LOCAL)}
    assert all(its.startswith("urn:uuid:") for its in ids(LOCAL))


def test_titles_of_any_script_and_with_markup_are_read_as_they_are() -> None:
    tags = '<b>&amp; "Élite"</b> ]]> \x07오징어'
    work = Work("odd", tags.replace("\x07", ""), Kind.SERIES, "ko", ("KR",))
    chronicle = netflix(NTH, works=(*WORKS, work))
    a_run(chronicle, "Ozark", work.title)
    (title,) = of(atom(chronicle), "entry", "title")
    assert title.startswith('<b>&amp; "Élite"</b> ]]> 오징어: first')
    (item,) = items(chronicle)
    assert item["title"] == title
    assert "<b>" not in item["content_html"]
    assert "&lt;b&gt;&amp;amp; " in item["content_html"]


def test_a_feed_has_at_most_a_hundred_entries_the_newest() -> None:
    works = [Work(f"w{n}", f"Work {n}", Kind.SERIES, "ko", ("KR",)) for n in range(MOST + 20)]
    chronicle = netflix(replace(NTH, at=tuple(range(1, MOST + 50))), works=tuple(works))
    chronicle.arrives(0, US="Nobody Knows")
    for number, work in enumerate(works, 1):
        chronicle.stored(number, US=work.title)
    chronicle.detector.detect(chronicle.chart.id, chronicle.period(1))
    for number in range(2, MOST + 21):
        chronicle.detector.detect(chronicle.chart.id, chronicle.period(number))
    found = titles(chronicle)
    assert len(found) == MOST
    assert "Work 119:" in found[0]


def test_a_feed_without_entries_is_a_feed() -> None:
    feed = feed_of([], EVERYTHING, THERE)
    assert ElementTree.fromstring(atom_of(feed, THERE)).findtext(f"{{{ATOM}}}updated") == "1970-01-01T00:00:00Z"
    assert json.loads(json_of(feed, THERE))["items"] == []


def test_the_same_record_makes_the_same_bytes() -> None:
    assert [*feed_files(news(corrected()), THERE)] == [*feed_files(news(corrected()), THERE)]


def test_what_corrects_bulletins_that_are_left_out_is_told_all_the_same() -> None:
    chronicle = corrected()
    bulletins = list(RecordedBulletins(chronicle.record).bulletins(chronicle.chart.id))
    whole, last = news_of(bulletins), news_of(bulletins[-1:])
    assert [its.key for its in last] == [its.key for its in whole[: len(last)]]
    assert all(not its.follows for its in last)
