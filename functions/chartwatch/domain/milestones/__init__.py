"""Milestones: the fold, claims, the ledger and their difference."""
