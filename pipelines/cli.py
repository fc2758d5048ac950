"""The program `opposable`: its commands put together. Each lives in `pipelines/commands/`."""

import typer

from pipelines.commands.contracts import app as contracts
from pipelines.commands.demo import demo
from pipelines.commands.dev import dev
from pipelines.commands.dictionary import dictionary
from pipelines.commands.explain import explain_command
from pipelines.commands.oppositions import app as oppositions
from pipelines.commands.reconcile import reconcile
from pipelines.commands.rules import app as rules
from pipelines.commands.simulate import simulate

app = typer.Typer(
    name="opposable",
    help="The buyer's control of purchased leads: every lead judged by dated rules, every vendor scored.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command()(demo)
app.command()(dev)
app.command()(simulate)
app.add_typer(contracts, name="contracts")
app.add_typer(oppositions, name="oppositions")
app.command()(reconcile)
app.command(name="explain")(explain_command)
app.add_typer(rules, name="rules")
app.command(hidden=True)(dictionary)

if __name__ == "__main__":
    app()
