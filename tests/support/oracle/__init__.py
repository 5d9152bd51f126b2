"""Every KPI counted again from the exports by another road: plain dicts over the rows of the files.

Nothing of the product has a part in it: only the csv and gzip files, the TOML files that people write, and fractions.
A KPI whose definition changes is changed here by its definition, never by its SQL.
"""
