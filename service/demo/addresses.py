"""Who has which address in the demonstration: an issuing council for each policy, its staff, and every authority, all under `.test`."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from directory.authority import Authority, by_gss, shipped, today
from directory.contact import Contact
from service.domain.people import Role
from service.policies import policy_named

# Numbers that are kept free for drama and belong to nobody.
PHONE = "01632 960100"
OUT_OF_HOURS = "01632 960199"
PASSWORD = "demonstration"  # noqa: S105 - the mail server of the demonstration listens on this machine only


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One member of staff of the issuing council; *title* is the post as the council's policy names it."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    roles: frozenset[Role]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """One issuing council of the demonstration, with the form its social worker fills in."""

    policy: str
    gss_code: str
    domain: str
    form: str
    worker: Staff
    checkers: tuple[Staff, ...]  # one for each stage of quality assurance, in order
    approver: Staff
    others: tuple[Staff, ...]

    @property
    def name(self) -> str:
        """The council's name in the directory."""
        return by_gss()[self.gss_code].name

    @property
    def code(self) -> str:
        """The three letters its case references begin with."""
        return by_gss()[self.gss_code].code

    @property
    def mailbox(self) -> str:
        """The shared mailbox that forms are sent to."""
        return f"alerts@{self.domain}"

    @property
    def staff(self) -> tuple[Staff, ...]:
        """Everybody, each once: one person may be checker and approver."""
        return tuple(dict.fromkeys((self.worker, *self.checkers, self.approver, *self.others)))


def _council(policy: str, gss_code: str, domain: str, form: str, *, stages: tuple[str, ...], approver: str, same: bool = False) -> Council:
    def person(name: str, *roles: Role, title: str = "") -> Staff:
        local = re.sub(r"[^a-z]+", ".", name.casefold())
        return Staff(name=name, address=f"{local}@{domain}", roles=frozenset(roles), title=title)

    head = person("Helen Approver", Role.APPROVER, *((Role.QUALITY,) if same else ()), title=approver)
    names = ("Priya Checker", "Owen Checker")
    checkers = (head,) if same else tuple(person(name, Role.QUALITY, title=title) for name, title in zip(names, stages, strict=False))
    return Council(
        policy=policy,
        gss_code=gss_code,
        domain=domain,
        form=form,
        worker=person("Sam Worker", Role.REPORTER),
        checkers=checkers,
        approver=head,
        others=(person("Alex Admin", Role.DIRECTORY, Role.SYSTEM), person("Morgan Auditor", Role.AUDITOR)),
    )


@cache
def councils() -> Mapping[str, Council]:
    """Return the issuing council for each policy; the posts its staff hold are the policy's."""
    found = {}
    for policy, (gss_code, domain, form) in _COUNCILS.items():
        rules = policy_named(policy)
        stages = tuple(stage.title for stage in rules.quality) or ("Quality assurance officer",)
        same = rules.checker_may_approve and stages == (rules.approver_title,)
        found[policy] = _council(policy, gss_code, domain, form, stages=stages, approver=rules.approver_title, same=same)
    return found


_COUNCILS = {
    "kent": ("E10000016", "kent.test", "notification.docx"),
    "medway": ("E06000035", "medway.test", "medway.pdf"),
    "derbyshire": ("E10000007", "derbyshire.test", "derbyshire.docx"),
    "national": ("E10000011", "east-sussex.test", "national.odt"),
    "bradford": ("E08000032", "bradford.test", "bradford.txt"),
}


@cache
def contacts() -> tuple[Contact, ...]:
    """Return one contact for every authority in the shipped list, the Crown Dependencies and those to come too."""
    return tuple(Contact(gss_code=one.gss_code, address=address_of(one), role="custodian") for one in shipped())


@cache
def receiving() -> tuple[Authority, ...]:
    """Return the authorities that get a national alert, by name: all of the United Kingdom, the issuing one included."""
    return tuple(one for one in shipped() if one.in_uk and one.is_current(today()))


def address_of(authority: Authority) -> str:
    """Return the mailbox of an authority's custodian."""
    return f"custodian@{_slug(authority.short_name)}.test"


@cache
def accounts() -> Mapping[str, str]:
    """Return every account of the mail server with its password."""
    ours = [address for one in councils().values() for address in (one.mailbox, *(person.address for person in one.staff))]
    return dict.fromkeys((*ours, *(address_of(one) for one in shipped())), PASSWORD)


def mailbox_of(recipient: str) -> str | None:
    """Return the account that takes letters for *recipient* (anything after a plus sign is for the owner); None when nobody does."""
    local, _, domain = recipient.strip("<>").casefold().rpartition("@")
    account = f"{local.partition('+')[0]}@{domain}"
    return account if account in accounts() else None


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
