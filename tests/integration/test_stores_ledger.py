"""What the file of a ledger says, word by word."""

import gzip
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chartwatch.adapters.record_files import packed, unpacked
from chartwatch.domain.milestones.ledger import Ledger, LedgerEntry, Sent
from chartwatch.domain.milestones.milestone import Reference, Status
from chartwatch.domain.rules.claims import Reason, Undecided
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Fact

DAY, NEXT = date(2022, 1, 1), date(2022, 1, 2)
SQUID = Holder("squid", "오징어 게임", DAY, "1", "KR", True, "Season 1")
DARK = Holder("dark", "Dark", NEXT)
MISSING = Reason("the period 2021-12-31 is missing")
UNKNOWN = Reason("the language of Dark is unknown", Undecided(DARK, (Fact.ORIGINAL_LANGUAGE,)))
ASSUMED = Reason("the country of Dark is assumed", Undecided(DARK, (Fact.ORIGIN_COUNTRY,), True))
HELD = LedgerEntry(
    slot="nth:daily:US:1",
    rule="nth",
    kind="nth",
    territory="US",
    group=None,
    n=1,
    period=DAY,
    status=Status.CORRECTED,
    left_censored=False,
    revision=3,
    holders=(SQUID,),
    reasons=(MISSING, UNKNOWN),
    headline="오징어 게임 is the first",
    brief="first",
    words="a digest",
    sent=Sent(DAY, 1, (SQUID,), False, (MISSING, UNKNOWN), {"priority": 4, "language": "ko"}),
    replaces=Reference("nth:daily:US:1", 1, Status.PROVISIONAL, (DARK,)),
    bulletins=(1, 7),
    said_by="nth:daily:*:1",
)
SENT_OTHERWISE = replace(
    HELD,
    slot="nth:daily:AR:1",
    territory="AR",
    group="KR",
    left_censored=True,
    reasons=(MISSING,),
    sent=Sent(NEXT, 2, (DARK,), False, (ASSUMED,), {"territories": ("AR", "오"), "priority": 4}),
    replaces=None,
    bulletins=(7,),
    said_by=None,
)
UNSENT = replace(SENT_OTHERWISE, slot="nth:daily:BR:1", territory="BR", n=None, sent=None)
SENT_ALIKE = replace(HELD, slot="nth:daily:ZA:1", territory="ZA", sent=HELD.sent and HELD.sent._replace(reasons=()))
FULL = Ledger(
    {entry.slot: entry for entry in (HELD, SENT_OTHERWISE, UNSENT, SENT_ALIKE)},
    {DAY: "digest of a publication"},
    {1: "a file", 7: "another"},
    {"US": DAY, "AR": NEXT},
)
SQUID_AS_JSON = ["squid", "오징어 게임", "2022-01-01", "1", "KR", True, "Season 1"]
DARK_AS_JSON = ["dark", "Dark", "2022-01-02", None, None, None, None]
WORDS = ["오징어 게임 is the first", "first", "a digest"]


def row(territory: str, group: str | None, n: int | None, censored: bool, reasons: list[int], *rest: Any) -> list[Any]:
    slot = ["nth", "nth", territory, group, n, "2022-01-01", "corrected", censored, 3]
    return [f"nth:daily:{territory}:1", *slot, [SQUID_AS_JSON], reasons, *WORDS, *rest]


REPLACED = ["nth:daily:US:1", 1, "provisional", [DARK_AS_JSON]]
ANYWHERE = "nth:daily:*:1"
AS_JSON = {
    "processed": {"2022-01-01": "digest of a publication"},
    "bulletins": {"1": "a file", "7": "another"},
    "firsts_from": {"AR": "2022-01-02", "US": "2022-01-01"},
    "reasons": [
        ["the period 2021-12-31 is missing", None],
        ["the country of Dark is assumed", [[DARK_AS_JSON], ["origin_country"], True]],
        ["the language of Dark is unknown", [[DARK_AS_JSON], ["original_language"]]],
    ],
    "attributes": [{"priority": 4, "territories": ["AR", "오"]}, {"language": "ko", "priority": 4}],
    "entries": [
        row("AR", "KR", 1, True, [0], ["2022-01-02", 2, [DARK_AS_JSON], False, [1]], 0, None, [7], None),
        row("BR", "KR", None, True, [0], None, None, None, [7], None),
        row("US", None, 1, False, [0, 2], True, 1, REPLACED, [1, 7], ANYWHERE),
        row("ZA", None, 1, False, [0, 2], ["2022-01-01", 1, [SQUID_AS_JSON], False, []], 1, REPLACED, [1, 7], ANYWHERE),
    ],
}
NOTHING: dict[str, Any] = {"processed": {}, "bulletins": {}, "firsts_from": {}}
NOTHING |= {"reasons": [], "attributes": [], "entries": []}


@pytest.mark.parametrize("kind", ["ledger", "retracted"])
@pytest.mark.parametrize(("ledger", "says"), [(FULL, AS_JSON), (Ledger(), NOTHING)], ids=["full", "empty"])
def test_a_ledger_is_written_in_these_words_and_read_again(kind: str, ledger: Ledger, says: Any) -> None:
    body = packed(kind, ledger)
    written = gzip.decompress(body)
    assert json.loads(written) == {"format": 2, kind: says}
    assert written == json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":")).encode()
    assert unpacked(kind, body) == ledger
    # By RFC 1952 the time of writing, which is none, and whether the most was done to make it small, which was not.
    assert body[4:9] == bytes(5)
