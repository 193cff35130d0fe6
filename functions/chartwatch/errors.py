"""The errors raised on purpose, under one base, each with the data that a reader needs; not those of documents."""

from dataclasses import dataclass, fields
from typing import ClassVar

MOST_MISTAKES = 20
"""Of a file that a person wrote, that one message names."""


@dataclass
class ChartwatchError(Exception):
    """Base of all errors raised on purpose; `str()` is one sentence for a person, made of the error's fields."""

    sentence: ClassVar[str]

    def __post_init__(self) -> None:
        """Give `Exception.args` the same data, so that the error survives pickling."""
        super().__init__(*(getattr(self, field.name) for field in fields(self)))

    def __str__(self) -> str:
        """Return the sentence with the fields in it."""
        return self.sentence.format_map(vars(self))


# What a person asked for.


@dataclass
class OptionError(ChartwatchError):
    """An option of a source or a command that cannot be used. `option` is its name."""

    sentence = "option {option}: {detail}"
    option: str
    detail: str


class ArgumentError(OptionError):
    """An argument of a command that cannot be used. `option` is its name."""

    sentence = "{option}: {detail}"


# Fetching.


@dataclass
class SourceUnavailable(ChartwatchError):
    """The source did not answer, or answered that it could not. `status` is the answer's, where there is one."""

    sentence = "{source} is unavailable: {detail}"
    source: str
    detail: str
    status: int | None = None


@dataclass
class SourceTooLarge(ChartwatchError):
    """What a source publishes is more than is kept in memory. `limit` is in bytes."""

    sentence = "{source} has more than {limit} bytes"
    source: str
    limit: int


@dataclass
class DestinationRefused(ChartwatchError):
    """An address, or where it leads, that is not fetched: it wants a person. `destination` has no secrets in it."""

    sentence = "{destination} is not fetched: {detail}"
    destination: str
    detail: str


# Looking up works.


@dataclass
class LookupFailed(ChartwatchError):
    """A provider of facts on works gave no answer that can be used. `provider` is its name; it may be asked again."""

    sentence = "{provider}: {detail}"
    provider: str
    detail: str


class ProviderDown(LookupFailed):
    """It cannot be reached, or answers that it cannot answer now."""


class ProviderBusy(LookupFailed):
    """It asks to be left alone for a while: too many requests, or its servers lag."""


class ProviderSlow(LookupFailed):
    """The time that a look-up may take is over."""


class AnswerUnreadable(LookupFailed):
    """An answer that is not in the shape that the provider documents: markup, JSON that breaks off, a strange field."""


class ProviderRefused(LookupFailed):
    """It refuses: a key that is missing or wrong, a request that it does not take. A person must look."""


@dataclass
class FactsUnreadable(ChartwatchError):
    """A file of look-ups that is damaged, or of another format."""

    sentence = "{file} {detail}"
    file: str
    detail: str


# Catalog and rules: files that people write.


@dataclass
class FileProblem(ChartwatchError):
    """A file that a person wrote is wrong. `where` names line and column or field."""

    file: str
    where: str
    detail: str

    def __str__(self) -> str:
        """Name file and place, then what is wrong there."""
        return f"{self.file}, {self.where}: {self.detail}" if self.where else f"{self.file}: {self.detail}"


@dataclass
class CatalogProblem(FileProblem):
    """A row of the catalog that cannot be read, and `others` like it."""

    others: tuple["CatalogProblem", ...] = ()

    def __str__(self) -> str:
        """Name each mistake on a line of its own, at most `MOST_MISTAKES` of them."""
        shown = [super().__str__(), *map(str, self.others[: MOST_MISTAKES - 1])]
        more = len(self.others) + 1 - len(shown)
        return "\n".join([*shown, *([f"and {more} more mistakes"] if more else [])])


@dataclass
class RuleProblem(FileProblem):
    """A rule that is not one. `line` and `column` count from 1; 0 where the mistake is the whole file's."""

    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Name the place as compilers do, then what is wrong there."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.detail}"


# Stores.


@dataclass
class Conflict(ChartwatchError):
    """Somebody else changed this chart's history meanwhile; reading it anew and trying again is safe."""

    sentence = "the history of {chart} changed meanwhile"
    chart: str


@dataclass
class NotToBeSaid(ChartwatchError):
    """What a person says of a publication, and cannot be so as the publication stands."""

    sentence = "{chart} of {period}: {detail}"
    chart: str
    period: str
    detail: str


@dataclass
class CatalogChanged(ChartwatchError):
    """Somebody else changed this layer of the catalog meanwhile, or others of it again and again."""

    sentence = "the catalog's layer {layer} changed meanwhile"
    layer: str


@dataclass
class NothingHeld(ChartwatchError):
    """No change of the catalog waits under this hash; it was accepted, or another waits by now."""

    sentence = "no change of the catalog waits under {sha256}; the log of reconcile says which do"
    sha256: str


@dataclass
class StoreOverloaded(ChartwatchError):
    """A table took none of what was asked of it, for as long as is worth waiting; `left` is how many items."""

    sentence = "the table {table} is overloaded: {left} items are undone"
    table: str
    left: int


@dataclass
class AwsRefused(ChartwatchError):
    """AWS did not do what a command asked, or did not answer. `place` is the stack or the endpoint."""

    sentence = "{place}: {detail}"
    place: str
    detail: str


@dataclass
class FunctionFailed(ChartwatchError):
    """A function of a deployment, which a command has invoked, raised an error of that `kind`."""

    sentence = "{function} failed with {kind}: {detail}"
    function: str
    kind: str
    detail: str


@dataclass
class RecordAhead(ChartwatchError):
    """The record says that a publication was processed which the charts table does not hold."""

    sentence = "{chart} of {period} is in the record but not among the publications"
    chart: str
    period: str


@dataclass
class RecordDamaged(ChartwatchError):
    """A file that the record of a chart names is missing, or is not what its name says."""

    sentence = "the record of {chart} is damaged: {file} {detail}"
    chart: str
    file: str
    detail: str


@dataclass
class RecordNewer(ChartwatchError):
    """The record was made by a later version of Chartwatch, which this one does not write over."""

    sentence = "the record of {chart} was made by a later version of Chartwatch ({detail})"
    chart: str
    detail: str


@dataclass
class StoryInDoubt(ChartwatchError):
    """A story was taken for sending and never settled: whether it got out is not known, so it is not sent again."""

    sentence = "the story {story} was taken for sending and never settled; it may be out or not"
    story: str


@dataclass
class NotResent(ChartwatchError):
    """A message that a person may not have sent again, and why."""

    sentence = "{message} is not sent again: {detail}"
    message: str
    detail: str


@dataclass
class NotPublished(ChartwatchError):
    """A message that certainly did not get out."""

    sentence = "{message} was not published: {detail}"
    message: str
    detail: str


@dataclass
class WebhookUnreadable(ChartwatchError):
    """What is kept of a webhook cannot be read. `webhook` is its name; `detail` has no secrets in it."""

    sentence = "the webhook {webhook} cannot be read: {detail}; remove it and add it anew"
    webhook: str
    detail: str


@dataclass
class WebhookHalfMade(ChartwatchError):
    """Adding a webhook failed, and taking back what there was of it failed too. `webhook` is its name."""

    sentence = "{detail}; what was made of it is removed by `chartwatch webhooks remove {webhook}`"
    webhook: str
    detail: str


@dataclass
class StoriesUnsent(ChartwatchError):
    """Some messages of a bulletin were refused, and certainly did not get out."""

    bulletin: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """Name the bulletin and every reason."""
        return f"unsent of the bulletin {self.bulletin}: {'; '.join(self.reasons)}"
