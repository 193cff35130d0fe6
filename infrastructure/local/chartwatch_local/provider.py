"""A provider of charts on the local AWS: a public bucket with one document, as it stands at the moment."""

import json

from chartwatch_local.aws import LocalAws

_BUCKET, _KEY = "provider", "chart.csv"


class Provider:
    """Serves the document that was published last to whoever asks at `url`."""

    def __init__(self, aws: LocalAws) -> None:
        """Begin with no document."""
        self.url = f"{aws.endpoint}/{_BUCKET}/{_KEY}"
        self._s3 = aws.client("s3")
        self._s3.create_bucket(Bucket=_BUCKET)
        self._s3.delete_public_access_block(Bucket=_BUCKET)
        everybody = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{_BUCKET}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [everybody]}
        self._s3.put_bucket_policy(Bucket=_BUCKET, Policy=json.dumps(policy))

    def publish(self, document: bytes) -> None:
        """Serve a document in place of the earlier one."""
        self._s3.put_object(Bucket=_BUCKET, Key=_KEY, Body=document)
