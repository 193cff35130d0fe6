"""Charts: editions, publications, their versions and calendars."""
