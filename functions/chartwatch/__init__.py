"""Chartwatch watches popularity charts and says when something historic happens."""
