"""Feeds of real histories, in the folder that $CHARTWATCH_DATA names, and of the sample."""

import json
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chartwatch.adapters.starter import starter_layer
from chartwatch.cli.replay import replay
from chartwatch.cli.sample_chart import open_sample
from chartwatch.domain.works.layers import catalog_of
from chartwatch.rules import default_rules
from chartwatch.site.addresses import FeedKind
from chartwatch.site.became import Became
from chartwatch.site.feed_files import json_of
from chartwatch.site.feeds import Site, feed_of
from chartwatch.site.news import News, news_of
from chartwatch.site.topics import EVERYTHING, Topic
from chartwatch.sources import Source, open_source
from tests.unit.site.written_feeds import feed_files

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))
SITE = Site("https://charts.example.org/")

real = pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder")


def told(files: list[Path], source: Source) -> list[News]:
    return news_of(replay(files, source, catalog_of(starter_layer()), default_rules()))


@cache
def sample() -> list[News]:
    source, file = open_sample()
    return told([file], source)


@cache
def corrected() -> list[News]:
    """Return what feeds tell of Netflix's countries file as published on eight dates."""
    files = sorted((DATA / "netflix-countries-published").glob("*.tsv*"))
    return told(files, open_source("netflix-countries", {}))


def items(news: list[News], topic: Topic = EVERYTHING) -> list[dict[str, Any]]:
    return list(json.loads(json_of(feed_of(news, topic, SITE), SITE))["items"])


def test_the_feed_of_south_korea_has_the_news_that_started_it_all() -> None:
    found = {item["title"]: item for item in items(sample(), Topic(FeedKind.ORIGIN, "KR"))}
    where = "in the United States (Netflix's daily Top 10)"
    race = found[f"All of Us Are Dead: South Korea first with 2 non-English series {where}"]
    assert race["date_published"] == "2022-02-04T00:00:00Z"
    assert f"All of Us Are Dead: fourth non-English series {where}" in found
    assert all("Squid Game" in title or "All of Us Are Dead" in title for title in found)


def test_a_feed_of_everything_has_nothing_that_says_only_who_is_number_one() -> None:
    assert not [item for item in items(sample()) if "new #1" in item["title"]]
    new = items(sample(), Topic(FeedKind.RULE, "new-number-one"))
    assert len(new) == 100
    assert all("new #1" in item["title"] or "back at #1" in item["title"] for item in new)


@real
def test_what_netflix_corrected_is_told_and_marked() -> None:
    found = Counter(its.became for its in corrected() if EVERYTHING in its.topics)
    del found[Became.NEW]
    assert found == {Became.CORRECTED: 5, Became.RETRACTED: 1}
    dutch = [item for item in items(corrected(), Topic(FeedKind.ORIGIN, "NL")) if "Bon Bini" in item["title"]]
    assert all(item["title"].startswith("Correction: Bon Bini Holland 2: ") for item in dutch)
    assert all(item["date_published"] == "2021-12-08T13:33:27Z" for item in dutch)
    followed = {ref for item in dutch for ref in item["_chartwatch"]["follows"]}
    marked = [item for item in items(corrected(), Topic(FeedKind.ORIGIN, "NL")) if item["id"] in followed]
    assert [item["title"].split(": ")[0] for item in marked if "anywhere" in item["title"]] == ["Since corrected"] * 2
    assert all("The Forgotten Battle" in item["title"] for item in marked)


@real
def test_of_a_week_in_which_a_series_tops_93_countries_each_thing_is_one_entry() -> None:
    news = told([DATA / "netflix-countries-2022-02-27.tsv"], open_source("netflix-countries", {}))
    squid = [its for its in news if its.at.date().isoformat() == "2021-09-26" and "Squid Game: " in its.said.title]
    assert max(len(its.milestones) for its in squid) > 50
    assert len([its for its in squid if EVERYTHING in its.topics]) < 15


@real
def test_the_same_history_makes_the_same_feeds() -> None:
    files = sorted((DATA / "netflix-countries-published").glob("*.tsv*"))
    again = told(files, open_source("netflix-countries", {}))
    assert dict(feed_files(corrected(), SITE)) == dict(feed_files(again, SITE))
