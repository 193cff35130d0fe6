"""What webhooks are sent of a story or a digest: its JSON as it is, or what a chat service shows of it."""

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from chartwatch.domain import words
from chartwatch.domain.outside_text import printable_ascii
from chartwatch.domain.stories.message import as_text
from chartwatch.domain.stories.wording import WIDTH

SLACK_SECTION = 3000
"""Characters of a section (https://docs.slack.dev/reference/block-kit/blocks/section-block)."""

SLACK_MESSAGE = 12_000
"""Characters of all sections: somewhat above, Slack refuses a message (https://github.com/slackapi/bolt-js/issues/2509)."""

DISCORD_EMBED = 4096
"""Characters of an embed's text (https://docs.discord.com/developers/resources/message#embed-object-embed-limits)."""

TEAMS_CARD = 24_000
"""Bytes of a card's blocks: Teams takes 28 kB with all that is around them
(https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook)."""

MORE = "…"
"""The last line of what is cut short."""

_LONGEST_LINE = 500
"""Characters of a line; escaped they are five times as many at most in Slack, and twice as many in Discord."""

_LINK = re.compile(r"https?://[^\s|<>]+")
_DISCORD_MARKS = re.compile(r"[\\*_~`|<>#\[\]()@:/]|^[-+]|(?<=^\d)\.|(?<=^\d\d)\.")

Piece = TypeVar("Piece")


class WebhookKind(StrEnum):
    """What listens at the address of a webhook; `WEBHOOK` is a program that gets the JSON as it was published."""

    WEBHOOK = "webhook"
    SLACK = "slack"
    DISCORD = "discord"
    TEAMS = "teams"


def payload(kind: WebhookKind, message: str) -> bytes:
    """Return what is posted of a message, which is given as the event that was published: JSON in UTF-8."""
    build = _PAYLOADS.get(kind)
    return (as_text(build(json.loads(message)["data"])) if build else message).encode()


def content_type(kind: WebhookKind) -> str:
    """Return the media type of what is posted."""
    return "application/json" if kind in _PAYLOADS else "application/cloudevents+json"


def _slack(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message of Slack's (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

    With `verbatim`, Slack makes links and mentions of nothing but what stands in angle brackets.
    """
    marked = [f"<{_slack_text(line)}>" if is_link else _slack_text(line) for line, is_link in _lines(body)]
    sections: list[str] = []
    for line in _fitted(marked, SLACK_MESSAGE, _characters, MORE):
        if sections and _characters(sections[-1]) + _characters(line) <= SLACK_SECTION:
            sections[-1] += f"\n{line}"
        elif line:
            sections.append(line)
    texts = ({"type": "mrkdwn", "text": section, "verbatim": True} for section in sections)
    return {"text": _slack_text(_headline(body)), "blocks": [{"type": "section", "text": text} for text in texts]}


def _slack_text(text: str) -> str:
    """Return text for Slack, which wants three characters escaped (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _discord(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message of Discord's, which notifies nobody whatever it says.

    Its content has 2,000 characters at most (https://docs.discord.com/developers/resources/webhook#execute-webhook),
    and so is one line; the text is in an embed.
    """
    marked = [f"<{line}>" if is_link else _discord_text(line) for line, is_link in _lines(body)]
    return {
        "content": _discord_text(_headline(body)),
        "embeds": [{"description": "\n".join(_fitted(marked, DISCORD_EMBED, _characters, MORE))}],
        "allowed_mentions": {"parse": []},
    }


def _discord_text(text: str) -> str:
    """Return a line for Discord, in which a backslash makes plain text of Markdown, mentions and links."""
    return _DISCORD_MARKS.sub(r"\\\g<0>", text)


def _teams(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an Adaptive Card for a webhook of Teams's Workflows, which take nothing else.

    Its connectors, which took other cards, are retired
    (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using). A text run
    knows no Markdown (https://learn.microsoft.com/adaptive-cards/create/textfeatures), so that nothing is escaped.
    """
    blocks = [_teams_block(line, is_link) for line, is_link in _lines(body) if line]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": _fitted(blocks, TEAMS_CARD, lambda block: len(as_text(block).encode()), _teams_block(MORE, False)),
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _teams_block(line: str, is_link: bool) -> Mapping[str, Any]:
    link = {"selectAction": {"type": "Action.OpenUrl", "url": line}} if is_link else {}
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line, **link}]}


_PAYLOADS: Mapping[WebhookKind, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    WebhookKind.SLACK: _slack,
    WebhookKind.DISCORD: _discord,
    WebhookKind.TEAMS: _teams,
}


def _headline(body: Mapping[str, Any]) -> str:
    """Return one line for whoever sees no more: of a story its subject, of a digest what it is of."""
    if not _is_digest(body):
        return str(body["subject"])
    stories = len(body["stories"]) + body["stories_left_out"]
    nothing = "Nothing new in what was read" if body["read"] and body["read"]["missing"] else "Nothing new"
    number = words.counted(stories, "story") if stories else nothing
    said = f"{number}: {body['chart']['name']}, {words.day(date.fromisoformat(body['period']))}"
    return textwrap.shorten(said, _LONGEST_LINE, placeholder=MORE)


def _is_digest(body: Mapping[str, Any]) -> bool:
    return "stories" in body


def _lines(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is a link. None is longer than `_LONGEST_LINE`, but for links."""
    text = [_headline(body), "", *_of_digest(body)] if _is_digest(body) else _unwrapped(body["text"])
    for number, line in enumerate(text):
        # A title, which comes first, is never one.
        if number and _LINK.fullmatch(line):
            yield line, True
        else:
            said = f"• {line[2:]}" if line.startswith("* ") else line
            yield from ((part, False) for part in textwrap.wrap(said, _LONGEST_LINE) or [""])


def _unwrapped(text: str) -> list[str]:
    """Return the lines of a story's text, put together again where one had no room for the next word."""
    lines, before = list[str](), ""
    for line in text.splitlines():
        first, *_ = line.split() or [""]
        goes_on = line.startswith("  ") and len(before) + 1 + len(first) > WIDTH
        if goes_on:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        before = line
    return lines


def _of_digest(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each story: its subject, with the title in its own letters."""
    for story in body["stories"]:
        latin = printable_ascii(story["title"])
        yield f"* {story['subject'].replace(latin, story['title'], 1) if latin else story['subject']}"
    if left := body["stories_left_out"]:
        yield f"* and {left} more"


def _fitted(pieces: Iterable[Piece], most: int, size: Callable[[Piece], int], more: Piece) -> list[Piece]:
    """Return as many pieces as there is room for, each with one that parts it from the next; `more` where some lack."""
    fitted, room = list[Piece](), most - size(more) - 1
    for piece in pieces:
        room -= size(piece) + 1
        if room < 0:
            return [*fitted, more]
        fitted.append(piece)
    return fitted


def _characters(text: str) -> int:
    """Return how many characters a service may count: in UTF-16, which are never fewer."""
    return len(text.encode("utf-16-le")) // 2
