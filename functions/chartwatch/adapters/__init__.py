"""The only code that opens a connection or a file, or imports boto3."""
