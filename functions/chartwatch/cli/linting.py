"""Every mistake of a rules file, with those that only its examples bring to light."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chartwatch.cli.examples import broken, sample_catalog
from chartwatch.domain import words
from chartwatch.errors import RuleProblem
from chartwatch.rules import examine, read_rules_file


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: mistakes in the order of the file, and rules that nobody gave an example."""

    file: str
    rules: int
    examples: int
    mistakes: tuple[RuleProblem, ...]
    without_examples: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield a line for each mistake and note, and a closing sentence."""
        yield from map(str, self.mistakes)
        for rule in self.without_examples:
            yield f"{self.file}: note: rule {rule} has no examples"
        if self.mistakes:
            yield f"{words.counted(len(self.mistakes), 'mistake')} in {self.file}"
        else:
            tried = f"; {words.counted(self.examples, 'example')} came out as they say" if self.examples else ""
            yield f"{words.counted(self.rules, 'rule')} in {self.file}, without a mistake{tried}"


def lint(file: Path) -> Report:
    """Read a rules file and try the examples of the rules that are right. Raises `RuleProblem` if it is not there."""
    name = str(file)
    reading = examine(read_rules_file(file), name)
    wrong = [
        RuleProblem(name, "", f"rule {example.rule}: examples.{example.field}: {said}", *example.place)
        for example, said in broken(reading.rules, reading.examples, sample_catalog())
    ]
    with_examples = {example.rule for example in reading.examples}
    return Report(
        file=name,
        rules=len(reading.rules),
        examples=len(reading.examples),
        mistakes=tuple(sorted((*reading.mistakes, *wrong), key=lambda mistake: (mistake.line, mistake.column))),
        without_examples=tuple(rule.id for rule in reading.rules if rule.id not in with_examples),
    )
