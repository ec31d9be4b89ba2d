"""Puts a family on a form: each question in the words of a dialect, with the canonical values that its answer stands for."""

from dataclasses import replace

from tests.documents.form import AnyOf, Form, Item, Section, items
from tests.documents.values import Adult, Child, Family
from tests.documents.words import CHOICES, CRITERIA, HINTS, SPOKEN, label, written

YES_NO = ("Yes", "No")


def alert(family: Family, dialect: int = 0, *, title: str = "National Alert Notification of a Missing Child") -> Form:
    """Return the whole notification."""
    return Form(title=title, kind="alert", sections=_sections(family, dialect))


def update(family: Family, dialect: int = 0) -> Form:
    """Return an update: who, the original date, what is new."""
    kept = (
        "date_went_missing",
        "date_last_seen",
        "last_seen",
        "family_name",
        "given_names",
        "date_of_birth",
        "links_to_areas",
        "circumstances",
        "risk_level",
        "considered",
        "media_to_be_informed",
        "social_worker",
        "phone",
        "email",
    )
    return _only(Form(title="Update to National Alert", kind="update", sections=_sections(family, dialect)), kept)


def renewal(family: Family, dialect: int = 0) -> Form:
    """Return a renewal: the whole notification again, after six months."""
    return Form(title="Renewal of National Alert (six-monthly notification)", kind="renewal", sections=_sections(family, dialect))


def found(family: Family, dialect: int = 0, *, physically: bool | None = True, deceased: bool = False) -> Form:
    """Return a found report."""
    report = [
        _day("found.date", "Date found", "2026-11-18", dialect),
        _text("found.where", "Where found", "At the home of their aunt"),
        _text("found.found_authority", "Local authority where found", "Sampleshire County Council"),
        _yes("found.physically_seen", "Have the children been physically seen?", physically),
        _text("found.seen_by", "Seen by", "Sam Worker, social worker"),
        _day("found.date_seen", "Date seen", "2026-11-19", dialect),
    ]
    if deceased:
        report.append(_yes("found.deceased", "Has the child died?", True))
    who = _only(alert(family, dialect), ("family_name", "given_names", "date_of_birth", "social_worker", "phone"))
    sections = (*who.of("children"), Section(title="Found", items=items(i for i in report if i)), *who.of(""))
    return Form(title="Found notification: national alert", kind="found", sections=sections)


def withdrawal(family: Family, dialect: int = 0) -> Form:
    """Return a withdrawal of an alert that was sent in error."""
    who = _only(
        alert(family, dialect),
        ("originating_authority", "date_went_missing", "family_name", "given_names", "date_of_birth", "social_worker"),
    )
    return Form(title="Withdrawal of National Alert sent in error", kind="withdrawal", sections=who.sections)


def only(form: Form, *keys: str) -> Form:
    """Return the form with nothing but these questions."""
    return _only(form, keys)


def _only(form: Form, keys: tuple[str, ...]) -> Form:
    kept = form.without(*{item.key for section in form.sections for item in section.items} - set(keys))
    return kept if "name" in keys else replace(kept, sections=tuple(section for section in kept.sections if section.people != "adults"))


def _sections(family: Family, dialect: int) -> tuple[Section, ...]:
    children = [
        Section(title=f"Child {n}", items=_child(one, dialect), owner=f"children[{n - 1}]") for n, one in enumerate(family.children, 1)
    ]
    adults = [
        Section(title=one.relationship.capitalize(), items=_adult(one, dialect), owner=f"adults[{n}]")
        for n, one in enumerate(family.adults)
    ]
    told = (
        Section(title="Details of the alert", items=_case(family, dialect)),
        *children,
        *adults,
        Section(title="Addresses and links", items=_traces(family, dialect)),
        Section(title="What happened", items=_story(family, dialect)),
        Section(title="Whereabouts", items=_whereabouts(family, dialect)),
        Section(title="Risk and media", items=_risk(family, dialect)),
        Section(title="Social worker", items=_contact("social_worker", family.worker, dialect)),
        Section(title="Team manager", items=_contact("team_manager", family.manager, dialect)),
        Section(
            title="Other contacts",
            items=items(
                _words("out_of_hours_contact", family.out_of_hours, dialect),
                _words("police_contact", family.police_contact, dialect),
            ),
        ),
    )
    return tuple(section for section in told if section.items)


def _case(family: Family, dialect: int) -> tuple[Item, ...]:
    return items(
        _words("originating_authority", family.authority, dialect),
        _date("date_went_missing", family.missing, dialect),
        _date("date_last_seen", family.last_seen_on, dialect),
        _words("last_seen", family.last_seen, dialect),
    )


def _child(child: Child, dialect: int) -> tuple[Item, ...]:
    unborn = child.given_names == "Unborn"
    given = Item(
        key="given_names",
        label=label("given_names", dialect),
        shown=child.given_names,
        hint=HINTS.get("given_names", ""),
        expects={"given_names": AnyOf((None, "Unborn")), "unborn": True} if unborn else {"given_names": child.given_names},
    )
    return items(
        _words("family_name", child.family_name, dialect),
        [given] if child.given_names else [],
        _many("aliases", child.aliases, dialect),
        _date("date_of_birth", child.born, dialect),
        _date("expected_delivery_date", child.due, dialect),
        _choice("sex", (child.sex,) if child.sex else (), dialect),
        _words("ethnicity", child.ethnicity, dialect),
        _choice("legal_status", child.legal_status, dialect, many=True),
        _date("plan_start", child.plan_start, dialect),
        _choice("plan_categories", child.plan_categories, dialect, many=True),
        [
            Item(
                key="nhs_number",
                label=label("nhs_number", dialect),
                shown=child.nhs_number,
                expects={"identifiers.nhs_number": child.nhs_number},
            )
        ]
        if child.nhs_number
        else [],
        _words("description", child.description, dialect),
        _words("school", child.school, dialect),
    )


def _adult(adult: Adult, dialect: int) -> tuple[Item, ...]:
    street, postcode = adult.address
    address = [Item(key="adult_address", label=label("adult_address", dialect), shown=f"{street}, {postcode}", expects={"address": street})]
    return items(
        _words("name", adult.name, dialect),
        _words("relationship", adult.relationship, dialect),
        _many("aliases", adult.aliases, dialect),
        _date("date_of_birth", adult.born, dialect),
        _answer("parental_responsibility", adult.responsible, dialect),
        _answer("in_custody", adult.in_custody, dialect),
        address if street else [],
        _words("adult_phone", adult.phone, dialect, path="phone"),
        _words("risk", adult.risk, dialect),
    )


def _traces(family: Family, dialect: int) -> tuple[Item, ...]:
    told = []
    for n, (kind, text, postcode) in enumerate(family.addresses):
        expects = {f"addresses[{n}].kind": kind, f"addresses[{n}].text": text, f"addresses[{n}].postcode": postcode}
        told.append(Item(key=kind, label=label(kind, dialect), shown=f"{text}, {postcode}", expects=expects, hint=HINTS.get(kind, "")))
        if n == 0:
            told += _answer("confidential", family.confidential, dialect, path="addresses[0].confidential")
    return items(
        told,
        _many("links_to_areas", family.links, dialect),
        _many("associates", family.associates, dialect),
        _many("vehicles", family.vehicles, dialect),
        _many("phones", family.phones, dialect),
    )


def _story(family: Family, dialect: int) -> tuple[Item, ...]:
    lines, expects = [], {}
    for n, (agency, day, outcome) in enumerate(family.agencies):
        lines.append(f"{agency} - {written(day, dialect)} - {outcome}")
        expects |= {
            f"agencies_contacted[{n}].{part}": value
            for part, value in zip(("agency", "date", "outcome"), (agency, day, outcome), strict=True)
        }
    agencies = Item(
        key="agencies_contacted",
        label=label("agencies_contacted", dialect),
        shown="\n".join(lines),
        expects=expects,
        hint=HINTS["agencies_contacted"],
    )
    return items(
        _words("circumstances", family.circumstances, dialect),
        _words("actions_taken", family.actions, dialect),
        _words("reason_for_concern", family.concern, dialect),
        [agencies] if lines else [],
    )


def _whereabouts(family: Family, dialect: int) -> tuple[Item, ...]:
    asked = (
        "locality_known",
        "temporarily_absent",
        "staying_with_family_or_friends",
        "believed_missing_by_others",
        "parent_in_custody",
        "agencies_have_knowledge",
    )
    answered = (_answer(key, value, dialect, path=f"whereabouts.{key}") for key, value in zip(asked, family.whereabouts, strict=True))
    return items(
        *answered,
        _words("police_information", family.police_information, dialect, path="whereabouts.police_information"),
        _date("strategy_discussion_date", family.strategy, dialect),
    )


def _risk(family: Family, dialect: int) -> tuple[Item, ...]:
    criterion = Item(
        key="exceptional_criterion",
        label=label("exceptional_criterion", dialect),
        shown=CRITERIA.get(family.exceptional, ""),
        expects={"exceptional_criterion": family.exceptional},
        options=tuple(CRITERIA.values()),
        chosen=(CRITERIA.get(family.exceptional, ""),),
    )
    asked = ("considered", "necessary", "media_to_be_informed")
    return items(
        [criterion] if family.exceptional else [],
        _choice("risk_level", (family.risk,) if family.risk else (), dialect),
        _words("police_reference", family.police_reference, dialect),
        *(_answer(key, value, dialect, path=f"media_strategy.{key}") for key, value in zip(asked, family.media, strict=True)),
    )


def _contact(who: str, contact: tuple[str, str, str, str], dialect: int) -> tuple[Item, ...]:
    keys = (who, "team", "phone", "email")
    paths = ("name", "team", "phone", "email")
    return items(*(_words(key, value, dialect, path=f"{who}.{path}") for key, path, value in zip(keys, paths, contact, strict=True)))


def _words(key: str, value: str, dialect: int, *, path: str = "") -> list[Item]:
    return [Item(key=key, label=label(key, dialect), shown=value, expects={path or key: value}, hint=HINTS.get(key, ""))] if value else []


def _many(key: str, values: tuple[str, ...], dialect: int) -> list[Item]:
    return [Item(key=key, label=label(key, dialect), shown="\n".join(values), expects={key: list(values)})] if values else []


def _date(key: str, iso: str, dialect: int) -> list[Item]:
    item = (
        Item(key=key, label=label(key, dialect), shown=written(iso, dialect), expects={key: iso}, hint=HINTS.get(key, "")) if iso else None
    )
    if item and key == "expected_delivery_date":
        item = Item(key=key, label=item.label, shown=item.shown, expects={key: iso, "unborn": True})
    return [item] if item else []


def _choice(key: str, values: tuple[str, ...], dialect: int, *, many: bool = False) -> list[Item]:
    spoken = tuple(SPOKEN[one] for one in values)
    options = CHOICES[key]
    return (
        [
            Item(
                key=key,
                label=label(key, dialect),
                shown=", ".join(spoken),
                expects={key: list(values) if many else values[0]},
                options=options,
                chosen=spoken,
                hint=HINTS.get(key, ""),
            )
        ]
        if values
        else []
    )


def _answer(key: str, value: bool | None, dialect: int, *, path: str = "") -> list[Item]:
    if value is None:
        return []
    return [
        Item(key=key, label=label(key, dialect), shown=SPOKEN[value], expects={path or key: value}, options=YES_NO, chosen=(SPOKEN[value],))
    ]


def _text(path: str, words: str, value: str) -> Item:
    return Item(key=path, label=words, shown=value, expects={path: value})


def _day(path: str, words: str, iso: str, dialect: int) -> Item:
    return Item(key=path, label=words, shown=written(iso, dialect), expects={path: iso})


def _yes(path: str, words: str, value: bool | None) -> Item | None:
    if value is None:
        return None
    return Item(key=path, label=words, shown=SPOKEN[value], expects={path: value}, options=YES_NO, chosen=(SPOKEN[value],))
