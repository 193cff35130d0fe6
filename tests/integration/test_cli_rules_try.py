"""`chartwatch rules try`: what a rule on trial would have sent."""

import pytest

from tests.command_line import CHART, RULES, Write, assert_refused, chart, run


def test_a_trial_shows_what_a_rule_would_have_sent_and_how_often(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark", "Élite", "Dark", "Money Heist"]))
    spec = f"csv,chart=daily,name=the daily chart,cadence=day,depth=1:{file}"
    result = run("rules", "try", write("rules.yaml", RULES), "--from", spec, "--catalog", "none", "--limit", "1")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "nth-series: 3 milestones in 5 periods of 1 chart, 1 left-censored (never sent)",
        "  1 earlier one not shown; --limit 2 shows all",
        "  2022-01-03  Élite is the third series to reach #1 of the daily chart in the United States, in",
        "              records since 2022-01-01",
        "",
    ]


def test_a_trial_says_why_a_milestone_would_be_provisional(write: Write) -> None:
    days = chart(["Ozark", "Élite", "Dark"]).splitlines()
    file = write("daily.csv", "\n".join((*days[:2], *days[3:], "")))
    result = run("rules", "try", write("rules.yaml", RULES), "--from", f"csv,chart=daily,cadence=day:{file}")
    assert "1 provisional" in result.stdout
    assert "  2022-01-03  Provisional: Dark is the second series" in result.stdout
    assert "because the period 2022-01-02 is missing" in result.stdout


def test_a_trial_for_machines_has_the_lines_of_a_replay(write: Write) -> None:
    file, rules = write("daily.csv", chart(["Ozark", "Dark", "Élite"])), write("rules.yaml", RULES)
    spec = f"csv,chart=daily,name=the daily chart,cadence=day,depth=1:{file}"
    of_spec = ("--from", spec, "--catalog", "none", "--since", "2022-01-02")
    tried = run("rules", "try", rules, *of_spec, "--format", "jsonl")
    replayed = run("replay", file, *CHART, "--rules", rules, "--format", "jsonl", "--since", "2022-01-02")
    assert tried.stdout == replayed.stdout != ""


def test_successive_files_of_a_source_are_its_successive_versions(write: Write) -> None:
    first, second = write("1.csv", chart(["Ozark", "Dark"])), write("2.csv", chart(["Ozark", "Élite", "Dark"]))
    specs = [part for file in (first, second) for part in ("--from", f"csv,chart=daily,cadence=day:{file}")]
    result = run("rules", "try", write("rules.yaml", RULES), *specs, "--catalog", "none")
    assert "2022-01-02  Élite is the second series" in result.stdout


@pytest.mark.parametrize("name", ["chart.csv", "00.csv", "at 21:00 UTC.csv"])
@pytest.mark.parametrize("option", ["due=Tuesday 21:00 UTC", "url=https://charts.example/a", "due=21:00", "depth=1"])
def test_a_history_is_cut_from_its_options_where_its_file_is(write: Write, name: str, option: str) -> None:
    file = write(name, "period,territory,rank,title,kind\n2022-01-01,US,1,Ozark,series\n2022-01-02,US,1,B,\n")
    spec = f"csv,chart=daily,cadence=day,{option}:{file}"
    result = run("rules", "try", write("rules.yaml", RULES), "--from", spec, "--catalog", "none")
    assert result.exit_code == 0, result.stderr
    gone = run("rules", "try", write("rules.yaml", RULES), "--from", spec.replace(str(file), "gone.csv"))
    assert "Error: gone.csv: No such file or directory" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a history is needed: give --from or --stack"),
        (["--from", "sample", "--stack", "x"], "--from and --stack are both given; give one"),
        (["--from", "smaple"], "'smaple' is neither `sample` nor of the form SOURCE:FILE"),
        (
            ["--from", "netflx:good.csv"],
            "the source 'netflx' is not known; did you mean netflix-global?; there are netflix-countries",
        ),
        (["--from", "csv,cadence:good.csv"], "'cadence' is not of the form key=value"),
        (["--from", "csv,cadence=day,dept=1:{bad}"], "csv has no such option"),
        (["--from", "csv,cadence=day:no.csv"], "no.csv: No such file or directory"),
        (["--from", "netflix-countries:{bad}"], "bad.csv, line 1: 'null' is not a header"),
        (["--from", "sample", "--catalog", "no.csv"], "no.csv: No such file or directory"),
        (["--from", "sample", "--since", "yesterday"], "'yesterday' is not a date"),
    ],
)
def test_a_history_that_cannot_be_used_is_refused_in_one_sentence(
    write: Write, arguments: list[str], said: str
) -> None:
    bad = write("bad.csv", "null")
    its = [argument.format(bad=bad) for argument in arguments]
    assert_refused(run("rules", "try", write("rules.yaml", RULES), *its), said)
