"""Invented families: what is true of them, before anybody wrote it on a form. All names, numbers and places are made up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child as a social worker knows it. Dates are ISO and may be partial; an empty value is not on the form."""

    family_name: str
    given_names: str = ""
    aliases: tuple[str, ...] = ()
    born: str = ""
    due: str = ""
    sex: str = ""
    ethnicity: str = ""
    legal_status: tuple[str, ...] = ("child_protection_plan",)
    plan_start: str = ""
    plan_categories: tuple[str, ...] = ()
    nhs_number: str = ""
    description: str = ""
    school: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adult:
    """A parent or other adult of the household."""

    name: str
    relationship: str
    aliases: tuple[str, ...] = ()
    born: str = ""
    responsible: bool | None = None
    in_custody: bool | None = None
    phone: str = ""
    address: tuple[str, str] = ("", "")
    risk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Everything a form may say about one missing family."""

    authority: str
    missing: str
    last_seen_on: str = ""
    last_seen: str = ""
    children: tuple[Child, ...]
    adults: tuple[Adult, ...] = ()
    addresses: tuple[tuple[str, str, str], ...] = ()
    confidential: bool | None = None
    links: tuple[str, ...] = ()
    associates: tuple[str, ...] = ()
    vehicles: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    circumstances: str = ""
    actions: str = ""
    concern: str = ""
    agencies: tuple[tuple[str, str, str], ...] = ()
    whereabouts: tuple[bool | None, bool | None, bool | None, bool | None, bool | None, bool | None] = (None,) * 6
    police_information: str = ""
    strategy: str = ""
    exceptional: str = ""
    risk: str = ""
    police_reference: str = ""
    media: tuple[bool | None, bool | None, bool | None] = (None, None, None)
    worker: tuple[str, str, str, str] = ("", "", "", "")
    manager: tuple[str, str, str, str] = ("", "", "", "")
    out_of_hours: str = ""
    police_contact: str = ""


EXAMPLE = Family(
    authority="Kent County Council",
    missing="2026-10-20",
    last_seen_on="2026-10-19",
    last_seen="At school, by her class teacher",
    children=(
        Child(
            family_name="Example",
            given_names="Amy Jane",
            aliases=("Amy Sample",),
            born="2018-03-04",
            sex="female",
            ethnicity="White British",
            plan_start="2026-02-11",
            plan_categories=("neglect",),
            nhs_number="999 000 0018",
            description="Brown hair, scar on left hand",
            school="Sample Primary School",
        ),
        Child(
            family_name="Example",
            given_names="Siôn",
            aliases=("Shaun Sample", "Johnny"),
            born="2021-06-11",
            sex="male",
            ethnicity="White and Black Caribbean",
            plan_start="2026-02-11",
            plan_categories=("neglect", "emotional"),
            nhs_number="999 000 0026",
            description="Fair hair, wears glasses",
            school="Sample Nursery",
        ),
    ),
    adults=(
        Adult(
            name="Jo Example",
            aliases=("Jo Sample",),
            relationship="mother",
            born="1994-07-01",
            responsible=True,
            in_custody=False,
            phone="01632 960011",
        ),
        Adult(
            name="Rhys Sample",
            relationship="father",
            born="1990-12-25",
            responsible=False,
            in_custody=True,
            risk="Has threatened workers with a knife",
        ),
    ),
    addresses=(("home", "1 Example Road, Exampleton", "ZZ99 9ZZ"), ("previous", "22 Sample Street, Sampleford", "ZZ99 1AB")),
    confidential=False,
    links=("Leeds (maternal aunt)", "Poland"),
    associates=("Kim Friend", "Lee Neighbour"),
    vehicles=("Blue Ford Fiesta ZZ99 ZZZ",),
    phones=("01632 960012",),
    circumstances=(
        "Jo collected both children from school and nursery.\nNobody answered at home the next day and the flat had been cleared. "
        "Her phone is off."
    ),
    actions="Daily visits to the home, calls to all known numbers and relatives, and a police welfare check.",
    concern="Both children are neglected. Their mother said that she would leave before the next conference.",
    agencies=(
        ("GP", "2026-10-27", "no contact since August"),
        ("Sample Primary School", "2026-10-21", "no request for records"),
        ("Department for Work and Pensions", "2026-10-28", "no new claim"),
    ),
    whereabouts=(False, False, False, True, False, False),
    police_information="No sightings on any police system",
    strategy="2026-10-26",
    risk="high",
    police_reference="XY/12345/26",
    media=(True, False, False),
    worker=("Sam Worker", "Team 4", "01632 960001", "sam.worker@kent.test"),
    manager=("Alex Manager", "Team Four Duty", "01632 960002", "alex.manager@kent.test"),
    out_of_hours="Kent out of hours service, 01632 960003",
    police_contact="Kent Police, missing persons desk, 01632 960004",
)

UNBORN = Family(
    authority="Derbyshire County Council",
    missing="2026-11-02",
    last_seen="Antenatal clinic, by the midwife",
    children=(
        Child(
            family_name="O'Sample-Ddraig",
            given_names="Unborn",
            due="2027-01-15",
            legal_status=("child_protection_plan",),
            plan_start="2026-09",
            plan_categories=("physical",),
        ),
        Child(
            family_name="O'Sample-Ddraig",
            given_names="Máire Áine",
            born="2022-05",
            sex="female",
            ethnicity="White Irish",
            legal_status=("section_47",),
            school="Little Examples Nursery",
        ),
    ),
    adults=(
        Adult(
            name="Niamh O'Sample-Ddraig",
            aliases=("Niamh Kelly",),
            relationship="mother",
            born="2001-02-03",
            responsible=True,
            phone="01632 960021",
        ),
    ),
    links=("Republic of Ireland", "Liverpool"),
    circumstances="She did not come to two antenatal appointments and her landlord found the room empty.",
    actions="Home visits, calls and texts, hospital and police checks.",
    concern="Serious violence by a former partner. The baby is due in January.",
    agencies=(("Midwifery", "2026-11-05", "did not attend"), ("Housing", "2026-11-09", "tenancy given up")),
    whereabouts=(False, None, False, True, None, False),
    strategy="2026-11-10",
    exceptional="section_47",
    risk="high",
    police_reference="DER-0042-26",
    worker=("Chris Casework", "Locality North", "01632 960031", "chris.casework@derbyshire.test"),
    manager=("Pat Lead", "Locality North Managers", "01632 960032", "pat.lead@derbyshire.test"),
)

WELSH = Family(
    authority="Cyngor Gwynedd",
    missing="2026-09-08",
    last_seen_on="2026-09-07",
    last_seen="Bangor bus station, on CCTV",
    children=(
        Child(
            family_name="ap Llŷr",
            given_names="Gruffydd Siôn",
            aliases=("Griff",),
            born="2014-12-01",
            sex="male",
            ethnicity="Welsh",
            plan_start="2026-05-19",
            plan_categories=("emotional",),
            description="Tall, freckles",
            school="Ysgol Enghraifft",
        ),
    ),
    adults=(Adult(name="Angharad Llŷr", relationship="mother", born="1986", responsible=True),),
    addresses=(("home", "7 Stryd Enghraifft, Caernarfon", "ZZ99 2CD"),),
    confidential=True,
    links=("Gwynedd", "Manceinion"),
    vehicles=("Silver Vauxhall Corsa ZZ98 AAA",),
    circumstances="The family left the refuge at night without telling anybody.",
    actions="Refuge, school and relatives were contacted each week.",
    concern="The child has seen serious domestic abuse.",
    whereabouts=(False, False, False, None, False, False),
    risk="medium",
    police_reference="NWP/777/26",
    media=(True, True, False),
    worker=("Elin Gweithiwr", "Tîm Plant", "01632 960041", "elin.gweithiwr@gwynedd.test"),
    manager=("Dafydd Rheolwr", "Tîm Arwain", "01632 960042", ""),
)

FOUR = Family(
    authority="Medway Council",
    missing="2026-08-31",
    last_seen_on="2026-08-29",
    children=(
        Child(
            family_name="Sample", given_names="Zoë", born="2010-02-28", sex="female", plan_categories=("sexual",), plan_start="2026-03-02"
        ),
        Child(
            family_name="Sample", given_names="D'Arcy", born="2012-10-09", sex="male", plan_categories=("neglect",), plan_start="2026-03-02"
        ),
        Child(
            family_name="Example-Sample",
            given_names="Noor",
            aliases=("Nora Example",),
            born="2016-07-19",
            sex="female",
            plan_categories=("neglect",),
            plan_start="2026-03-02",
        ),
        Child(
            family_name="Example-Sample",
            given_names="Yusuf",
            born="2023-01-05",
            sex="male",
            plan_categories=("emotional",),
            plan_start="2026-04-14",
        ),
    ),
    adults=(
        Adult(name="Leila Example-Sample", relationship="mother", born="1988-04-12", responsible=True, phone="01632 960051"),
        Adult(name="Tom Sample", relationship="father", born="1985-09-30", responsible=True, in_custody=True),
        Adult(name="Gareth Partner", relationship="mother's partner", born="1979", responsible=False),
    ),
    addresses=(("home", "Flat 3, 9 Sample Court, Exampleham", "ZZ99 3EF"),),
    links=("Cardiff", "Bradford (grandmother)", "Turkey"),
    circumstances="The school said that all four had been withdrawn. The flat is let to others.",
    actions="Checks with both schools, the GP practice and the border police.",
    concern="Neglect over two years and one disclosure of sexual abuse.",
    whereabouts=(False, False, False, True, True, False),
    strategy="2026-09-04",
    risk="high",
    media=(False, None, None),
    worker=("Robin Caseload", "Assessment Two", "01632 960061", "robin.caseload@medway.test"),
)

REMOVED = Family(
    authority="Leeds City Council",
    missing="2026-10-01",
    children=(
        Child(
            family_name="Fairexample",
            given_names="Oscar",
            born="2019-11-30",
            sex="male",
            legal_status=("care_order",),
            description="Walks with a frame",
            school="Example Academy",
        ),
    ),
    adults=(
        Adult(name="Dana Fairexample", relationship="mother", born="1992-06-17", responsible=True, risk="Is believed to carry a weapon"),
    ),
    addresses=(("home", "The Old Sample House, Long Lane, Samplethorpe", "ZZ99 4GH"),),
    circumstances="Taken from contact at a family centre.",
    actions="Police have issued an all ports warning.",
    concern="His mother has said that she will hurt him.",
    exceptional="abducted",
    risk="high",
    police_reference="WY 2026 558",
    worker=("Jamie Keyworker", "Looked After Team", "01632 960071", "jamie.keyworker@leeds.test"),
)
