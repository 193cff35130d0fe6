"""What the domain asks the world for: the only code that opens a connection or imports boto3."""
