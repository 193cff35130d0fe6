"""What webhooks are sent: the JSON as it was published, or what Slack, Discord and Teams show of it."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain import words
from chartwatch.domain.stories.message import as_text
from chartwatch.domain.stories.webhooks import DISCORD_EMBED, SLACK_SECTION, WebhookKind, payload
from chartwatch.domain.stories.wording import WIDTH

LINK = "https://www.netflix.com/tudum/top10/data/all_weeks.tsv?a=1&b=2"
HOSTILE = "<!channel> & <@U1|x> @everyone *_~`|# [x](https://evil.example)"
CHATS = [WebhookKind.SLACK, WebhookKind.DISCORD, WebhookKind.TEAMS]


def story(title: str = "Squid Game", text: str = "") -> dict[str, Any]:
    said = f"{title}\nKorean-language series\n\n* First title in Korean in 4 of 94\n  countries\n\nSource:\n{LINK}\n"
    return {
        "type": "story",
        "format": 2,
        "story": "weekly:00000001:squid",
        "bulletin": "weekly:00000001",
        "chart": {"id": "weekly", "name": "the weekly chart"},
        "subject": "Squid Game: first title in Korean",
        "text": text or said,
    }


def digest(*titles: str, left_out: int = 0) -> dict[str, Any]:
    return {
        "type": "digest",
        "format": 2,
        "bulletin": "weekly:00000001",
        "chart": {"id": "weekly", "name": "the weekly chart"},
        "period": "2022-01-02",
        "read": {"territories": 2, "missing": []},
        "stories": [{"title": title, "subject": f"{title}: new #1"} for title in titles],
        "stories_left_out": left_out,
    }


def published(body: dict[str, Any]) -> str:
    return as_text({"specversion": "1.0", "id": "weekly:00000001:squid", "data": body})


def posted(kind: WebhookKind, body: dict[str, Any]) -> Any:
    return json.loads(payload(kind, published(body)))


def slack_text(body: dict[str, Any]) -> str:
    return "\n".join(block["text"]["text"] for block in posted(WebhookKind.SLACK, body)["blocks"])


def discord_text(body: dict[str, Any]) -> str:
    (embed,) = posted(WebhookKind.DISCORD, body)["embeds"]
    text: str = embed["description"]
    return text


def teams_runs(body: dict[str, Any]) -> list[Any]:
    (attachment,) = posted(WebhookKind.TEAMS, body)["attachments"]
    return [run for block in attachment["content"]["body"] for run in block["inlines"]]


def test_a_program_gets_the_json_byte_for_byte() -> None:
    message = '{"type": "story",  "story": "weekly:1:오징어"}'
    assert payload(WebhookKind.WEBHOOK, message) == message.encode()


def test_of_a_publication_in_which_nothing_is_new_that_is_what_a_chat_is_told() -> None:
    assert posted(WebhookKind.SLACK, digest())["text"] == "Nothing new: the weekly chart, 2 January 2022"


def test_slack_gets_text_in_which_nothing_but_our_link_is_in_angle_brackets() -> None:
    sent = posted(WebhookKind.SLACK, story(HOSTILE))
    assert {block["text"]["verbatim"] for block in sent["blocks"]} == {True}
    said = slack_text(story(HOSTILE))
    assert said.startswith("&lt;!channel&gt; &amp; &lt;@U1|x&gt; @everyone")
    assert re.findall(r"<[^>]*>", said) == [f"<{LINK.replace('&', '&amp;')}>"]
    assert sent["text"] == "Squid Game: first title in Korean"


def test_what_had_no_room_in_a_line_of_an_email_is_one_line_of_a_chat_and_sentences_stay_apart() -> None:
    claim = "* Fourth non-English series to be at the top of the daily chart in the United States"
    text = "\n".join(["Title", "", *words.wrapped(claim, WIDTH, subsequent_indent="  "), "  Before it: Dark.", ""])
    expected = ["Title", f"• {claim[2:]}", "  Before it: Dark."]
    assert [line for line in slack_text(story(text=text)).splitlines() if line] == expected
    assert [run["text"] for run in teams_runs(story(text=text))] == expected


def test_discord_notifies_nobody_and_reads_no_markdown_in_a_title() -> None:
    assert posted(WebhookKind.DISCORD, story(HOSTILE))["allowed_mentions"] == {"parse": []}
    first, *_, link = discord_text(story(HOSTILE)).splitlines()
    assert first == (r"\<!channel\> & \<\@U1\|x\> \@everyone \*\_\~\`\|\# \[x\]\(https\:\/\/evil.example\)")
    assert link == f"<{LINK}>"


@pytest.mark.parametrize(
    ("title", "shown"),
    [("1. FC", r"1\. FC"), ("24. December", r"24\. December"), ("- x", r"\- x"), ("+1", r"\+1"), ("9-1-1", "9-1-1")],
)
def test_a_title_that_begins_as_a_list_begins_none_on_discord(title: str, shown: str) -> None:
    assert discord_text(story(title)).splitlines()[0] == shown


def test_teams_gets_an_adaptive_card_of_text_that_is_no_markdown_and_a_link() -> None:
    sent = posted(WebhookKind.TEAMS, story(HOSTILE))
    (attachment,) = sent["attachments"]
    assert (sent["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert (attachment["content"]["type"], attachment["content"]["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in attachment["content"]["body"]} == {"RichTextBlock"}
    first, *_, last = teams_runs(story(HOSTILE))
    assert first == {"type": "TextRun", "text": HOSTILE}
    assert last == {"type": "TextRun", "text": LINK, "selectAction": {"type": "Action.OpenUrl", "url": LINK}}


@pytest.mark.parametrize("kind", CHATS)
def test_a_title_is_never_a_link(kind: WebhookKind) -> None:
    sent = payload(
        kind, published(story("https://evil.example/", text="https://evil.example/\nand no more\n"))
    ).decode()
    assert "<https://evil" not in sent
    assert "OpenUrl" not in sent


@pytest.mark.parametrize("kind", CHATS)
def test_a_digest_names_each_story_with_its_title_in_its_own_letters(kind: WebhookKind) -> None:
    body = digest("Dark", "Elite", left_out=3)
    body["stories"][1] = {"title": "Élite", "subject": "Elite: new #1"}
    sent = payload(kind, published(body)).decode()
    assert "Élite" in sent
    assert "Dark" in sent
    assert "5 stories" in sent
    assert "and 3 more" in sent


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=1500), max_size=60))
def test_however_long_and_strange_a_text_is_each_service_takes_it(lines: list[str]) -> None:
    body = story(text="\n".join(["Title", *lines]))
    sections = posted(WebhookKind.SLACK, body)["blocks"]
    assert len(sections) <= 50
    assert all(0 < len(block["text"]["text"]) <= SLACK_SECTION for block in sections)
    assert sum(len(block["text"]["text"]) for block in sections) <= 13_000
    assert 0 < len(posted(WebhookKind.DISCORD, body)["content"]) <= 2000
    assert 0 < len(discord_text(body)) <= DISCORD_EMBED
    assert len(payload(WebhookKind.TEAMS, published(body))) <= 28 * 1024


@pytest.mark.parametrize("kind", CHATS)
def test_lines_of_spaces_are_empty_ones(kind: WebhookKind) -> None:
    assert posted(kind, story(text=f"Title\n{'x' * 80}\n  \n   \n  end\n"))


@pytest.mark.parametrize("kind", CHATS)
def test_what_is_cut_short_says_so(kind: WebhookKind) -> None:
    sent = posted(kind, story(text="Title\n" + "a word " * 9000))
    assert "…" in json.dumps(sent, ensure_ascii=False)


def test_a_chart_of_a_name_without_end_has_one_line_on_discord() -> None:
    body = {**digest("Dark"), "chart": {"id": "weekly", "name": "a *name* " * 500}}
    assert len(posted(WebhookKind.DISCORD, body)["content"]) <= 2000


@pytest.mark.parametrize("kind", CHATS)
def test_a_digest_of_a_thousand_stories_fits(kind: WebhookKind) -> None:
    sent = payload(kind, published(digest(*(f"Title {number} & more" for number in range(1000)))))
    assert len(sent) <= 28 * 1024
    assert "1000 stories" in sent.decode()
