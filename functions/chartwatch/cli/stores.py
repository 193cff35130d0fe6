"""Where a replay records: in memory, or in DynamoDB, real or simulated in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chartwatch.adapters.memory import NoArchive
from chartwatch.cli.choices import StoreKind
from chartwatch.cli.replay import Stores
from chartwatch.errors import FileProblem
from chartwatch.services.ports import Archive


@contextmanager
def open_stores(kind: StoreKind, archive: Path | None) -> Iterator[Stores]:
    """Yield the stores of a replay; documents are kept in the folder `archive`, where one is given."""
    kept = _archive(archive)
    match kind:
        case StoreKind.MEMORY:
            yield Stores(archive=kept)
        case StoreKind.DYNAMODB:
            # Imported here: a replay in memory starts without boto3.
            from chartwatch.adapters.workstation import replay_stores  # noqa: PLC0415

            with replay_stores() as stores:
                yield Stores(stores.charts, stores.milestones, kept)


def _archive(folder: Path | None) -> Archive:
    if folder is None:
        return NoArchive()
    from chartwatch.adapters.folder import FolderArchive  # noqa: PLC0415  # few replays want it

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(str(folder), "", f"is no folder to keep documents in ({error.strerror})") from error
    return FolderArchive(folder)
