"""The columns of an answer on their way from DuckDB to Polars.

Nothing is imported here. Polars remembers for good the class of whatever it is asked to read, and with it the module it
stands in; were DuckDB among the names of that module, it would complain of leaks when the process ends.
"""


class Stream:
    """An Arrow stream, given once."""

    __slots__ = ("_capsule",)

    def __init__(self, capsule: object) -> None:
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """As the Arrow PyCapsule interface asks for it."""
        return self._capsule
