"""KPI boards for school districts and their community partners, from CSV exports to one page."""

__version__ = "0.1.0"
