"""The ingest line: export -> text rows -> dialect -> typed rows | quarantine -> facts -> quarter marts."""

from partnerkpi.ingest.workflow import IngestOptions, ingest

__all__ = ["IngestOptions", "ingest"]
