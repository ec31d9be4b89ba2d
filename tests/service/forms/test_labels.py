"""What labels mean, and above all what they do not: a label that looks like another must never take its place."""

import tomllib
from importlib.resources import files

import pytest

from service.forms.labels import Labels, Section, load_labels
from service.forms.wording import canonical, words_of

LABELS = load_labels()
CHILD, MOTHER = Section("children", "1"), Section("adults", "mother", "mother")


def means(label: str, section: Section | None = None) -> str | None:
    target = LABELS.find(label, section)
    return target.field if target is not None else None


# a label, and the field it looks like but does not mean
ALIKE = """
    Date of death | children.date_of_birth
    Date of referral | children.date_of_birth
    Date of report | children.date_of_birth
    Date of conference | children.date_of_birth
    Date of visit | date_last_seen
    Date of last visit | date_last_seen
    Date last visited | date_last_seen
    Date of last contact | date_last_seen
    Date last seen by GP | date_last_seen
    Date last seen by social worker | date_last_seen
    Date last seen by a professional | date_last_seen
    Date last attended school | date_last_seen
    Date reported missing | date_went_missing
    Date reported missing to police | date_went_missing
    Date reported to police | date_went_missing
    Date of missing report | date_went_missing
    Date police informed | date_went_missing
    Date of notification | date_went_missing
    Date of alert | date_went_missing
    Date alert issued | date_went_missing
    Date missing person report made | date_went_missing
    Date returned | date_went_missing
    Date form completed | date_went_missing
    Date found | date_went_missing
    Time missing | date_went_missing
    Time last seen | date_last_seen
    Missing person reference | date_went_missing
    Date form found | found.date
    Date found form sent | found.date
    Date of found notification | found.date
    Date funding agreed | found.date
    Found by | found.seen_by
    Date of return interview | found.date
    Date form returned | found.date
    Found documents | found.where
    Social worker's manager | social_worker.name
    Social worker's manager's name | social_worker.name
    Social worker's manager phone | social_worker.phone
    Previous social worker | social_worker.name
    Former social worker | social_worker.name
    Duty social worker | social_worker.name
    Hospital social worker address | addresses.home
    Social worker's address | addresses.home
    School address | addresses.home
    Address of school | addresses.home
    GP address | addresses.home
    Address of GP | addresses.home
    GP's name and address | children.name
    Name and address of GP | children.name
    Name and address of school | children.school
    Name of GP | children.name
    Doctor's name | children.name
    Health visitor's name | children.name
    Name of health visitor | children.name
    Midwife's name | children.name
    Name of midwife | children.name
    School telephone | phones
    GP telephone | phones
    Hospital address | addresses.home
    Placement address | addresses.home
    Foster carer's address | addresses.home
    Foster carer's name | adults.name
    Work address | addresses.home
    Office address | addresses.home
    Email address | addresses.home
    Address of referrer | addresses.home
    Referrer's name | children.name
    Name of referrer | children.name
    Name of person completing form | children.name
    Form completed by | children.name
    Name of interpreter | children.name
    Interpreter's phone | phones
    Name of school | children.name
    Name of parent | children.name
    Name of carer | children.name
    Mother's name | children.name
    Father's name | children.name
    Father/partner's name | children.name
    Mother's surname | children.family_name
    Mother's maiden name | children.family_name
    Mother's date of birth | children.date_of_birth
    Date of birth of mother | children.date_of_birth
    Date of birth (mother) | children.date_of_birth
    DOB (father) | children.date_of_birth
    Father's DOB | children.date_of_birth
    Partner's DOB | children.date_of_birth
    Social worker's DOB | children.date_of_birth
    Place of birth | children.date_of_birth
    Country of birth | children.date_of_birth
    Birth weight | children.date_of_birth
    Birth certificate number | children.date_of_birth
    Date of birth registration | children.date_of_birth
    Date registered with GP | children.plan_start
    Plan review date | children.plan_start
    Date plan ended | children.plan_start
    Child protection plan end date | children.plan_start
    Date of review conference | children.plan_start
    Date of next review | children.plan_start
    Date of care order | children.plan_start
    Date of initial child protection conference | children.plan_start
    Date of strategy discussion minutes | strategy_discussion_date
    Date of core group | strategy_discussion_date
    Date of risk management plan | strategy_discussion_date
    Strategy discussion attendees | strategy_discussion_date
    Strategy discussion outcome | strategy_discussion_date
    Chair of strategy discussion | strategy_discussion_date
    Media strategy | strategy_discussion_date
    Risk to staff | risk_level
    Risk to workers | risk_level
    Risk to child | risk_level
    Risk assessment date | risk_level
    Risk assessment completed by | risk_level
    Risk of absconding | risk_level
    Flight risk | risk_level
    Risk management plan | risk_level
    Level of need | risk_level
    Level of English | risk_level
    Risk level | adults.risk
    Risk to staff | reason_for_concern
    Category of vehicle | children.plan_categories
    Category of placement | children.plan_categories
    Category of need | children.plan_categories
    Type of placement | children.plan_categories
    Legal guardian | children.legal_status
    Legal representative | children.legal_status
    Immigration status | children.legal_status
    Marital status | children.legal_status
    Employment status | children.legal_status
    Nationality | children.ethnicity
    Religion | children.ethnicity
    First language | children.ethnicity
    Mother's ethnicity | children.ethnicity
    Father's nationality | children.ethnicity
    Gender identity | children.sex
    Gender of worker | children.sex
    Sexual abuse | children.sex
    Sexual orientation | children.sex
    School nurse | children.school
    School social worker | children.school
    Previous school | children.school
    School year | children.school
    School holidays | children.school
    Head teacher | children.school
    School contact | children.school
    Designated teacher at school | children.school
    Description of vehicle | children.description
    Description of incident | children.description
    Job description | children.description
    Description of mother | children.description
    Description of abductor | children.description
    Mother's hair colour | children.description
    Eye witness | children.description
    Other names of mother | children.aliases
    Names of other children | children.aliases
    Other agencies involved | children.aliases
    Names of siblings | children.name
    Name of siblings | children.name
    Siblings | children.name
    Brother's name | children.name
    Sibling's date of birth | children.date_of_birth
    Other children in household | children.name
    NHS trust | children.identifiers.nhs_number
    NHS email | children.identifiers.nhs_number
    Mother's NHS number | children.identifiers.nhs_number
    Police number | police_reference
    Police station | police_contact
    Police force area | originating_authority
    Police informed | police_reference
    Police officer's email | social_worker.email
    Receiving authority | originating_authority
    Host authority | originating_authority
    Name of receiving authority | originating_authority
    Local authority where found | originating_authority
    Education authority | originating_authority
    Health authority | originating_authority
    Housing authority | originating_authority
    Authority to share information | originating_authority
    Authorised by | originating_authority
    Links | links_to_areas
    Web links | links_to_areas
    Car seat | vehicles
    Carer | vehicles
    Care order | vehicles
    Vehicle used by abductor | vehicles
    Telephone number of social worker | phones
    Mother's telephone | phones
    Agency | agencies_contacted
    Agencies involved | agencies_contacted
    Agency completing form | agencies_contacted
    Last school attended | last_seen
    Last placement | last_seen
    Last known employer | last_seen
    Last known address | last_seen
    Previous address | addresses.home
    Current placement | addresses.current
    Forwarding address | addresses.home
    Address of father | addresses.home
    Mother's address | addresses.home
    Partner's address | addresses.home
    Previous convictions | addresses.previous
    Previous names | addresses.previous
    Exceptional needs | exceptional_criterion
    Team around the child | social_worker.team
    Team manager's team | social_worker.team
    Team manager's email | social_worker.email
    Manager's email | social_worker.email
    Team leader's phone | social_worker.phone
    Emergency contact | out_of_hours_contact
    Emergency contact number | out_of_hours_contact
    Hours of work | out_of_hours_contact
    Actions required | actions_taken
    Action plan | actions_taken
    Actions to be taken | actions_taken
    Action needed from you | actions_taken
    What action would you like us to take? | actions_taken
    Actions taken when found | actions_taken
    Family circumstances | circumstances
    Financial circumstances | circumstances
    Home circumstances | circumstances
    Circumstances in which found | circumstances
    Exceptional circumstances | circumstances
    Reason for missing data | reason_for_concern
    Reason for leaving | reason_for_concern
    Reason for residence at this address | reason_for_concern
    Media consent | media_strategy.considered
    Expected date of return | children.expected_delivery_date
    Expected arrival date | children.expected_delivery_date
    Due date of plan | children.expected_delivery_date
    Report due date | children.expected_delivery_date
    Review due date | children.expected_delivery_date
    Due date | children.expected_delivery_date
    Date of delivery of letter | children.expected_delivery_date
    Is the child known to the police? | whereabouts.police_information
    Have the police been informed? | whereabouts.police_information
    Do the police have a photograph? | whereabouts.police_information
    Is the parent known to the police? | whereabouts.parent_in_custody
    Is there a custody dispute? | whereabouts.parent_in_custody
    Parents' custody arrangements | whereabouts.parent_in_custody
    Has a parent been in custody before? | whereabouts.parent_in_custody
    Is the address known? | whereabouts.locality_known
    Known to services | whereabouts.locality_known
    Is the child known to be with the mother? | whereabouts.locality_known
    Was the child seen alone? | found.physically_seen
    Is the child physically disabled? | found.physically_seen
    Physically abused | found.physically_seen
    Is a parent deceased? | found.deceased
    Has a sibling died? | found.deceased
    Date deceased | found.deceased
    Who was present when the child was seen? | found.seen_by
    Seen by GP | found.seen_by
    Date seen by GP | found.date_seen
    Date letter seen | found.date_seen
    Date child seen by health visitor | found.date_seen
    Surname of mother | children.family_name
    Surname of social worker | children.family_name
    Surname of GP | children.family_name
    First name of father | children.given_names
    Name of team | social_worker.name
    Name of abductor | children.name
    Name of alleged perpetrator | children.name
    Landlord's name | children.name
    Landlord's address | addresses.home
    Neighbour's phone | phones
    Is the mother pregnant? | children.unborn
    Mother's EDD | children.date_of_birth
    Relationship of referrer to child | adults.relationship
    Relationship of mother and father | adults.relationship
    Parental responsibility order date | adults.parental_responsibility
    Date into custody | adults.in_custody
    Custody number | adults.in_custody
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(label.strip(), field.strip()) for label, _, field in (line.rpartition("|") for line in text.strip().splitlines())]


@pytest.mark.parametrize(("label", "field"), pairs(ALIKE))
def test_a_label_that_looks_alike_means_something_else(label: str, field: str) -> None:
    assert len(pairs(ALIKE)) >= 150
    assert means(label) != field
    assert means(label.upper() + ":") != field
    for section in (CHILD, Section("elsewhere"), Section("school"), Section("social_worker"), Section("found"), Section("associates")):
        assert means(label, section) != field


MEANT = """
    Surname: | children.family_name
    FAMILY NAME | children.family_name
    Last Name(s) | children.family_name
    Child's surname (block capitals) | children.family_name
    Surname / Family name | children.family_name
    1. Surname | children.family_name
    Surname of child | children.family_name
    Sumame | children.family_name
    Surnarne | children.family_name
    Forename(s) | children.given_names
    First name/s: | children.given_names
    Given Names | children.given_names
    Foren ame | children.given_names
    Forenames (please print) | children.given_names
    First name and middle names | children.given_names
    Name of child or young person | children.name
    Name of child/young person: | children.name
    Name(s) of child(ren) | children.name
    Child's full name | children.name
    Missing child's name | children.name
    Name of YP | children.name
    AKA | children.aliases
    A.K.A. | children.aliases
    Also known as (if applicable) | children.aliases
    Nicknames, previous names and aliases | children.aliases
    Alias(es) / AKA | children.aliases
    Other known as names: | children.aliases
    D.O.B. | children.date_of_birth
    DoB | children.date_of_birth
    D0B | children.date_of_birth
    Date of birth(dd/mm/yy) | children.date_of_birth
    Date of Birth (day/month/year) | children.date_of_birth
    Date of brith | children.date_of_birth
    Date of birth of child | children.date_of_birth
    DOB/EDD | children.date_of_birth
    DoB or EDD | children.date_of_birth
    Age/DOB/EDD | children.date_of_birth
    Age, date & place of birth | children.date_of_birth
    Unborn child EDD: | children.expected_delivery_date
    Unborn baby's estimated date of delivery (edd) | children.expected_delivery_date
    E.D.D. | children.expected_delivery_date
    Gender M/F | children.sex
    Gender (m/f) | children.sex
    M / F | children.sex
    Sex/Gender | children.sex
    Ethnicity (please tick) | children.ethnicity
    Ethnic Group | children.ethnicity
    Etnicity | children.ethnicity
    Legal Status: | children.legal_status
    Child's legal status | children.legal_status
    Child protection plan start date | children.plan_start
    CP Plan start date | children.plan_start
    Date made subject to a CP Plan | children.plan_start
    Date child became subject of a Child Protection Plan | children.plan_start
    Registration category (*circle) | children.plan_categories
    Category of CP plan (delete as appropriate) | children.plan_categories
    Category of abuse: | children.plan_categories
    NHS No. | children.identifiers.nhs_number
    NHS number (if known) | children.identifiers.nhs_number
    Mosaic ID | children.identifiers.system_id
    Any other distinguishing features? (birth marks/scars, piercings etc) | children.description
    Hair: (Colour/Style) | children.description
    Description of child | children.description
    School / Education Provision: | children.school
    Name of School/Nursery | children.school
    Child's school | children.school
    Mother's name | adults.name
    Name of mother | adults.name
    Mother | adults.name
    Woman's name | adults.name
    Father/partners name | adults.name
    Mother's DOB | adults.date_of_birth
    Date of birth (mother) | adults.date_of_birth
    Mother's address | adults.address
    Father's telephone number | adults.phone
    Mother's maiden name | adults.aliases
    Relationship to child | adults.relationship
    Relationship to the child(ren) | adults.relationship
    Has parental responsibility? | adults.parental_responsibility
    Home Address: (if not protected) | addresses.home
    Child's home address | addresses.home
    Home Address (if different from above) | addresses.home
    Home addres | addresses.home
    Address & postcode | addresses.home
    Current address if different from above | addresses.current
    Last known address | addresses.last_known
    Previous Address(es) | addresses.previous
    Placing Authority: | originating_authority
    Responsible Local Authority | originating_authority
    Originating L.A. | originating_authority
    Origi nating authority | originating_authority
    Date missing | date_went_missing
    Date/time missing | date_went_missing
    Date and time child went missing | date_went_missing
    Date child(ren) originally went missing | date_went_missing
    Missing since | date_went_missing
    Date went misssing | date_went_missing
    Date last seen | date_last_seen
    Date & time last seen | date_last_seen
    When was the child last seen? | date_last_seen
    Where and when were they last seen and by whom? | last_seen
    Location missing from | last_seen
    Circumstances the child went missing in | circumstances
    Circumstancs | circumstances
    What actions have been taken to locate the child? | actions_taken
    Actions taken to locate and manage their safe return | actions_taken
    Child protection concerns: | reason_for_concern
    Reason(s) for concern | reason_for_concern
    Has the social worker contacted all local key agencies? | agencies_contacted
    Links to areas either within the UK or abroad | links_to_areas
    Known associates | associates
    Vehicle details (make, model and registration) | vehicles
    Is it known which locality the family is in? | whereabouts.locality_known
    Could the family be temporarily absent? Y/N | whereabouts.temporarily_absent
    Are they staying with family/friends or on holiday? | whereabouts.staying_with_family_or_friends
    Do friends/neighbours/family believe that they are “missing”? | whereabouts.believed_missing_by_others
    Is a parent in custody? | whereabouts.parent_in_custody
    What information do the police have? | whereabouts.police_information
    Do key agencies have knowledge of their whereabouts? | whereabouts.agencies_have_knowledge
    Date of strategy meeting/discussion | strategy_discussion_date
    Date of the strategy discusion | strategy_discussion_date
    Exceptional criteria (if applicable) | exceptional_criterion
    Level of risk (medium/high) | risk_level
    Risk level agreed with the police | risk_level
    Police Ref No | police_reference
    Police log no. | police_reference
    Has a media strategy been considered? | media_strategy.considered
    Is a media strategy necessary and appropriate? | media_strategy.necessary
    Will the media be informed? | media_strategy.media_to_be_informed
    Social Worker: | social_worker.name
    Child's social worker | social_worker.name
    Allocated Social Worker (name) | social_worker.name
    Name of Allocated Social Worker | social_worker.name
    Key worker | social_worker.name
    Social worker's email | social_worker.email
    Social Worker Tel No. | social_worker.phone
    Social worker's manager | team_manager.name
    Team Manager's name | team_manager.name
    Team manager tel | team_manager.phone
    EDT contact number | out_of_hours_contact
    Out-of-hours contact | out_of_hours_contact
    Police officer's name | police_contact
    Officer in the case | police_contact
    Date child found | found.date
    Where was the child found? | found.where
    Authority in whose area the child was found | found.found_authority
    Has the child been physically seen? | found.physically_seen
    Child seen by | found.seen_by
    Enw cyntaf | children.given_names
    Cyfenw | children.family_name
    Surname / Cyfenw | children.family_name
    Cyfenw Surname | children.family_name
    Dyddiad geni / Date of birth | children.date_of_birth
    Rhyw | children.sex
    Cyfeiriad | addresses.home
    Yn colli ers | date_went_missing
    Dyddiad yr aeth ar goll | date_went_missing
    Gweithiwr cymdeithasol | social_worker.name
    Gweithiwr Cymdeithasol / Social Worker | social_worker.name
    Lefel risg | risk_level
    Enw'r plentyn / Name of child | children.name
"""


@pytest.mark.parametrize(("label", "field"), pairs(MEANT))
def test_a_label_is_understood_however_it_is_written(label: str, field: str) -> None:
    assert means(label) == field


UNDERSTOOD = (
    "Name and address of GP", "G.P.", "perso n's GP (if know n)", "Health visitor's tel no", "School address", "Signature", "Date of form",
    "Religion", "Is an interpreter required?", "Name of referrer", "Midwife", "Landlord's name and address", "Foster carer's address",
    "Meddyg teulu", "Llofnod",
)  # fmt: skip


@pytest.mark.parametrize("label", UNDERSTOOD)
def test_a_label_about_somebody_else_is_understood_and_left_in_the_form(label: str) -> None:
    assert means(label) is None
    assert LABELS.is_known(label)


UNKNOWN = (
    "Favourite colour", "Pet", "Siblings", "Brother's date of birth", "Are there concerns about housing?", "Name/DOB", "Date bound",
    "Last missing", "perso n's name", "Reference to safeguarding", "Other nurse", "Age and school", "Home", "Missing",
)  # fmt: skip


@pytest.mark.parametrize("label", UNKNOWN)
def test_what_may_mean_two_things_or_none_is_shown_as_unknown(label: str) -> None:
    assert means(label) is None
    assert not LABELS.is_known(label)


@pytest.mark.parametrize(
    ("heading", "scope", "key"),
    [
        ("Child 1", "children", "1"), ("CHILD 2:", "children", "2"), ("Details of third child", "children", "3"),
        ("Child B", "children", "b"),
        ("2nd child", "children", "2"), ("Section A: Details of child(ren)", "children", None), ("Mother's details", "adults", "mother"),
        ("Parent 2", "adults", "2"), ("Parents/Carers", "adults", None), ("Social Worker Details", "social_worker", None),
        ("G.P.", "elsewhere", None), ("Details of referrer", "elsewhere", None), ("School / Education Provision:", "school", None),
        ("Siblings", "others", None), ("Agencies contacted", "agencies_contacted", None), ("Manylion y plentyn", "children", None),
    ],
)  # fmt: skip
def test_a_heading_opens_its_part_of_the_form(heading: str, scope: str, key: str | None) -> None:
    opened = LABELS.section(heading)
    assert opened is not None
    assert (opened.scope, opened.key) == (scope, key)


@pytest.mark.parametrize("heading", ["Mother Lane", "Child protection", "Reason", "Child's favourite toy", "The mother said no", "Part 2"])
def test_words_that_only_begin_like_a_heading_open_nothing(heading: str) -> None:
    assert LABELS.section(heading) is None


def test_the_part_of_the_form_decides_whose_a_bare_label_is() -> None:
    assert means("Date of birth", MOTHER) == "adults.date_of_birth"
    assert means("Date of birth", CHILD) == "children.date_of_birth"
    assert means("Address", CHILD) == "addresses.home"
    assert means("Home address", MOTHER) == "adults.address"
    assert means("Tel", Section("social_worker")) == "social_worker.phone"
    assert means("Date", Section("found")) == "found.date"
    for other in (Section("elsewhere"), Section("others"), Section("social_worker"), Section("police_contact")):
        assert means("Date of birth", other) is None
        assert means("Address", other) is None
    assert means("Name", Section("school")) == "children.school"


def test_no_words_mean_two_fields() -> None:
    told = tomllib.loads(files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8"))
    seen: dict[tuple[str, str], str] = {}
    for name, entry in told["fields"].items():
        for kind in ("variants", "bare", "asked"):
            for variant in entry.get(kind, ()):
                assert seen.setdefault(("anywhere", canonical(words_of(variant))), name) == name, variant
        for kind in (key for key in entry if key.startswith("inside")):
            part = kind.removeprefix("inside_") if "_" in kind else name.split(".")[0]
            for variant in entry[kind]:
                assert seen.setdefault((part, canonical(words_of(variant))), name) == name, variant


def test_every_word_of_the_list_is_found_under_its_own_field() -> None:
    told = tomllib.loads(files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8"))
    for name, entry in told["fields"].items():
        for variant in (*entry.get("variants", ()), *entry.get("bare", ()), *entry.get("asked", ())):
            assert means(variant) == name, variant


def test_a_label_list_can_grow_without_code() -> None:
    source = files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8")
    grown = Labels(source.replace('variants = ["date last seen",', 'variants = ["last clapped eyes on", "date last seen",'))
    target = grown.find("Last clapped eyes on:")
    assert target is not None
    assert target.field == "date_last_seen"
