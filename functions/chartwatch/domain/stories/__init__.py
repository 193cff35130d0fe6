"""Stories and digests: their order and wording."""
