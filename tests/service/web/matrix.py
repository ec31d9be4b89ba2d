"""Who gets which status from which page. One row for each route, and the only table: a route that is not here fails the test.

A row says what each role gets for an object of its own authority (`own`; roles it does not name get `others`), and what every role gets
for an object of another authority (`elsewhere`; None where the address names no object, `except_` for roles that differ).
`nobody` is a visitor who is not signed in, `nobody_elsewhere` the same with a link that is not known. `form` is a form that is right,
so that only the person decides about the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi.routing import APIRoute

from directory.authority import shipped
from service.domain.people import Role
from tests.service.web.conftest import Town
from tests.service.web.seeds import Seeds
from tests.service.web.test_tray_pages import add

ROLES = tuple(role.value for role in Role)
SIGN_IN = 303  # where a visitor is sent who is not signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One route and what each role gets from it; *objects* gives for each name in its address the own and the foreign one."""

    own: Mapping[str, int] = field(default_factory=dict)
    others: int = 404
    elsewhere: int | None = 404
    except_: Mapping[str, int] = field(default_factory=dict)
    nobody: int = SIGN_IN
    nobody_elsewhere: int | None = None
    objects: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)

    def expected(self, who: str, *, own: bool) -> int:
        """Return the status that *who* gets."""
        if who == "nobody":
            return self.nobody if own else self.nobody_elsewhere or self.nobody
        return self.own.get(who, self.others) if own else self.except_.get(who, self.elsewhere or 0)


async def table(town: Town) -> dict[str, Row]:
    """Return the table over what is in *town*."""
    async with town.database.begin() as work:
        local = [await add(work, town, authority=mailbox) for mailbox in ("alerts@kent.test", "alerts@medway.test")]
    return matrix(town.seeds, *local)


def routes(town: Town) -> set[str]:
    """Return every route of the application with its method, also those inside included routers."""
    found: list[Any] = []
    for route in town.app.router.routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif hasattr(route, "effective_route_contexts"):
            found += route.effective_route_contexts()
    return {f"{method} {route.path}" for route in found for method in route.methods or ()}


def own(page: str, row: Row) -> str:
    """Return the address of *page* for an object of the own authority."""
    return page.partition(" ")[2].format(**{name: ids[0] for name, ids in row.objects.items()})


def _all(status: int, **row: int) -> Row:
    return Row(others=status, elsewhere=None, **row)  # type: ignore[arg-type]


def _of_person(seeds: Seeds, status: int, who: str = "quality", *, form: Mapping[str, str] | None = None) -> Row:
    return Row(
        own={"system": status},
        others=403,
        elsewhere=403,
        except_={"system": 404},
        objects={"person_id": (seeds.people[who], seeds.people["stranger"])},
        form=form or {},
    )


def _directory(kent: Mapping[str, tuple[str, str]]) -> dict[str, Row]:
    """Return the rows of what directory administrators change, and of the lists that all who see the directory see."""
    sees = {"quality": 200, "approver": 200, "directory": 200}

    def changing(status: int, form: Mapping[str, str] | None = None, **objects: tuple[str, str]) -> Row:
        named = {**objects, **(kent if "gss_code" in objects else {})}
        row = Row(own={"directory": status}, others=403, elsewhere=None, form=form or {})
        return replace(row, elsewhere=403, except_={"directory": status}, objects=named) if named else row

    code, order, day = {"gss_code": ("", "")}, {"order": ("1", "1")}, {"day": "1", "month": "4", "year": "2028"}
    contact = {"base": "-1", "address": "duty@council.test", "role": "duty desk", "why": "They wrote."}
    words = {"name": "Kent Council", "short_name": "Kent", "code": "XKT", "nation": "England", "region": "South East", "kind": "county"}
    first, last = ({f"{which}_day_{part}": value for part, value in day.items()} for which in ("first", "last"))
    return {
        "GET /directory/new": changing(200),
        "POST /directory/new": changing(303, {**words, "gss_code": "X99", "why": "New."}),
        "GET /directory/merge": changing(200),
        "POST /directory/merge": changing(303, {"ended_1": "E10000016", "into": "E06000035", "why": "They merge.", **first}),
        "GET /directory/{gss_code}/edit": changing(200, **code),
        "POST /directory/{gss_code}/edit": changing(303, {**words, "base": "0", "why": "A new name."}, **code),
        "GET /directory/{gss_code}/retire": changing(200, **code),
        "POST /directory/{gss_code}/retire": changing(303, {"base": "0", "successor_1": "E06000001", "why": "It ends.", **last}, **code),
        "GET /directory/{gss_code}/contacts/{order}": changing(200, **code, **order),
        "POST /directory/{gss_code}/contacts/{order}": changing(303, contact, **code, **order),
        "POST /directory/{gss_code}/contacts/{order}/remove": changing(404, {"base": "-1", "why": "Gone."}, **code, **order),
        "POST /directory/{gss_code}/contacts/{order}/phoned": changing(404, {"base": "-1", "why": "Sue."}, **code, **order),
        "POST /directory/{gss_code}/undo": changing(404, {"change": "999999"}, **code),
        "GET /directory/import": changing(200),
        # A file is sent in a form of another kind; tests/service/web/test_directory_files.py sends some.
        "POST /directory/import": _all(403),
        "POST /directory/import/confirm": changing(400, {"file": "eA==", "mark": "x", "why": "They wrote."}),
        "POST /directory/export": changing(200, {"kind": "csv"}),
        # A key opens the API, and no session does: tests/service/web/test_api_pages.py.
        "GET /api": Row(own=sees, others=403, elsewhere=None),
        "GET /api/openapi.json": Row(own=sees, others=403, elsewhere=None),
        "GET /api/authorities": _all(401, nobody=401),
        "GET /api/authorities/{code}": Row(others=401, elsewhere=401, nobody=401, objects={"code": kent["gss_code"]}),
        "GET /directory/map": Row(own=sees, others=403, elsewhere=None),
        "GET /directory/gaps": Row(own=sees, others=403, elsewhere=None),
        "POST /directory/gaps/ask": changing(303),
        "GET /directory/checks": Row(own=sees, others=403, elsewhere=None),
        "POST /directory/checks": changing(200),
        "GET /directory/waiting": Row(own=sees, others=403, elsewhere=None),
        "POST /directory/waiting": changing(404, {"proposal": "999999", "verdict": "agree"}),
    }


def matrix(seeds: Seeds, local: str, local_elsewhere: str) -> dict[str, Row]:
    """Return the table over the ids of *seeds* and of two local notices."""
    readers = {"quality": 200, "approver": 200}

    def of_case(case: str, notice: str) -> dict[str, tuple[str, str]]:
        return {"case_id": (case, seeds.elsewhere), "notice_id": (notice, seeds.elsewhere_notice), "email_id": (seeds.email, seeds.email)}

    live, check, decide = (
        of_case(seeds.live, seeds.live_notice),
        of_case(seeds.check, seeds.check_notice),
        of_case(seeds.decide, seeds.decide_notice),
    )
    one = {"number": ("1", "1")}
    silent = next(one.gss_code for one in shipped() if one.in_uk)  # the first of the board, which has not answered
    held = {"email_id": (seeds.held, seeds.held_elsewhere), **one}
    tray = {"notice_id": (local, local_elsewhere), "email_id": (seeds.email, seeds.email), **one}
    exercise = {"exercise_id": (seeds.exercise, "b" * 32)}
    confirming = {"token": (seeds.confirm_token, "b" * 32)}
    answering = {"token": (seeds.answer_token, "b" * 32)}
    bounced = {"delivery_id": (seeds.bounced, "b" * 32)}
    kent = {"gss_code": ("E10000016", "E06000035")}
    deciding = {"version": "2", "understood": "yes", "reason": "The police ask for it."}
    person = {"name": "Vera Sample", "address": "vera@kent.test", "role_quality": "yes"}
    days = {f"{one}_day_{part}": value for one in ("first", "last") for part, value in (("day", "1"), ("month", "12"), ("year", "2026"))}
    return {
        "GET /": _all(200),
        "GET /cases": Row(own=readers | {"auditor": 200}, others=403, elsewhere=None),
        "GET /cases/{case_id}": Row(own=readers | {"auditor": 200}, objects=live),
        "GET /cases/{case_id}/notices/{notice_id}": Row(own=readers, objects=live),
        "GET /cases/{case_id}/live": Row(own=readers, objects=live),
        "GET /cases/{case_id}/board/{notice_id}.{kind}": Row(own=readers, objects=live | {"kind": ("csv", "csv")}),
        "POST /cases/{case_id}/notices/{notice_id}/letters/{email_id}/files/{number}": Row(own=readers, objects=live | one),
        "POST /cases/{case_id}/notices/{notice_id}/pass": Row(own={"quality": 303, "approver": 403}, objects=check, form={"version": "2"}),
        "POST /cases/{case_id}/notices/{notice_id}/return": Row(
            own={"quality": 303, "approver": 403}, objects=check, form={"version": "2", "question": "When was Amy last seen?"}
        ),
        "POST /cases/{case_id}/notices/{notice_id}/approve": Row(own={"quality": 403, "approver": 303}, objects=decide, form=deciding),
        "POST /cases/{case_id}/notices/{notice_id}/reject": Row(own={"quality": 403, "approver": 303}, objects=decide, form=deciding),
        "POST /cases/{case_id}/notices/{notice_id}/send-back": Row(own={"quality": 403, "approver": 303}, objects=decide, form=deciding),
        "POST /cases/{case_id}/notices/{notice_id}/hold": Row(own={"quality": 403, "approver": 303}, objects=decide, form=deciding),
        "GET /cases/{case_id}/notices/{notice_id}/letter": Row(own=readers, objects=live),
        "POST /cases/{case_id}/notices/{notice_id}/stop": Row(own={"quality": 303, "approver": 303}, objects=live),
        # Nothing of these cases was decided, so there is no evidence to hand out; who may not have it is refused before that is looked at.
        "POST /cases/{case_id}/notices/{notice_id}/evidence": Row(own={"quality": 403}, objects=live),
        "GET /calls": Row(own=readers, others=403, elsewhere=None),
        "GET /calls/{gss_code}": Row(
            own=readers, others=403, elsewhere=403, except_={"quality": 404, "approver": 404}, objects={"gss_code": (silent, "E06000001")}
        ),
        "POST /calls/{gss_code}/{delivery_id}": Row(
            own={"quality": 303, "approver": 303},
            others=403,
            elsewhere=403,
            except_={"quality": 404, "approver": 404},
            objects={"gss_code": (silent, silent), "delivery_id": (seeds.delivery, "b" * 32)},
            form={"who": "Pat Sample", "answer": "not_known"},
        ),
        "GET /repair/{delivery_id}": Row(own={"quality": 200, "directory": 200}, objects=bounced),
        "POST /repair/{delivery_id}": Row(
            own={"quality": 303, "directory": 303},
            objects=bounced,
            form={"other": "new@council.test", "source": "By telephone."},
        ),
        "GET /trays": Row(own=readers, others=403, elsewhere=None),
        "GET /trays/{notice_id}": Row(own=readers, objects=tray),
        "POST /trays/{notice_id}/letters/{email_id}/files/{number}": Row(own=readers, objects=tray),
        "GET /quarantine": Row(own={"quality": 200, "system": 200}, others=403, elsewhere=None),
        "GET /quarantine/{email_id}": Row(own={"quality": 200}, objects=held),
        "POST /quarantine/{email_id}/files/{number}": Row(own={"quality": 200}, objects=held),
        "POST /quarantine/{email_id}/release": Row(own={"quality": 303}, objects=held),
        "POST /quarantine/{email_id}/dismiss": Row(own={"quality": 303}, objects=held, form={"reason": "An advertisement."}),
        # The directory is one list for everybody; the entry of another authority is as open as one's own.
        "GET /directory": Row(own={"quality": 200, "approver": 200, "directory": 200}, others=403, elsewhere=None),
        "GET /directory/{gss_code}": Row(
            own={"quality": 200, "approver": 200, "directory": 200},
            others=403,
            elsewhere=403,
            except_={"quality": 200, "approver": 200, "directory": 200},
            objects=kent,
        ),
        **_directory(kent),
        "GET /drift": Row(own=readers, others=403, elsewhere=None),
        "GET /policies": _all(200),
        "GET /policies/{name}": Row(others=200, elsewhere=200, objects={"name": ("national", "kent")}),
        "POST /tasks/{task_id}/done": Row(own={"quality": 303}, objects={"task_id": (seeds.task, seeds.task_elsewhere)}),
        "POST /tasks/{task_id}/own": Row(own={"quality": 303}, objects={"task_id": (seeds.unowned, seeds.task_elsewhere)}),
        "POST /sign-out": _all(303),
        # Everybody's own second factor and sessions; these people are signed in, have just proved it, and send no code that is right.
        "GET /second-factor": _all(303),
        "POST /second-factor/code": _all(303),
        "POST /second-factor/passkey": _all(303),
        "GET /second-factor/new": _all(200),
        "POST /second-factor/new/app": _all(303),
        "GET /second-factor/new/app": _all(303),
        "POST /second-factor/new/app/code": _all(303),
        "POST /second-factor/new/passkey": _all(400),
        "POST /proof": _all(404),
        "GET /your-sign-in": _all(200),
        "POST /your-sign-in/end-all": _all(303),
        "GET /your-sign-in/of-others": Row(own={"system": 200}, others=403, elsewhere=None),
        "POST /your-sign-in/of-others/{person_id}/take-away": Row(
            own={"system": 303},
            others=403,
            elsewhere=403,
            except_={"system": 404},
            objects={"person_id": (seeds.people["quality"], seeds.people["stranger"])},
        ),
        "GET /people": Row(own={"system": 200, "auditor": 200}, others=403, elsewhere=None),
        "GET /people/new": Row(own={"system": 200}, others=403, elsewhere=None),
        "POST /people": Row(own={"system": 303}, others=403, elsewhere=None, form=person),
        "GET /people/{person_id}": _of_person(seeds, 200),
        "POST /people/{person_id}": _of_person(seeds, 303, form=person),
        "POST /people/{person_id}/end": _of_person(seeds, 303),
        "POST /people/{person_id}/deputies": _of_person(seeds, 303, "approver", form=days | {"deputy": seeds.people["quality"]}),
        "POST /people/deputies/{entry_id}/end": Row(
            own={"system": 404}, others=403, elsewhere=403, except_={"system": 404}, objects={"entry_id": ("a" * 32, "b" * 32)}
        ),
        "POST /people/domains": Row(own={"system": 303}, others=403, elsewhere=None, form={"domain": "trust.test"}),
        "POST /people/domains/end": Row(own={"system": 404}, others=403, elsewhere=None, form={"domain": "trust.test"}),
        "GET /break-glass": Row(own={"system": 200, "auditor": 200}, others=403, elsewhere=None),
        "POST /break-glass": Row(
            own={"system": 303}, others=403, elsewhere=None, form={"role": "quality", "reason": "Nobody answers now."}
        ),
        "POST /break-glass/end": _all(403),
        # Below here nobody needs to be signed in, and being signed in makes no difference.
        "GET /sign-in": _all(200, nobody=200),
        "POST /sign-in": Row(others=200, elsewhere=None, nobody=200, form={"address": "nobody@kent.test"}),
        # No provider of work accounts is set up here; tests/service/web/test_work_account_pages.py has one.
        "GET /work-account": _all(404, nobody=404),
        "GET /work-account/back": _all(404, nobody=404),
        "POST /work-account/back": _all(404, nobody=404),
        "GET /sign-in/{token}": Row(others=200, elsewhere=200, nobody=200, objects={"token": ("a" * 32, "b" * 32)}),
        "POST /sign-in/{token}": Row(nobody=404, objects={"token": ("a" * 32, "b" * 32)}),
        "GET /decide/{token}": Row(others=303, elsewhere=404, nobody_elsewhere=404, objects={"token": (seeds.decide_token, "b" * 32)}),
        "GET /answer/{token}": Row(others=200, elsewhere=404, nobody=200, nobody_elsewhere=404, objects=answering),
        "GET /exercises": Row(own={"quality": 200, "approver": 200, "directory": 200}, others=403, elsewhere=None),
        # Another exercise is open, so nobody may prepare one.
        "POST /exercises": Row(others=403, elsewhere=None),
        "GET /exercises/{exercise_id}": Row(
            own={"quality": 200, "approver": 200, "directory": 200},
            others=403,
            elsewhere=403,
            except_={"quality": 404, "approver": 404, "directory": 404},
            objects=exercise,
        ),
        "POST /exercises/{exercise_id}/approve": Row(
            own={"approver": 303}, others=403, elsewhere=403, except_={"approver": 404}, objects=exercise
        ),
        "POST /exercises/{exercise_id}/close": Row(
            own={"directory": 303}, others=403, elsewhere=403, except_={"directory": 404}, objects=exercise
        ),
        "GET /confirm/{token}": Row(others=200, elsewhere=404, nobody=200, nobody_elsewhere=404, objects=confirming),
        "POST /confirm/{token}": Row(others=403, elsewhere=403, nobody=403, objects=confirming),
        # Without the sign that its page was shown just now, the form of an answer is refused whoever sends it.
        "POST /answer/{token}": Row(others=403, elsewhere=403, nobody=403, objects=answering),
        "GET /health/live": _all(200, nobody=200),
        "GET /health/ready": _all(200, nobody=200),
        # Nobody here looks from this machine but the visitor who is not signed in.
        "GET /metrics": _all(404, nobody=200),
        "POST /reports": _all(204, nobody=204),
    }
