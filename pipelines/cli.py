"""The program `opposable`: its commands by name. Each lives in `pipelines/commands/`, loaded when it is called."""

import errno
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup


class Command(NamedTuple):
    """Where a command lives, and what the list of commands says of it."""

    place: str
    """Module and attribute, below `pipelines.commands`."""
    says: str
    is_hidden: bool = False


COMMANDS: Final = {
    "demo": Command(
        "demo:demo",
        "Run the main job on thirty simulated days around 11 August 2026. Running it again is safe.",
    ),
    "dev": Command("dev:dev", "Open the Dagster UI with schedules and sensors."),
    "simulate": Command(
        "simulate:simulate",
        "Write a sample market into the home: contracts, deliveries, oppositions, and the truth about them.",
    ),
    "candidates": Command(
        "candidates:app",
        "Vendors before they are live: compared in a tender, tried in a pilot, let through by a person.",
    ),
    "contracts": Command("contracts:app", "The contracts, what is wrong with them, and how files keep to them."),
    "oppositions": Command(
        "oppositions:app", "The opposition registry: who objected, when, and which vendors were told."
    ),
    "reconcile": Command(
        "reconcile:reconcile",
        "Run the registry's snapshot, the deliveries of a range, then the scores; end with the score table.",
    ),
    "checks": Command("checks:app", "What the checks last said, by vendor and day."),
    "lake": Command("lake:app", "The lake: every published table of every delivery."),
    "receipts": Command("receipts:app", "Receipts for vendors: prepared, sent, acknowledged."),
    "disputes": Command("disputes:app", "What vendors dispute of findings: list, show, decide."),
    "review": Command("review:app", "Renewal reviews: decide, confirm, list, print; the annex for counsel."),
    "questionnaire": Command("questionnaire:app", "Questionnaires by expiring link: new, list, revoke, answers."),
    "agenda": Command(
        "agenda:agenda",
        "List every date of vendors: of contracts, audits, evidence and answers, accepted risks and known defects.",
    ),
    "control-file": Command(
        "control_file:control_file",
        "Write the control file of a period: vendors, controls done, findings, decisions, dates, contracts, receipts.",
    ),
    "serve": Command(
        "serve:serve",
        "Serve dossiers, decisions, dates, the control file and questionnaires to browsers, until interrupted.",
    ),
    "explain": Command("explain:explain_command", "Say what became of a lead and which rules decided it."),
    "invoices": Command("invoices:app", "Vendors' invoices, held against deliveries, verdicts and contract prices."),
    "export": Command(
        "export:app", "Write a call list: who may be contacted now on a channel, encrypted for its recipient."
    ),
    "may-call": Command(
        "may_call:may_call",
        "Say of each number or address of standard input, one a line, whether it may be contacted now on a channel.",
    ),
    "replay": Command(
        "replay:replay",
        "Judge past deliveries again and keep under a name what differs, with the cause of each; nothing is published.",
    ),
    "rules": Command("rules:app", "The rulebook: what is judged, on which texts, and whether its cards hold together."),
    "keys": Command("keys:app", "The secrets of the house: identity keys, the vault's and the seals' keys."),
    "retention": Command(
        "retention:app", "How long delivered files, the vault's rows, receipts and what was made for people are kept."
    ),
    "store": Command("store:app", "The object store that machines share: pull, push, status, verify, clean."),
    "vault": Command("vault:app", "The vault: the only place that keeps persons' identifiers."),
    "docs": Command("docs:docs", "Write the pages that are made from the code.", is_hidden=True),
}


TOLD: Final = {
    "pipelines.engines.interface": "EngineSettingError",
    "pipelines.settings": "SettingsError",
    "pipelines.storage.registry.database": "RegistryError",
    "pipelines.storage.secrets.keys": "KeysError",
    "pipelines.rulebook.yaml_files": "CatalogueError",
    "pipelines.scores.method_error": "MethodError",
    "pipelines.object_storage.bucket": "StoreError",
}
"""Errors by module whose messages say what to mend."""
PLACES: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR, errno.EISDIR, errno.EEXIST)
"""What is wrong with a place that a setting or an argument names."""
WITHOUT_FRAMES: Final = ("explain", "oppositions", "receipts")
"""Commands whose program does without pandas, though it is installed."""


class NoFrames:
    """Finds no pandas. Arrow asks for it at the first array of Python values, to know its objects if it meets any: half
    a second for commands that make none."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """As of `importlib.abc.MetaPathFinder`: None leaves a module to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError("this command does without pandas", name=name)


class LateCommands(TyperGroup):
    """Commands that are loaded when they are called: to list them costs no library."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The program. Who calls commands within another uses `main`, and keeps what that one has."""
        if sys.argv[1:2] and sys.argv[1] in WITHOUT_FRAMES:
            sys.meta_path.insert(0, NoFrames())
        return super().__call__(*args, **kwargs)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first argument names, loaded."""
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = loaded(args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what its user can mend ends it in words (`TOLD`, a wrong place), with status 2."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                _publish_written()
        except Exception as error:
            told = _told_in_words(error)
            if told is None:
                raise
            typer.echo(told, err=True)
            raise typer.Exit(2) from None


def _publish_written() -> None:
    """With an object store, publish there what the command wrote; one that opened no house loads nothing for it."""
    shared = sys.modules.get("pipelines.commands.shared")
    if shared is not None:
        shared.publish_written()


def _told_in_words(error: Exception) -> str | None:
    """What there is to say of an error that is no fault of the program; None of any other.

    Asked of what is loaded: a command that never opened the registry does not load it to fail.
    """
    if isinstance(error, OSError) and error.errno in PLACES and isinstance(error.filename, str | bytes):
        from pipelines.identifiers.shown_names import shown_path

        return f"{shown_path(Path(os.fsdecode(error.filename)))}: {error.strerror}"
    kinds = [getattr(sys.modules[module], name) for module, name in TOLD.items() if module in sys.modules]
    return str(error) if isinstance(error, tuple(kinds)) else None


def loaded(name: str) -> Any:
    """A command, or a group of them, as its module has it."""
    module, attribute = COMMANDS[name].place.split(":")
    found = getattr(import_module(f"pipelines.commands.{module}"), attribute)
    holder = typer.Typer()
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    return typer.main.get_group(holder).commands[name]


def _listed() -> None:
    """Stand for a command in the list: it is never called, since its module's takes its place."""


app = typer.Typer(
    name="opposable",
    cls=LateCommands,
    help="The buyer's control of purchased leads: every lead judged by dated rules, every vendor scored.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for name, command in COMMANDS.items():
    app.command(name, help=command.says, hidden=command.is_hidden)(_listed)

if __name__ == "__main__":
    app()
