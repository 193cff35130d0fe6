"""The kinds of page: a module each, which says what a page of the kind shows."""
