"""What was told as a first, and turns out to have been so since the record begins: nobody can say that it was one."""

from dataclasses import replace

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.claims import CENSORED
from chartwatch.domain.stories.story import Story, stories
from chartwatch.services.updating import store_publication
from chartwatch.site.views import mark_of_entry
from tests.chronicle import CHANGE, CHART, NTH, SQUID, Chronicle

FIRST = "nth:daily:US:1"


def told_then_moved() -> tuple[Chronicle, Story]:
    """Squid Game was told as the first on the third day; then the day before the first has it there already."""
    chronicle = Chronicle(NTH)
    for number, title in ((1, "Ozark"), (2, "Squid Game"), (3, "Ozark")):
        chronicle.arrives(number, US=title)
    (bulletin,) = chronicle.arrives(0, US="Squid Game")
    (story,) = stories(bulletin, LIMITS)
    return chronicle, story


def test_a_first_that_moves_to_where_the_record_begins_is_corrected_and_not_certain() -> None:
    chronicle, story = told_then_moved()
    held = chronicle.held(FIRST)
    assert (held.status, held.left_censored, held.is_certain) == (Status.CORRECTED, True, False)
    assert held.because == (CENSORED,)
    assert mark_of_entry(chronicle.entry(FIRST)) == "Corrected, not certain"
    assert story.subject.startswith("Correction, not certain: Squid Game: ")
    assert "certain=false" in str(story.attributes)
    assert CENSORED in " ".join(story.text.split())


def test_it_stays_uncertain_when_its_words_alone_change_and_nothing_is_sent() -> None:
    chronicle, _ = told_then_moved()
    chronicle.learns(replace(SQUID, title="Squid Game!", aliases=("Squid Game",)))
    held = chronicle.held(FIRST)
    assert (held.silent, held.revision, held.because) == (True, 3, (CENSORED,))
    assert held.is_certain == chronicle.entry(FIRST).is_certain


def test_what_was_so_from_the_beginning_and_told_nobody_stays_as_it_is() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, US="Squid Game")
    held = chronicle.held(FIRST)
    assert (held.silent, held.left_censored, held.because) == (True, True, ())
    assert chronicle.entry(FIRST).is_certain


def test_that_it_holds_no_more_is_certain() -> None:
    chronicle, _ = told_then_moved()
    for number in (0, 2):
        chronicle.arrives(number, US="Ozark")
    held = chronicle.held(FIRST)
    assert (held.status, held.is_certain) == (Status.RETRACTED, True)
    assert chronicle.entry(FIRST).is_certain


def test_a_subject_does_not_say_of_one_title_that_it_is_new_and_is_not() -> None:
    chronicle = Chronicle(CHANGE)
    for number, title in enumerate(("Ozark", "Money Heist", "Squid Game")):
        chronicle.arrives(number, US=title)
    (bulletin,) = chronicle.arrives(1, US="Squid Game")
    (subject,) = [its.subject for its in stories(bulletin, LIMITS) if its.title == "Squid Game"]
    assert subject == "Retracted: Squid Game: no longer new (the daily chart in the United States)"


def test_an_email_names_every_document_that_it_rests_on_and_each_is_one_that_says_so() -> None:
    chronicle = Chronicle(CHANGE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")

    def document(name: str, fetched_at: str, **ones: str) -> None:
        editions = tuple(Edition(its, (Entry(1, title, None, CHART.kind),)) for its, title in ones.items())
        said = Provenance(name, fetched_at, name.zfill(64))
        store_publication(Publication(CHART, chronicle.period(1), editions, said), chronicle.charts)

    document("early", "2022-01-03T11:00:00Z", US="Squid Game", KR="Squid Game")
    document("late", "2022-01-03T12:00:00Z", US="Money Heist")
    (bulletin,) = chronicle.detector.detect(CHART.id, chronicle.period(1))
    named = {its.title: its.text.rpartition("Source: ")[2].split()[0] for its in stories(bulletin, LIMITS)}
    assert named == {"Money Heist": "late", "Squid Game": "early"}
