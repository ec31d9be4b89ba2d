"""A policy file is read, or refused with everything that is wrong with it."""

import re
from typing import get_args

import pytest

from service.domain.policy import SILENT, STEP_UP
from service.domain.step_up import SENTENCES
from service.forms import shapes
from service.policies import PolicyFault, policy_named, policy_names, read_policy, text_of
from service.policies.deciding import StepUpClass
from service.policies.paths import NAMES

KENT = text_of("kent")


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyFault) as refused:
        read_policy("kent", text)
    return refused.value.faults


def without(rule: str, key: str) -> str:
    """Kent's policy, with *key* taken out of the table *rule*."""
    head, found, tail = KENT.partition(f"[{rule}]\n")
    assert found
    return head + found + re.sub(rf"^{key} = .*\n", "", tail, count=1, flags=re.MULTILINE)


def test_all_five_policies_can_be_used() -> None:
    assert policy_names() == ("bradford", "derbyshire", "kent", "medway", "national")
    assert all(policy_named(name).quality for name in policy_names())


def test_the_text_of_a_policy_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(LookupError, match=r"called surrey\. There are: bradford, derbyshire, kent, medway, national"):
        policy_named("surrey")


def test_a_policy_is_never_looked_for_outside_its_folder() -> None:
    with pytest.raises(LookupError):
        text_of("../policies/kent")


@pytest.mark.parametrize("rule", ["threshold.wait", "people.approver", "clocks.renewal_months", "exclusions.uasc", "strategy", "recording"])
def test_a_rule_without_its_sentence_is_refused(rule: str) -> None:
    (fault,) = faults_of(without(rule, "source"))
    assert fault.startswith(f"{rule}: a rule needs the sentence of its source")


def test_a_rule_cannot_rest_on_a_source_and_on_our_own_decision() -> None:
    (fault,) = faults_of(KENT.replace("[threshold.wait]\n", '[threshold.wait]\nours = "Because."\n'))
    assert fault.startswith("threshold.wait: a rule needs")


def test_all_faults_are_told_at_once() -> None:
    text = (
        without("threshold.wait", "source")
        .replace("[recording]\n", '[recording]\ncolour = "red"\n')
        .replace("value = 12\n", "value = -1\n")
    )
    faults = faults_of(text)
    assert {fault.partition(":")[0] for fault in faults} == {"threshold.wait", "recording.colour", "clocks.lapse_months.value"}
    assert "recording.colour: this key is not known here" in faults


def test_a_key_that_is_misspelt_is_refused_and_not_lost() -> None:
    assert faults_of(KENT.replace("[strategy]\nmust", "[strategy]\nmsut")) == (
        "strategy.must: this is missing",
        "strategy.msut: this key is not known here",
    )


def test_what_is_not_toml_is_refused_with_the_line() -> None:
    (fault,) = faults_of("title = \n")
    assert fault.startswith("This is not TOML")
    assert "line 1" in fault


def test_a_field_that_no_form_has_cannot_be_required() -> None:
    (fault,) = faults_of(KENT.replace('"children[].family_name"', '"children[].familyname"', 1))
    assert fault == "required.1.field: there is no such field; docs/policies.md says where the names stand"


def test_a_field_cannot_be_required_twice() -> None:
    (fault,) = faults_of(KENT.replace('"children[].given_names"', '"children[].family_name"', 1))
    assert fault == "required: one field is required twice for the same kind of notice"


def test_a_question_cannot_be_asked_twice() -> None:
    (fault,) = faults_of(KENT.replace('asks = "custody"', 'asks = "police"'))
    assert fault == "threshold.questions: one question stands here twice"


def test_a_document_must_be_one_of_those_that_are_named() -> None:
    (fault,) = faults_of(KENT.replace('document = "protocol"', 'document = "protokol"'))
    assert fault == "documents: there is no document called protokol in [documents]"


def test_a_policy_about_alerts_needs_a_threshold() -> None:
    (fault,) = faults_of(text_of("bradford").replace("about_national_alerts = false\n", ""))
    assert "needs a [threshold]" in fault


def test_the_waiting_period_is_a_number_or_a_reason() -> None:
    (fault,) = faults_of(without("threshold.wait", "days"))
    assert fault == "threshold.wait: write either the number of days, or in says why there is no waiting period"


def test_a_fault_never_repeats_what_was_written() -> None:
    faults = faults_of(KENT.replace('nation = "ENG"', 'nation = "Jo Example"'))
    assert not any("Jo Example" in fault for fault in faults)


def test_both_clocks_of_kent_stand_beside_each_other_with_their_documents() -> None:
    kent = policy_named("kent")
    assert (kent.clocks.renewal_months, kent.clocks.update_first_days, kent.clocks.update_every_months) == (6, 28, 3)
    assert "protocol" in kent.document("update_first")
    assert kent.document("renewal") == kent.source
    assert kent.clocks.found_working_days is None


def test_posts_and_duties_are_those_of_the_sources() -> None:
    posts = {name: [stage.title for stage in policy_named(name).quality] for name in ("kent", "medway", "derbyshire")}
    assert posts == {
        "kent": ["Service Manager", "Practice Development Officer"],
        "medway": ["Safeguarding and QA Team"],
        "derbyshire": ["Head of Child Protection"],
    }
    assert [name for name in policy_names() if policy_named(name).checker_may_approve] == ["derbyshire"]
    assert policy_named("derbyshire").approver_title == "Head of Child Protection"


def test_the_criteria_are_in_each_policys_own_words() -> None:
    kent, derbyshire = policy_named("kent").exceptional_criteria, policy_named("derbyshire").exceptional_criteria
    assert set(kent) == {"section_47", "abducted", "removed"}
    assert set(derbyshire) == {"section_47", "abducted"}
    assert "serious allegations" in kent["section_47"]
    assert "serious" not in derbyshire["section_47"]
    assert derbyshire["abducted"].startswith("Children in care")
    assert not policy_named("bradford").exceptional_criteria


def test_what_a_source_does_not_say_is_said() -> None:
    assert policy_named("derbyshire").sentence("lapse") == SILENT
    assert policy_named("national").sentence("submitter").startswith("The source says nothing about this. Decided here:")


def test_bradford_passes_placements_on_with_their_mandatory_items() -> None:
    passed = policy_named("bradford").passes_on["placement_notification"]
    assert passed.to_title == "Missing Coordinator"
    assert passed.address == ""
    assert {one.field_path or one.words[0] for one in passed.required} == {
        "children[].family_name", "children[].given_names", "children[].date_of_birth", "addresses[].text", "children[].legal_status",
        "originating_authority", "social_worker.name", "independent reviewing officer",
    }  # fmt: skip


def test_kent_passes_its_eight_categories_on() -> None:
    kent = policy_named("kent")
    assert len(kent.passes_on["case_alert"].categories) == 8
    assert kent.clocks.care_missing_hours == 48
    assert kent.passes_on["missing_from_care"].to_title == "Management Information Unit"


def test_the_names_a_policy_may_ask_for_are_the_fields_of_a_form() -> None:
    fields = shapes.blank_fields()
    names = set[str]()
    lists = {"children": shapes.blank_child(), "adults": shapes.blank_adult(), "addresses": shapes.blank_address("home")}
    for name, value in fields.items():
        if name in lists:
            names |= {f"{name}[].{key}" for key in lists[name]}
        elif name == "found":
            names |= {f"found.{key}" for key in shapes.blank_found()}
        elif isinstance(value, dict):
            names |= {f"{name}.{key}" for key in value}
        else:
            names.add(name)
    assert names == NAMES


def test_without_a_word_about_it_found_notices_and_withdrawals_are_decided_on_the_page_and_nothing_waits() -> None:
    policy = policy_named("kent")
    assert policy.step_up == STEP_UP
    assert {"found", "withdrawal", "attachments", "doubtful_reply"} <= set(policy.step_up)
    assert policy.hold_minutes == 0


def test_a_policy_says_which_decisions_are_taken_on_the_page_and_how_long_an_approval_waits() -> None:
    text = KENT + '\n[step_up]\nclasses = ["always"]\nours = "Replies never decide."\n\n[hold]\nminutes = 2\nours = "Time for STOP."\n'
    policy = read_policy("kent", text)
    assert (policy.step_up, policy.hold_minutes) == (("always",), 2)
    assert policy.sentence("hold") == "The source says nothing about this. Decided here: Time for STOP."


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ('[step_up]\nclasses = ["fuond"]\nours = "x"\n', "step_up.classes.1"),
        ('[step_up]\nclasses = ["found", "found"]\nours = "x"\n', "step_up.classes: one class stands here twice"),
        ("[step_up]\nclasses = []\n", "step_up: a rule needs the sentence"),
        ('[hold]\nminutes = 500\nours = "x"\n', "hold.minutes"),
    ],
)
def test_a_slip_in_the_rules_about_deciding_is_refused_with_its_place(table: str, place: str) -> None:
    assert any(fault.startswith(place) for fault in faults_of(KENT + "\n" + table))


def test_every_class_that_a_policy_can_name_has_its_sentence() -> None:
    assert set(get_args(StepUpClass)) == set(SENTENCES)
    assert set(STEP_UP) < set(SENTENCES)
