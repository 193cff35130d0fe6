"""Which rules an option or an argument names: a file, standard input, or rules that come with Chartwatch."""

from pathlib import Path

from chartwatch.cli.files import file_name, read_file
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.errors import FileProblem
from chartwatch.rules import INCLUDED, MAX_BYTES, default_rules, included_file, parse_rules


def rules_in(file: Path | None) -> RuleSet:
    """Return the rules of a file, or the default ones where none is given. Raises `FileProblem`."""
    return default_rules() if file is None else parse_rules(*read_rules_file(file))


def read_rules_file(file: Path) -> tuple[bytes, str]:
    """Return what a rules file holds, and what messages call it. Raises `FileProblem`.

    One of `INCLUDED` is the file that comes with Chartwatch, unless one is there that is called so.
    """
    if str(file) in INCLUDED and not file.exists():
        return included_file(f"{file}.yaml"), f"{file}.yaml"
    try:
        return read_file(file, MAX_BYTES + 1), file_name(file)
    except FileProblem as problem:
        if file.suffix or file.exists() or len(file.parts) > 1:
            raise
        there_are = f"{problem.detail}; the rules that come with Chartwatch are {words.listed(INCLUDED)}"
        meant = "" if "did you mean" in problem.detail else did_you_mean(str(file), INCLUDED)
        raise FileProblem(problem.file, "", f"{there_are}{meant}") from problem
