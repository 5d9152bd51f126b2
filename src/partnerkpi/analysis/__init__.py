"""Exact figures for the district's own analyst: quarter marts -> KPI SQL -> results, never for a page."""

from partnerkpi.analysis.difference import Difference, KpiDifference, kpi_difference
from partnerkpi.analysis.figures import ALL, FIGURES, Asked, Figures, figures

__all__ = [
    "ALL",
    "FIGURES",
    "Asked",
    "Difference",
    "Figures",
    "KpiDifference",
    "figures",
    "kpi_difference",
]
