"""The rules of one issuing authority as values. They are read from `service/policies`; people decide, rules only find."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SILENT = "The source says nothing."
# How many hours a decision may take at each level of risk, before somebody else is asked, unless the policy says otherwise.
DECIDE_WITHIN_HOURS: Mapping[str, int] = {"high": 1, "medium": 4, "otherwise": 8}
# Where a decision needs the web page unless the policy says otherwise: a reply by email is a weak proof of who wrote it.
STEP_UP = (
    "found",
    "withdrawal",
    "attachments",
    "recipients",
    "first_decision",
    "changed_person",
    "same_child",
    "doubtful_reply",
    "grey_letter",
    "case_manager",
    "protected_address",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """A field that must be answered, why, and where that is written. *words* name the item where the reader has no field for it."""

    field_path: str
    label: str
    why: str
    source: str
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of quality assurance and the post that does it."""

    title: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the threshold test; *asks* is its key."""

    asks: str
    label: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """Something the source tells professionals to consider; it is shown with what the form says and never decides."""

    about: str
    source: str
    only_unborn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One exceptional criterion: whose children it is for (any legal status when empty) and who must consider it met."""

    source: str
    statuses: tuple[str, ...] = ()
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Time limits; None where the source is silent."""

    update_first_days: int | None = None
    update_every_months: int | None = None
    renewal_months: int | None = None
    lapse_months: int | None = None
    strategy_working_days: int | None = None
    found_working_days: int | None = None
    return_interview_hours: int | None = None
    care_missing_hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The case-recording system, and what belongs in it for which kinds of notice."""

    system: str
    says: str
    source: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """Somebody a child or a family can call."""

    name: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to be done that no field of a form shows."""

    says: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatMissing:
    """What follows when a child has been missing *episodes* times."""

    episodes: int
    says: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Where a letter goes that is not ours to cascade. *address* is empty where the source names none."""

    to_title: str
    address: str
    source: str
    says: str = ""
    required: tuple[Required, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chasing:
    """After how many working days a silent authority is written to again, each time, and after how many it is telephoned."""

    letters_after: tuple[int, ...] = (1, 3, 5)
    call_after: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One authority's rules. Durations are calendar days or months; None or empty where the source document is silent.

    *sentences* holds the sentence of each rule, *documents* the title of the document it stands in where that is not *source*.
    *decide_within_hours* gives for each level of risk how long a decision may take before others are asked.
    *step_up* names the classes that are decided on the web page alone; *hold_minutes* pass between an approval and the first letter.
    """

    name: str
    title: str
    version: str
    nation: str
    source: str
    covers: str
    about_national_alerts: bool
    inbox: str
    submitter: str
    quality: tuple[Stage, ...]
    approver_title: str
    checker_may_approve: bool
    cascaded_by: str
    eligible: tuple[str, ...]
    exclusions: Mapping[str, str]
    exceptional: Mapping[str, Criterion]
    questions: tuple[Question, ...]
    considerations: tuple[Consideration, ...]
    wait_days: int | None
    wait_says: str
    attempts_by: str
    strategy: str
    risk_levels: tuple[str, ...]
    media_update: bool
    required: tuple[Required, ...]
    found_needs: tuple[str, ...]
    found_act: str
    clocks: Clocks
    recording: Recording | None
    remarks: tuple[Remark, ...]
    repeat_missing: RepeatMissing | None
    helplines: tuple[Helpline, ...]
    passes_on: Mapping[str, PassOn]
    reports: tuple[Remark, ...]
    retention: Remark | None
    sentences: Mapping[str, str]
    documents: Mapping[str, str]
    step_up: tuple[str, ...] = STEP_UP
    hold_minutes: int = 0
    decide_within_hours: Mapping[str, int] = field(default_factory=lambda: DECIDE_WITHIN_HOURS)
    chasing: Chasing = field(default_factory=Chasing)

    @property
    def exceptional_criteria(self) -> Mapping[str, str]:
        """The exceptional criteria in the source's own words."""
        return {key: criterion.source for key, criterion in self.exceptional.items()}

    def sentence(self, rule: str) -> str:
        """Return the sentence that *rule* rests on, and say so where the source is silent."""
        return self.sentences.get(rule, SILENT)

    def document(self, rule: str) -> str:
        """Return the title of the document the sentence of *rule* stands in."""
        return self.documents.get(rule, self.source)
