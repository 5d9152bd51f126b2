"""The version of the toolkit, for every room."""

__version__ = "0.1.0"
