"""`partnerkpi partner ...`: who the partners are, and what happens to them."""

import typer

from partnerkpi.cli.partner_life import add_life

partner_app = typer.Typer(help="Look at partners, and write down what happens to them.", no_args_is_help=True)
add_life(partner_app)
