"""The shape of a policy file. Strangers write these files, so every mistake is refused with its place and what to do."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from service.policies.deciding import Chase, Cover, Hold, StepUp
from service.policies.paths import is_path
from service.policies.rule import Rule, Shape, Text

Number = Annotated[int, Field(gt=0, lt=1000)]
Kind = Literal["alert", "update", "renewal", "found", "withdrawal"]
Status = Literal[
    "child_protection_plan",
    "child_in_need",
    "section_47",
    "care_order",
    "interim_care_order",
    "supervision_order",
    "accommodated_section_20",
    "emergency_protection_order",
    "looked_after",
    "uasc",
]
Asks = Literal[
    "locality_known",
    "temporarily_absent",
    "family_or_friends",
    "believed_missing",
    "custody",
    "police",
    "agencies_contacted",
    "agencies_know",
]
About = Literal[
    "mother_is_a_child",
    "crime",
    "trafficking",
    "pre_birth",
    "other_children_on_a_plan",
    "section_47",
    "person_who_poses_a_risk",
]


class Post(Rule):
    """A post in the authority's own words."""

    title: Text


class Inbox(Rule):
    """The inbox that forms are sent to."""

    address: Text


class Approver(Post):
    """Who signs, and whether the person who checked may sign too."""

    may_have_checked: bool = False


class People(Shape):
    """Who does what."""

    inbox: Inbox | None = None
    submitter: Post | None = None
    quality: tuple[Post, ...] = Field(min_length=1)
    approver: Approver
    cascaded_by: Post | None = None


class Eligible(Rule):
    """Which legal statuses make a child one of those alerts are issued on."""

    statuses: tuple[Status, ...] = Field(min_length=1)


class Wait(Rule):
    """How many days the child must have been missing, or in *says* why no number stands here."""

    days: Number | None = None
    says: Text | None = None

    @model_validator(mode="after")
    def _says_how_long_or_why_not(self) -> Self:
        if (self.days is None) == (self.says is None):
            raise ValueError("write either the number of days, or in says why there is no waiting period")
        return self


class AskedQuestion(Rule):
    """One question of the threshold test."""

    asks: Asks
    label: Text


class ConsideredPoint(Rule):
    """One point to be considered."""

    about: About
    only_unborn: bool = False


class Attempts(Rule):
    """Who must have made reasonable attempts to find the family."""

    by: Text


class Threshold(Shape):
    """The threshold test."""

    eligible: Eligible
    wait: Wait
    questions: tuple[AskedQuestion, ...] = ()
    consider: tuple[ConsideredPoint, ...] = ()
    several_days: Rule | None = None
    attempts: Attempts | None = None

    @field_validator("questions")
    @classmethod
    def _asks_each_once(cls, value: tuple[AskedQuestion, ...]) -> tuple[AskedQuestion, ...]:
        keys = [one.asks for one in value]
        if len(set(keys)) < len(keys):
            raise ValueError("one question stands here twice")
        return value


class OneCriterion(Rule):
    """One exceptional criterion."""

    statuses: tuple[Status, ...] = ()
    decided_by: Text | None = None


class Exceptional(Rule):
    """The exceptional criteria; the rule itself says that the threshold must be met first."""

    section_47: OneCriterion | None = None
    abducted: OneCriterion | None = None
    removed: OneCriterion | None = None


class Exclusions(Shape):
    """Whom the system is not for."""

    adults: Rule | None = None
    uasc: Rule | None = None
    children_in_care: Rule | None = None


class Strategy(Rule):
    """The strategy discussion: it must have been held, its date must be in the form, or it must be held within *working_days*."""

    must: Literal["be_held", "be_dated", "be_soon"]
    working_days: Number | None = None

    @model_validator(mode="after")
    def _soon_has_a_number(self) -> Self:
        if (self.must == "be_soon") != (self.working_days is not None):
            raise ValueError("working_days belongs to must = 'be_soon', and only there")
        return self


class Risk(Rule):
    """The levels of risk an alert may state."""

    levels: tuple[Literal["low", "medium", "high"], ...] = Field(min_length=1)


class RequiredField(Rule):
    """A field that must be answered in notices of these *kinds*."""

    field: Text
    label: Text
    why: Text
    kinds: tuple[Kind, ...] = Field(min_length=1)

    @field_validator("field")
    @classmethod
    def _is_a_field_of_a_form(cls, value: str) -> str:
        if not is_path(value):
            raise ValueError("there is no such field; docs/policies.md says where the names stand")
        return value


class Found(Rule):
    """What must be true before a found notice goes out."""

    act: Text
    needs: tuple[Literal["located", "physically_seen", "no_longer_missing"], ...] = Field(min_length=1)
    death: Rule | None = None


class Clock(Rule):
    """One time limit."""

    value: Number


class AllClocks(Shape):
    """The time limits; what the source does not limit is left out."""

    update_first_days: Clock | None = None
    update_every_months: Clock | None = None
    renewal_months: Clock | None = None
    lapse_months: Clock | None = None
    found_working_days: Clock | None = None
    return_interview_hours: Clock | None = None
    care_missing_hours: Clock | None = None


class CaseRecording(Rule):
    """What belongs in the case-recording system."""

    system: Text
    says: Text
    kinds: tuple[Kind, ...] = Field(min_length=1)


class Said(Rule):
    """A thing to be done, in plain words."""

    says: Text


class Repeat(Said):
    """What follows when a child is missing again."""

    episodes: Number


class Line(Rule):
    """A helpline."""

    name: Text
    contact: Text


class Item(Rule):
    """One mandatory item of a letter that is passed on. *words* name it where the reader has no field for it."""

    field: Text | None = None
    words: tuple[Text, ...] = ()
    label: Text
    why: Text

    @model_validator(mode="after")
    def _can_be_looked_for(self) -> Self:
        if (self.field is None) == (not self.words):
            raise ValueError("write either the field, or the words a form has for it")
        if self.field is not None and not is_path(self.field):
            raise ValueError("there is no such field; docs/policies.md says where the names stand")
        return self


class Passed(Rule):
    """Where a letter goes that is not ours to cascade."""

    to_title: Text
    address: Text | None = None
    says: Text | None = None
    required: tuple[Item, ...] = ()
    categories: dict[Annotated[str, StringConstraints(pattern="^[a-z_]+$", max_length=40)], Text] = Field(default_factory=dict)


class PassesOn(Shape):
    """The kinds of letters that are recognised and passed on."""

    case_alert: Passed | None = None
    placement_notification: Passed | None = None
    missing_from_care: Passed | None = None
    received_alert: Passed | None = None


class PolicyFile(Shape):
    """A whole policy file."""

    title: Text
    version: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9a-z.-]*$", max_length=20)]
    nation: Literal["ENG", "WLS", "SCT", "NIR"]
    document: Text
    covers: Text
    about_national_alerts: bool = True
    documents: dict[str, Text] = Field(default_factory=dict)
    people: People
    threshold: Threshold | None = None
    exclusions: Exclusions = Exclusions()
    exceptional: Exceptional | None = None
    strategy: Strategy | None = None
    risk: Risk | None = None
    media_update: Rule | None = None
    required: tuple[RequiredField, ...] = Field(min_length=1)
    found: Found
    clocks: AllClocks = AllClocks()
    recording: CaseRecording | None = None
    remarks: tuple[Said, ...] = ()
    repeat_missing: Repeat | None = None
    helplines: tuple[Line, ...] = ()
    passes_on: PassesOn = PassesOn()
    reports: tuple[Said, ...] = ()
    retention: Said | None = None
    step_up: StepUp | None = None
    hold: Hold | None = None
    cover: Cover | None = None
    chasing: Chase | None = None

    @field_validator("required")
    @classmethod
    def _requires_each_once(cls, value: tuple[RequiredField, ...]) -> tuple[RequiredField, ...]:
        seen = [(one.field, kind) for one in value for kind in one.kinds]
        if len(set(seen)) < len(seen):
            raise ValueError("one field is required twice for the same kind of notice")
        return value

    @model_validator(mode="after")
    def _has_a_threshold_if_it_is_about_alerts(self) -> Self:
        if self.about_national_alerts and self.threshold is None:
            raise ValueError(
                "a policy about national alerts needs a [threshold]; write about_national_alerts = false if it is about something else"
            )
        return self
