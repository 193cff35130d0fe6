"""What the digests that stand in the tables are made of."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any

from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.ledger import digest_of_words
from chartwatch.domain.rules.claims import Reason
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind
from tests.chronicle import CHART, DAY

PROVENANCE = Provenance("https://charts.example", None, "0" * 64)
TOP = (Entry(1, "Red", None, Kind.FILM), Entry(1, "Red", "Season 1"), Entry(2, "Blue", None, None, (("hours", "9"),)))
US, KR = Edition("US", TOP), Edition("KR", (Entry(1, "Dark", "2", Kind.SERIES),))
PUBLICATION = Publication(CHART, DAY, (US, KR), PROVENANCE)


def sha256(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def test_what_is_in_the_tables_compares_with_what_is_fetched_for_ever() -> None:
    """Were these made in another way, every stored publication would look like a new one."""
    us = "US\x1e1\x1fRed\x1f\x1ffilm\x1e1\x1fRed\x1fSeason 1\x1f\x1e2\x1fBlue\x1f\x1f\x1fhours\x1f9"
    kr = "KR\x1e1\x1fDark\x1f2\x1fseries"
    assert (US.digest(), KR.digest()) == (sha256(us), sha256(kr))
    assert PUBLICATION.digest() == sha256(f"KR {sha256(kr)}\nUS {sha256(us)}")
    assert PUBLICATION.summary().digest == PUBLICATION.digest()


def test_what_the_detector_has_processed_compares_with_what_it_reads_for_ever() -> None:
    renamings = (Renaming("", None, "Rot", "Red"), Renaming("2022-01-02", Kind.FILM, "Rouge", "Red"))
    ones = "KR\x1fDark\x1f2\x1fseries\x1eUS\x1fRed\x1f\x1ffilm\x1fRed\x1fSeason 1\x1f"
    assert PUBLICATION.summary().number_ones_digest() == sha256(ones)[:32]
    renamed = f"{ones}\x1e\x1f\x1fRot\x1fRed\x1e2022-01-02\x1ffilm\x1fRouge\x1fRed"
    assert PUBLICATION.summary(renamings).number_ones_digest() == sha256(renamed)[:32]


def test_what_the_ledger_has_of_a_revision_compares_with_what_is_claimed_for_ever() -> None:
    """Was it made in another way, an upgrade would record a new revision of every slot."""
    claimed = {"kind": "nth", "headline": "Red is the first", "brief": "first", "reasons": (Reason("unknown"),)}
    holders = (Holder("red", "Red", DAY, "1", "KR", True, "Season 1"),)
    evidence = Evidence(DAY, 1, 1, (), (), PROVENANCE)
    held: Any = SimpleNamespace(**claimed, holders=holders, evidence=evidence)
    said = (
        "Holder(work_id='red', title='Red', since=datetime.date(2022, 1, 1), season='1', group='KR', returned=True, "
        "label=None)"
    )
    without_edition = {name: value for name, value in evidence.as_json().items() if name != "edition"}
    words = ["nth", "Red is the first", "first", [said], "(Reason(said='unknown', undecided=None),)", without_edition]
    assert digest_of_words(held) == sha256(json.dumps(words))[:16]


def test_the_order_of_editions_and_of_joint_number_ones_does_not_count() -> None:
    turned = Publication(CHART, DAY, (KR, Edition("US", (TOP[1], TOP[0], TOP[2]))), PROVENANCE)
    assert turned.summary().number_ones_digest() == PUBLICATION.summary().number_ones_digest()
    assert Publication(CHART, DAY, (KR, US), PROVENANCE).digest() == PUBLICATION.digest()
    assert turned.digest() != PUBLICATION.digest()
