"""The site: pages, feeds, pictures and downloads, as pure functions of what is recorded."""
