"""The policies of issuing authorities: one TOML file each, every rule with the sentence of its source."""

from functools import cache
from importlib.resources import files

from service.domain.policy import Policy
from service.policies.reading import PolicyFault, read_policy

__all__ = ["PolicyFault", "policy_named", "policy_names", "read_policy", "text_of"]


@cache
def policy_names() -> tuple[str, ...]:
    """Return the names of the shipped policies, in alphabetical order."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in files(__name__).iterdir() if entry.name.endswith(".toml")))


def text_of(name: str) -> str:
    """Return the text of the shipped policy *name*; raises LookupError when there is none."""
    if name not in policy_names():
        raise LookupError(f"There is no policy called {name}. There are: {', '.join(policy_names())}.")
    return files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")


@cache
def policy_named(name: str) -> Policy:
    """Return the shipped policy *name*; raises LookupError when there is none, PolicyFault when its file is faulty."""
    return read_policy(name, text_of(name))
