"""Works: titles, seasons, renames and the catalog."""
