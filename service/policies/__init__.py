"""The policies of issuing authorities: one TOML file each, every rule with the sentence of its source."""

import tomllib
from functools import cache
from importlib.resources import files

from service.domain.policy import Policy, Required


@cache
def policy_named(name: str) -> Policy:
    """Read the policy *name*; raises LookupError when there is no such file and KeyError when a rule is missing."""
    path = files(__name__).joinpath(f"{name}.toml")
    if not path.is_file():
        raise LookupError(f"There is no policy called {name}.")
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Policy(
        name=name,
        title=raw["title"],
        version=raw["version"],
        source=raw["source"],
        quality_title=raw["people"]["quality"],
        approver_title=raw["people"]["approver"],
        checker_may_approve=raw["people"]["checker_may_approve"],
        wait_days=raw["threshold"].get("wait_days"),
        risk_levels=tuple(raw["threshold"].get("risk_levels", ())),
        exceptional_criteria=raw["exceptional"],
        required=tuple(
            Required(field_path=rule["field"], label=rule["label"], why=rule["why"], source=rule["source"], kinds=tuple(rule["kinds"]))
            for rule in raw["required"]
        ),
        sentences=raw["sentences"],
        update_first_days=raw["clocks"].get("update_first_days"),
        update_every_months=raw["clocks"].get("update_every_months"),
        renewal_months=raw["clocks"].get("renewal_months"),
        found_deadline_working_days=raw["clocks"].get("found_deadline_working_days"),
    )
