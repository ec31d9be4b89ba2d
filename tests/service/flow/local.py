"""Letters that are not ours to send round, as people really write them, and a house that is held to another policy."""

from io import BytesIO

import sqlalchemy as sa
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from service.database.people_tables import issuing_authorities
from service.database.tables import local_notices
from service.domain.people import Role
from tests.service.flow.home import Home

MIRA = "mira@kent.test"  # holds the post that a policy names
LEEDS_PLACEMENTS = "placements@e08000035.test"  # the mail domain of Leeds in the directory, not its registered address
PLACEMENT = """Placement notification

Placing authority: Leeds City Council
Surname: Example
Forename(s): Amy
Date of birth: 04/03/2012
Legal status: Care Order
Current address: 1 Example Road, Exampleton, ZZ99 9ZZ
Social worker: Sam Placer
Independent Reviewing Officer: Pat Reviewer, 01632 960123
"""
WITHOUT_IRO = PLACEMENT.replace("Independent Reviewing Officer: Pat Reviewer, 01632 960123\n", "Independent Reviewing Officer:\n")
CASE_ALERT = """Alert Form

Category: Suffered severe injury and is open to Specialist Children's Services
Surname: Example
Forename(s): Amy
Date of birth: 04/03/2012
Legal status: Child in need
Circumstances: Hurt at home, in hospital.
"""
CARE_MISSING = """Alert Form

Category: Kent Child in Care missing
Surname: Example
Forename(s): Amy Jane
Date of birth: 04/03/2012
Legal status: Care Order
Date missing: {since}
Circumstances: Did not come back to the placement.
"""
DE_ALERT = """De-alert

Surname: {family}
Forename(s): Amy Jane
Date of birth: 04/03/2012
Date found: 24 November 2026
Physically seen: Yes
"""
RECEIVED = """National Alert Notification of a Missing Child

To all custodians: please check your records and acknowledge receipt of this alert.
Surname: Sample
Forename(s): Ben
Date of birth: 01/02/2015
Date missing: 1 October 2026
"""


def an_image_only_pdf() -> bytes:
    """Make a PDF of one page that is a picture: what a scanner sends."""
    paper = BytesIO()
    canvas = Canvas(paper, pagesize=(200, 200))
    canvas.drawImage(ImageReader(Image.new("RGB", (100, 100), "white")), 0, 0, 200, 200)
    canvas.showPage()
    canvas.save()
    return paper.getvalue()


async def under(home: Home, policy: str, *posts: str) -> None:
    """Hold the house to another policy, and give Mira each of *posts*, one person each."""
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(issuing_authorities).values(policy=policy))
        (authority,) = await work.people.authorities()
        for number, post in enumerate(posts):
            address = MIRA if number == 0 else f"mira{number}@kent.test"
            await work.people.add(
                authority_id=authority.id, name="Mira Post", address=address, roles=frozenset({Role.REPORTER}), title=post
            )


async def recorded(home: Home) -> list[tuple[str, str, bool | None, str]]:
    """Return kind, category, in care and whom it was passed to, of each local notice."""
    t = local_notices
    async with home.database.read() as work:
        rows = await work.connection.execute(sa.select(t.c.kind, t.c.category, t.c.in_care, t.c.passed_to).order_by(t.c.id))
        return [(row.kind, row.category, row.in_care, row.passed_to) for row in rows]
