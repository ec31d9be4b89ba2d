"""The command `national-alerts`: puts the commands of `service.commands` together."""

import typer

from service.commands import audit, database, directory, drift, evidence, origin, people, policy, reading, report, resume, running, sign_in

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="National alerts for missing children, by email."
)
for here in (running.cli, reading.cli, drift.cli, evidence.cli, resume.cli, database.key_cli):
    cli.add_typer(here)
for name, sub in (
    ("policy", policy.cli),
    ("authority", people.authority_cli),
    ("people", people.cli),
    ("directory", directory.cli),
    ("database", database.cli),
    ("audit", audit.cli),
    ("report", report.cli),
    ("sign-in", sign_in.cli),
    ("origin", origin.cli),
):
    cli.add_typer(sub, name=name)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
