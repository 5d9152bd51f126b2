"""The report line: results + partner records -> disclosure control -> board -> html -> pdf."""

from partnerkpi.report.draw import ReportOptions, report

__all__ = ["ReportOptions", "report"]
