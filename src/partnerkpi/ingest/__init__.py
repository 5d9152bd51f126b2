"""The ingest line: export -> text rows -> dialect -> typed rows | quarantine -> facts -> quarter marts."""

from partnerkpi.ingest.run import ingest
from partnerkpi.ingest.workflow import IngestOptions

__all__ = ["IngestOptions", "ingest"]
