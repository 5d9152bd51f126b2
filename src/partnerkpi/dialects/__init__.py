"""Dialect files, and finding out which of them a header belongs to."""
