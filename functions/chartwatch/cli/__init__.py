"""The `chartwatch` command."""
