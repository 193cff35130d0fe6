"""Records of a DynamoDB stream, processed in order up to the first that fails."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType


class InOrderProcessor(BatchProcessor):
    """Processes a batch of stream records, and stops at the first that fails, which alone is reported.

    Lambda runs a batch again from the lowest record that is reported. A later one would run twice, and the first time
    before the record that it follows.
    """

    def __init__(self) -> None:
        """Report also a batch in which the first record fails, rather than raise."""
        super().__init__(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)

    def process(self) -> list[tuple[Any, ...]]:
        """Process records until one fails, and return what became of each, the failed one last."""
        outcomes: list[tuple[Any, ...]] = []
        for record in self.records:
            outcomes.append(self._process_record(record))
            if self.fail_messages:
                break
        return outcomes
