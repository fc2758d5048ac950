"""The program `opposable`: its commands put together. Each lives in `pipelines/commands/`."""

import typer

from pipelines.commands.accept_registry import accept_registry_command
from pipelines.commands.checks import app as checks
from pipelines.commands.contracts import app as contracts
from pipelines.commands.demo import demo
from pipelines.commands.dev import dev
from pipelines.commands.docs import docs
from pipelines.commands.explain import explain_command
from pipelines.commands.keys import app as keys
from pipelines.commands.lake import app as lake
from pipelines.commands.oppositions import app as oppositions
from pipelines.commands.receipts import app as receipts
from pipelines.commands.reconcile import reconcile
from pipelines.commands.retention import app as retention
from pipelines.commands.rules import app as rules
from pipelines.commands.simulate import simulate
from pipelines.commands.vault import app as vault

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
oppositions.command("accept-registry")(accept_registry_command)
app.add_typer(oppositions, name="oppositions")
app.command()(reconcile)
app.add_typer(checks, name="checks")
app.add_typer(lake, name="lake")
app.add_typer(receipts, name="receipts")
app.command(name="explain")(explain_command)
app.add_typer(rules, name="rules")
app.add_typer(keys, name="keys")
app.add_typer(retention, name="retention")
app.add_typer(vault, name="vault")
app.command(hidden=True)(docs)

if __name__ == "__main__":
    app()
