"""`chartwatch mute`: a work or a rule of which nothing is sent until a period."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from chartwatch.adapters.workstation import deployed_stores
from chartwatch.cli.application import AnswerAs, AnswerFormat, OfStack, application, in_json, mistake, read_date, write
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.domain.milestones.muting import Mute
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import UNLISTED
from chartwatch.rules import included_rules

app = application()


@app.command()
def mute(
    name: Annotated[
        str | None, typer.Argument(metavar="[WORK|RULE]", help="A work, by its id or title, or a rule, by its id.")
    ] = None,
    *,
    stack: OfStack,
    until: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="The first period of which it is sent again; one that is past ends it."),
    ] = None,
    answer: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Send nothing of a work or a rule until a period, or list what is muted.

    It is recorded all the same, and never sent late, also where the mute is ended early. What was sent is corrected as
    ever.
    """
    with deployed_stores(stack) as stores:
        if name is not None:
            if until is None:
                raise mistake("--until", "says from which period on it is sent again")
            ends = read_date(until, "--until")
            known = known_names(stores.catalogs.current(), included_rules(stores.parameters["RulesFile"]).versions)
            its_id = one_of(name, known)
            before = stores.mutes.mutes().get(its_id)
            heads = {chart: stores.record.head(chart) for chart in stores.charts.charts()} if before else {}
            recorded = {chart: head.last for chart, head in heads.items() if head}
            stores.mutes.mute(its_id, before.with_end(ends, recorded) if before else Mute(ends))
        elif until is not None:
            raise mistake("WORK|RULE", "is missing: what is to be muted")
        muted = stores.mutes.mutes()
    write([in_json(list(map(_as_json, sorted(muted.items()))))] if answer is AnswerFormat.JSON else mute_lines(muted))


def known_names(catalog: Catalog, rules: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Return the ids of works and rules by what they may be called: their ids, and titles as they are compared."""
    names = {rule: {rule} for rule in rules}
    for work in catalog:
        for called in (work.id, *map(title_key, (work.title, *work.aliases))):
            names.setdefault(called, set()).add(work.id)
    return names


def one_of(name: str, known: Mapping[str, set[str]]) -> str:
    """Return the id of the one work or rule of a name. Raises `OptionError`.

    What no catalog knows is named by the id that stories have for it.
    """
    found = known.get(name) or known.get(title_key(name)) or set()
    if len(found) > 1:
        raise mistake("WORK|RULE", f"{name!r} may be {words.listed(sorted(found))}; give the id of one")
    if not found and name.startswith(f"{UNLISTED}:"):
        return name
    if not found:
        raise mistake("WORK|RULE", f"{name!r} is no rule, and no work of the catalog{did_you_mean(name, known)}")
    return found.pop()


def mute_lines(muted: Mapping[str, Mute]) -> Iterator[str]:
    """Yield what is muted, and until when."""
    for name, mute in sorted(muted.items()):
        yield f"{name}  not sent of periods before {mute.until}"
        for chart, until in mute.charts.items():
            yield f"  of {chart} not before {until}, since it was muted up to then"
    yield f"{words.counted(len(muted), 'work or rule') if len(muted) == 1 else f'{len(muted)} works and rules'} muted"


def _as_json(named: tuple[str, Mute]) -> Mapping[str, Any]:
    name, mute = named
    return {
        "name": name,
        "until": mute.until.isoformat(),
        "charts": {chart: until.isoformat() for chart, until in mute.charts.items()},
    }
