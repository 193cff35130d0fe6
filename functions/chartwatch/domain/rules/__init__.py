"""Rules: what they are, and what they claim."""
