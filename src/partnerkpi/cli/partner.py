"""`partnerkpi partner ...`: who the partners are."""

import typer

from partnerkpi.cli.partner_new import new

partner_app = typer.Typer(help="Describe the partners.", no_args_is_help=True)
partner_app.command()(new)
