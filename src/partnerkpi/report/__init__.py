"""The report line: results + partner records -> disclosure control -> board -> html -> pdf."""

from partnerkpi.report.draw import Drawn, ReportOptions, draw, publish, report, unheard

__all__ = ["Drawn", "ReportOptions", "draw", "publish", "report", "unheard"]
