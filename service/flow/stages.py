"""The stages of quality assurance: which posts check a notice, in which order, and who may pass the stage it is at.

A policy names the posts (Kent: Service Manager, then Practice Development Officer). Each stage is passed by another person. Where nobody
holds a post, anyone in quality assurance may do it, and that is said.
"""

from dataclasses import dataclass

from service.database.unit_of_work import Work
from service.domain.notice import Notice
from service.domain.people import Person, Role
from service.domain.policy import Policy

NO_QUALITY = "Only quality assurance can check a notice."
AUTHOR = "You sent this notice in, so somebody else has to check it."
AGAIN = "You passed an earlier stage of this notice, so somebody else has to pass this one."


@dataclass(frozen=True, slots=True, kw_only=True)
class StageNow:
    """The stage a notice is at: *number* of *of*, for which post, whether somebody holds it, and who may pass it."""

    number: int
    of: int
    post: str
    held: bool
    people: tuple[Person, ...]
    passed_by: tuple[str, ...]

    @property
    def is_last(self) -> bool:
        """Whether the notice goes to the approvers once this stage is passed."""
        return self.number >= self.of


async def stage_of(work: Work, authority_id: str, policy: Policy, notice: Notice) -> StageNow:
    """Return the stage a notice is at and who may pass it."""
    posts = tuple(stage.title for stage in policy.quality) or ("",)
    passed = await work.checks.of_version(notice.id, notice.version)
    number = min(len(passed) + 1, len(posts))
    post = posts[number - 1]
    quality = await work.people.with_role(authority_id, Role.QUALITY)
    holders = tuple(person for person in quality if post and person.title.casefold().strip() == post.casefold().strip())
    passed_by = tuple(one.person_id for one in passed)
    people = tuple(person for person in holders or quality if person.id not in passed_by and person.address != notice.submitted_by)
    return StageNow(number=number, of=len(posts), post=post, held=bool(holders), people=people, passed_by=passed_by)


def hindrance(stage: StageNow, notice: Notice, person: Person) -> str | None:
    """Say why *person* may not pass this stage; None when they may."""
    if not person.has(Role.QUALITY):
        return NO_QUALITY
    if notice.submitted_by == person.address:
        return AUTHOR
    if person.id in stage.passed_by:
        return AGAIN
    if Role.QUALITY not in person.borrowed and person.id not in {one.id for one in stage.people}:
        return f"This stage is for the {stage.post}."
    return None
