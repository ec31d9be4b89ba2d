"""Reads the text of a policy file into a Policy, or says everything that is wrong with it at once."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pydantic import ValidationError

from service.domain.errors import ServiceError
from service.domain.policy import (
    DECIDE_WITHIN_HOURS,
    STEP_UP,
    Chasing,
    Clocks,
    Consideration,
    Criterion,
    Helpline,
    PassOn,
    Policy,
    Question,
    Recording,
    Remark,
    RepeatMissing,
    Required,
    Stage,
)
from service.policies.rule import Rule
from service.policies.shape import Passed, PolicyFile, Said


class PolicyFault(ServiceError):  # noqa: N818
    """A policy file cannot be used; *faults* says each thing that is wrong, and where."""

    def __init__(self, name: str, faults: tuple[str, ...]) -> None:
        super().__init__(f"The policy {name} cannot be used: " + " ".join(f"{fault}." for fault in faults))
        self.faults = faults


@lru_cache(maxsize=64)
def read_policy(name: str, text: str) -> Policy:
    """Read the text of a policy file; raises PolicyFault with all faults at once."""
    try:
        file = PolicyFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as wrong:
        raise PolicyFault(name, (f"This is not TOML: {wrong}",)) from None
    except ValidationError as wrong:
        raise PolicyFault(name, tuple(_fault(one["loc"], one["msg"], one["type"]) for one in wrong.errors(include_input=False))) from None
    rules = dict(_rules(file))
    unknown = [rule.document for rule in rules.values() if rule.document and rule.document not in file.documents]
    if unknown:
        raise PolicyFault(name, tuple(f"documents: there is no document called {one} in [documents]" for one in sorted(set(unknown))))
    return _policy(name, file, rules)


def _fault(place: tuple[int | str, ...], says: str, kind: str) -> str:
    where = ".".join(f"{part + 1}" if isinstance(part, int) else part for part in place)
    words = {"extra_forbidden": "this key is not known here", "missing": "this is missing"}.get(kind, says.removeprefix("Value error, "))
    return f"{where}: {words}" if where else words


def _rules(file: PolicyFile) -> Iterator[tuple[str, Rule]]:
    """Name every rule: the key under which its sentence is asked for."""
    people, threshold, clocks, exceptional = file.people, file.threshold, file.clocks, file.exceptional
    named: dict[str, Rule | None] = {
        "inbox": people.inbox,
        "submitter": people.submitter,
        "quality": people.quality[0],
        "approver": people.approver,
        "cascaded_by": people.cascaded_by,
        "exceptional": exceptional,
        "strategy": file.strategy,
        "risk": file.risk,
        "media_update": file.media_update,
        "found": file.found,
        "found_death": file.found.death,
        "recording": file.recording,
        "repeat_missing": file.repeat_missing,
        "retention": file.retention,
        "step_up": file.step_up,
        "hold": file.hold,
        "cover": file.cover,
        "chasing": file.chasing,
        "update_first": clocks.update_first_days,
        "update_every": clocks.update_every_months,
        "renewal": clocks.renewal_months,
        "lapse": clocks.lapse_months,
        "found_deadline": clocks.found_working_days,
        "return_interview": clocks.return_interview_hours,
        "care_missing": clocks.care_missing_hours,
        "excluded_adults": file.exclusions.adults,
        "excluded_uasc": file.exclusions.uasc,
        "excluded_children_in_care": file.exclusions.children_in_care,
    }
    if threshold is not None:
        named |= {
            "eligible": threshold.eligible,
            "wait": threshold.wait,
            "several_days": threshold.several_days,
            "attempts": threshold.attempts,
        }
        named |= {one.asks: one for one in threshold.questions}
        named |= {f"consider_{one.about}": one for one in threshold.consider}
    for key in ("section_47", "abducted", "removed"):
        named[f"exceptional_{key}"] = getattr(exceptional, key, None)
    for kind in ("case_alert", "placement_notification", "missing_from_care", "received_alert"):
        named[f"passes_on_{kind}"] = getattr(file.passes_on, kind)
    listed: Mapping[str, tuple[Rule, ...]] = {
        "required": file.required, "remark": file.remarks, "helpline": file.helplines, "report": file.reports,
    }  # fmt: skip
    for name, rules in listed.items():
        named |= {f"{name}_{number}": rule for number, rule in enumerate(rules, start=1)}
    return ((key, rule) for key, rule in named.items() if rule is not None)


def _policy(name: str, file: PolicyFile, rules: Mapping[str, Rule]) -> Policy:
    people, threshold, strategy = file.people, file.threshold, file.strategy
    return Policy(
        name=name,
        title=file.title,
        version=file.version,
        nation=file.nation,
        source=file.document,
        covers=file.covers,
        about_national_alerts=file.about_national_alerts,
        inbox=people.inbox.address if people.inbox else "",
        submitter=people.submitter.title if people.submitter else "",
        quality=tuple(Stage(title=post.title, source=post.sentence) for post in people.quality),
        approver_title=people.approver.title,
        checker_may_approve=people.approver.may_have_checked,
        cascaded_by=people.cascaded_by.title if people.cascaded_by else "",
        eligible=threshold.eligible.statuses if threshold else (),
        exclusions={key: rule.sentence for key in ("adults", "uasc", "children_in_care") if (rule := getattr(file.exclusions, key))},
        exceptional=_criteria(file),
        questions=tuple(Question(asks=one.asks, label=one.label, source=one.sentence) for one in threshold.questions) if threshold else (),
        considerations=tuple(
            Consideration(about=one.about, source=one.sentence, only_unborn=one.only_unborn)
            for one in (threshold.consider if threshold else ())
        ),
        wait_days=threshold.wait.days if threshold else None,
        wait_says=(threshold.wait.says or "") if threshold else "",
        attempts_by=threshold.attempts.by if threshold and threshold.attempts else "",
        strategy=strategy.must if strategy else "",
        risk_levels=file.risk.levels if file.risk else (),
        media_update=file.media_update is not None,
        required=tuple(
            Required(field_path=one.field, label=one.label, why=one.why, source=one.sentence, kinds=one.kinds) for one in file.required
        ),
        found_needs=file.found.needs,
        found_act=file.found.act,
        clocks=_clocks(file),
        recording=_recording(file),
        remarks=tuple(map(_remark, file.remarks)),
        repeat_missing=_repeat(file),
        helplines=tuple(Helpline(name=one.name, contact=one.contact) for one in file.helplines),
        passes_on={kind: _pass_on(passed) for kind in type(file.passes_on).model_fields if (passed := getattr(file.passes_on, kind))},
        reports=tuple(map(_remark, file.reports)),
        retention=_remark(file.retention) if file.retention else None,
        sentences={key: rule.sentence for key, rule in rules.items()},
        documents={key: file.documents[rule.document] for key, rule in rules.items() if rule.document},
        step_up=file.step_up.classes if file.step_up else STEP_UP,
        hold_minutes=file.hold.minutes if file.hold else 0,
        decide_within_hours=file.cover.hours if file.cover else DECIDE_WITHIN_HOURS,
        chasing=Chasing(letters_after=file.chasing.letters_after, call_after=file.chasing.call_after) if file.chasing else Chasing(),
    )


def _criteria(file: PolicyFile) -> dict[str, Criterion]:
    found = {key: getattr(file.exceptional, key, None) for key in ("section_47", "abducted", "removed")}
    return {
        key: Criterion(source=one.sentence, statuses=one.statuses, decided_by=one.decided_by or "") for key, one in found.items() if one
    }


def _clocks(file: PolicyFile) -> Clocks:
    values = {name: clock.value for name in type(file.clocks).model_fields if (clock := getattr(file.clocks, name))}
    return Clocks(**values, strategy_working_days=file.strategy.working_days if file.strategy else None)


def _recording(file: PolicyFile) -> Recording | None:
    kept = file.recording
    return Recording(system=kept.system, says=kept.says, source=kept.sentence, kinds=kept.kinds) if kept else None


def _repeat(file: PolicyFile) -> RepeatMissing | None:
    again = file.repeat_missing
    return RepeatMissing(episodes=again.episodes, says=again.says, source=again.sentence) if again else None


def _remark(said: Said) -> Remark:
    return Remark(says=said.says, source=said.sentence)


def _pass_on(passed: Passed) -> PassOn:
    required = tuple(
        Required(field_path=one.field or "", label=one.label, why=one.why, source=one.sentence, words=one.words) for one in passed.required
    )
    return PassOn(
        to_title=passed.to_title,
        address=passed.address or "",
        says=passed.says or "",
        source=passed.sentence,
        required=required,
        categories=dict(passed.categories),
    )
