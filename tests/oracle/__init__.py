"""Second implementations of what the domain computes, for tests to compare with."""
