"""The command line: typer and rich live here only, and heavy libraries are imported inside the commands."""
