"""`partnerkpi partner ...`: who the partners are, and what happens to them."""

import typer

from partnerkpi.cli.partner_life import add_life
from partnerkpi.cli.partner_new import new

partner_app = typer.Typer(help="Describe partners, and write down what happens to them.", no_args_is_help=True)
partner_app.command()(new)
add_life(partner_app)
