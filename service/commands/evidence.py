"""The evidence of a decision, to be shown to others."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from service.app import App
from service.commands.opening import fail, with_app
from service.domain.errors import NotFound
from service.flow.evidence import EvidencePack, evidence_of

cli = typer.Typer(help="The evidence of a decision.")


@cli.command("evidence")
def evidence(
    case: Annotated[str, typer.Argument(help="The reference of the case.")],
    notice: Annotated[int | None, typer.Option(help="The number of the notice; without it, the newest decision of the case.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the pack.")] = None,
) -> None:
    """Write everything about one decision into a ZIP that can be checked without this service. It holds a child's details."""

    async def make(app: App) -> EvidencePack | None:
        async with app.database.read() as work:
            found = await work.cases.by_reference(case)
            numbers = {one.number: one.id for one in await work.notices.of_case(found.id)} if found else {}
        if found is None or (notice is not None and notice not in numbers):
            return None
        try:
            chosen = numbers[notice] if notice is not None else None
            return await evidence_of(app.house, found.id, chosen, datetime.now(UTC), actor="command line")
        except NotFound:
            return None

    pack = with_app(make)
    if pack is None:
        fail("There is no decision like that. Check the reference of the case, and the number of the notice.", 2)
    target = out or Path(pack.name)
    try:
        with target.open("xb") as file:
            target.chmod(0o600)
            file.write(pack.content)
    except FileExistsError:
        fail("There is a file with this name already. Give another with --out.", 2)
    typer.echo(f"Written: {target}\nSHA-256: {pack.sha256} (also in the audit trail)\nTo check it: python verify_evidence.py {target}")
