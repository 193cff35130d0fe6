"""A story links to the page of what it leads with, where there is a site; where there is none, nothing is another."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.stories.message import as_event, as_text
from chartwatch.domain.stories.story import Story, stories
from chartwatch.domain.stories.webhooks import WebhookKind, payload
from chartwatch.services.publish import messages
from tests.chronicle import a_run
from tests.unit.stories.netflix import netflix, sent_of

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "story.schema.json").read_text())
SITE = "https://d111111abcdef8.cloudfront.net"
OZARK_TO_SQUID = ("Ozark", "Squid Game")


def page_of(slot: str) -> str:
    return f"{SITE}/milestones/{slot.replace(':', '-')}.html"


def linked(bulletin: Bulletin) -> list[Story]:
    return stories(bulletin, LIMITS, page_of)


def last(*titles: str) -> Bulletin:
    (bulletin,) = a_run(netflix(), *titles)
    return bulletin


def test_a_story_has_the_page_of_what_it_leads_with_on_a_line_of_its_own() -> None:
    (story,) = linked(last(*OZARK_TO_SQUID))
    page = page_of(story.points[0].milestone.slot)
    assert story.body["page"] == page
    assert story.text.splitlines().count(page) == 1
    assert story.body["text"] == story.text
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(story.body)


@pytest.mark.parametrize("titles", [OZARK_TO_SQUID, ("Ozark", "Squid Game", "Ozark")])
def test_without_a_site_nothing_is_another_and_with_one_nothing_but_the_link(titles: tuple[str, ...]) -> None:
    bulletin = last(*titles)
    (without,), (story,) = sent_of(bulletin), linked(bulletin)
    assert "page" not in without.body
    link = f"Its page, with all that becomes of it:\n{story.body['page']}\n\n"
    assert story.text.replace(link, "") == without.text
    assert {**without.body, "text": story.text, "page": story.body["page"]} == story.body
    assert replace(story, text=without.text, body=without.body) == without
    assert [its.id for its in messages(bulletin, LIMITS)] == [its.id for its in messages(bulletin, LIMITS, page_of)]


def test_a_correction_and_a_retraction_lead_to_the_page_of_what_they_take_back() -> None:
    chart = netflix()
    for day, title in enumerate(OZARK_TO_SQUID):
        told = chart.arrives(day, US=title)
    (first,) = linked(told[-1])
    (taken_back,) = [its for b in chart.arrives(1, US="Ozark") for its in linked(b) if its.title == "Squid Game"]
    assert taken_back.status is Status.RETRACTED
    assert taken_back.body["page"] in {page_of(its["slot"]) for its in first.body["milestones"]}


def test_a_text_that_is_full_has_room_for_its_link() -> None:
    bulletin = last(*OZARK_TO_SQUID)
    (whole,) = linked(bulletin)
    beyond = len(f"\n\nBulletin {bulletin.id}\n".encode()) + len(whole.text.partition("On the record")[2].encode())
    for room in range(len(whole.text.encode()), 300, -50):
        (cut,) = stories(bulletin, replace(LIMITS, text=room), page_of)
        assert cut.body["page"] in cut.text.splitlines()
        assert len(cut.text.encode()) <= room + beyond + len("On the record") + len("And 9 more milestones.\n\n")


@pytest.mark.parametrize("kind", [WebhookKind.SLACK, WebhookKind.DISCORD, WebhookKind.TEAMS])
def test_in_a_chat_the_page_is_a_link(kind: WebhookKind) -> None:
    (story,) = linked(last(*OZARK_TO_SQUID))
    posted = payload(kind, as_text(as_event(story, "arn:aws:sns:eu-west-1:1:stories"))).decode()
    marked = {WebhookKind.SLACK: "<{}>", WebhookKind.DISCORD: "<{}>", WebhookKind.TEAMS: "{}"}[kind]
    assert marked.format(story.body["page"]) in posted
