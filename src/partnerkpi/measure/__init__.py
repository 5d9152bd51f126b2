"""The measure line: quarter marts -> KPI SQL -> cohorts -> results."""
