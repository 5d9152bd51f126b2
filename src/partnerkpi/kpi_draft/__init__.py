"""A new KPI: a file that works as it stands, with a worked example, for an analyst to change."""

from partnerkpi.kpi_draft.workflow import Draft, DraftOptions, draft_kpi, write_draft

__all__ = ["Draft", "DraftOptions", "draft_kpi", "write_draft"]
