"""The words of forms: label variants as real forms print them, dates and answers as people write them."""

from datetime import date

# A form's dialect is a number; each label takes the variant of that number, so that one form keeps to one way of speaking.
LABELS: dict[str, tuple[str, ...]] = {
    "originating_authority": ("Originating authority", "Responsible Local Authority", "Name of local authority", "Placing Authority"),
    "date_went_missing": ("Date missing", "Date the child/children originally went missing", "Date went missing", "Missing since"),
    "date_last_seen": ("Date last seen", "Date last seen", "Last seen on", "Date last seen"),
    "last_seen": ("Where last seen, and by whom", "Where were they last seen and by whom?", "Last seen where and by whom", "Last seen"),
    "family_name": ("Surname", "Family name", "Last Name", "Surname"),
    "given_names": ("Forename(s)", "Given names", "First name", "Forename"),
    "aliases": ("Also known as", "Other known as names", "AKA", "Nicknames, previous names and aliases"),
    "date_of_birth": ("Date of birth", "DOB", "D.O.B.", "Date of birth (dd/mm/yy)"),
    "expected_delivery_date": ("Unborn child EDD", "Expected date of delivery", "EDD", "Unborn baby's estimated date of delivery (edd)"),
    "sex": ("Gender", "Gender (m/f)", "Sex", "Gender M/F"),
    "ethnicity": ("Ethnicity", "Ethnicity", "Ethnic origin", "Ethnicity"),
    "legal_status": ("Legal status", "Legal Status", "Legal status", "Legal status of child"),
    "plan_start": ("Child protection plan start date", "CP plan start date", "Start date of child protection plan", "Date plan started"),
    "plan_categories": ("Category of child protection plan", "Registration category", "Category of abuse", "CP plan category"),
    "nhs_number": ("NHS number", "NHS no.", "NHS No", "NHS number"),
    "description": ("Distinguishing features", "Description", "Any other distinguishing features?", "Physical description"),
    "school": ("School", "School / Education Provision", "Name of school", "School or nursery"),
    "name": ("Name", "Full name", "Name", "Name of adult"),
    "relationship": ("Relationship to child", "Relationship", "Relationship to child", "Relationship to the child(ren)"),
    "parental_responsibility": ("Parental responsibility", "Has parental responsibility?", "PR", "P.R. (Y/N)"),
    "in_custody": ("In custody?", "Is this person in custody?", "In custody", "In custody (Y/N)"),
    "adult_address": ("Address", "Current address", "Address", "Address of adult"),
    "adult_phone": ("Telephone", "Tel No", "Mobile", "Phone number"),
    "risk": ("Risk posed by this person", "Risk", "Risk from this adult", "Risk to children or workers"),
    "home": ("Home address", "Home Address", "Usual home address", "Home Address: (if not protected)"),
    "previous": ("Previous address", "Previous Address", "Previous address", "Previous address"),
    "confidential": ("Is this address confidential?", "Protected address", "Is the address protected?", "Confidential address?"),
    "links_to_areas": ("Links to areas", "Links to areas either within the UK or abroad", "Links to areas (UK or abroad)", "Linked areas"),
    "associates": ("Friends, family and known contacts", "Associates", "Known associates", "Friends and known contacts"),
    "vehicles": ("Vehicle details", "Vehicles", "Vehicle", "Vehicle details"),
    "phones": ("Phone numbers of the family", "Mobile numbers", "Family's phone numbers", "Phone numbers used"),
    "circumstances": (
        "Circumstances", "Circumstances the child went missing in",
        "Circumstances of going missing", "Circumstances in which they went missing",
    ),
    "actions_taken": (
        "Actions taken to locate", "What actions have been taken to locate the missing person?", "Actions taken to locate the family",
        "Actions taken to locate and manage their safe return",
    ),
    "reason_for_concern": ("Reason for concern", "Child protection concerns", "Reasons for concern", "Summary of concerns identified"),
    "agencies_contacted": ("Agencies contacted", "Key agencies contacted", "Agencies contacted", "Local key agencies contacted"),
    "locality_known": (
        "Are the family known to be in a particular locality?", "Is it known which locality the family are in?", "Is the locality known?",
        "Is the family known to be in a particular locality?",
    ),
    "temporarily_absent": (
        "Could the family be temporarily absent?", "Are the family temporarily absent?", "Could they be temporarily absent?",
        "Is the family only temporarily absent?",
    ),
    "staying_with_family_or_friends": (
        "Could they be staying with family or friends, or on holiday?", "Are they staying with family/friends or away on holiday?",
        "Staying with family or friends, or on holiday?", "Could they be staying with family or friends?",
    ),
    "believed_missing_by_others": (
        "Do friends, neighbours or family believe that they are missing?", "Do friends/neighbours/family believe that they are “missing”?",
        "Do friends, neighbours or family believe they are missing?", "Do others believe that the family is missing?",
    ),
    "parent_in_custody": ("Is a parent in custody?", "Could a parent be in custody?", "Is either parent in custody?", "Parent in custody?"),
    "agencies_have_knowledge": (
        "Do key agencies know where the family is?", "Do key agencies have knowledge of the family's whereabouts?",
        "Do any key agencies know where they are?", "Do agencies have knowledge of their whereabouts?",
    ),
    "police_information": (
        "What information do the police have?", "Do the police have any information?", "Police information held", "Police information",
    ),
    "strategy_discussion_date": (
        "Date of the strategy discussion", "Strategy meeting date", "Strategy discussion date", "Date of strategy meeting",
    ),
    "exceptional_criterion": ("Exceptional criterion", "Exceptional criteria", "Exceptional circumstances", "Exceptional criterion"),
    "risk_level": ("Level of risk", "Risk level", "Risk level", "Level of risk"),
    "police_reference": ("Police reference", "Police log number", "Police reference number", "Police log"),
    "considered": (
        "Has a media strategy been considered?", "Media strategy considered?", "Has a media strategy been considered?",
        "Has a media strategy been considered?",
    ),
    "necessary": (
        "Is a media strategy necessary and appropriate?", "Media strategy necessary and appropriate?", "Is a media strategy necessary?",
        "Is a media strategy appropriate?",
    ),
    "media_to_be_informed": (
        "Will the media be informed?", "Is the media to be informed?", "Are the media to be informed?", "Media informed?",
    ),
    "social_worker": ("Social worker", "Social Worker", "Name of social worker", "Allocated social worker"),
    "team_manager": ("Team manager", "Team Manager", "Team manager's name", "Team manager"),
    "team": ("Team", "Team", "Team name", "Team"),
    "phone": ("Tel No", "Telephone", "Tel", "Telephone number"),
    "email": ("Email", "E-mail", "Email address", "Email"),
    "out_of_hours_contact": ("Out of hours contact", "EDT contact", "Out of hours", "Emergency Duty Team (EDT)"),
    "police_contact": ("Police contact", "Officer in the case", "Police contact", "Police contact"),
}  # fmt: skip

HINTS = {
    "family_name": "Please record all names the child has been or is known by",
    "date_went_missing": "This must be the original date, also on a renewal",
    "home": "This is the child or young person's usual or home address",
    "school": "e.g. nursery, school, college or home educated",
    "sex": "Delete as appropriate",
    "legal_status": "eg. child protection plan, interim care order, section 20",
    "circumstances": "Text boxes will expand to fit your text",
    "risk_level": "Must be agreed with the police",
    "agencies_contacted": "For example GP, health visitor, school, housing, DWP",
}

SPOKEN = {
    "female": "Female", "male": "Male",
    "child_protection_plan": "Child protection plan", "section_47": "Section 47 enquiry", "care_order": "Care Order",
    "interim_care_order": "Interim Care Order", "supervision_order": "Supervision Order", "child_in_need": "Child in need",
    "neglect": "Neglect", "physical": "Physical abuse", "sexual": "Sexual abuse", "emotional": "Emotional abuse",
    "low": "Low", "medium": "Medium", "high": "High", True: "Yes", False: "No",
}  # fmt: skip
CRITERIA = {
    "section_47": "Section 47 investigation of serious allegations of significant harm",
    "abducted": "Child on a Care Order abducted by a parent who poses a significant risk of harm",
    "removed": "Accommodated child removed without notice by a parent who poses a significant risk of harm",
}
CHOICES = {
    "sex": ("Female", "Male", "Other"),
    "legal_status": ("Child protection plan", "Child in need", "Section 47 enquiry", "Care Order", "Supervision Order"),
    "plan_categories": ("Physical abuse", "Sexual abuse", "Emotional abuse", "Neglect"),
    "risk_level": ("Low", "Medium", "High"),
}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def label(key: str, dialect: int) -> str:
    """Return how this dialect asks for *key*."""
    variants = LABELS[key]
    return variants[dialect % len(variants)]


def written(iso: str, dialect: int) -> str:
    """Return a full or partial ISO date as this dialect's author writes it, always day first."""
    parts = [int(part) for part in iso.split("-")]
    if len(parts) == 1:
        return iso
    month = MONTHS[parts[1] - 1]
    if len(parts) == 2:
        return f"{month} {parts[0]}"
    day = date(*parts)
    ending = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return (
        f"{day:%d/%m/%Y}",
        f"{day.day} {month} {day.year}",
        f"{day:%d.%m.%Y}",
        f"{day.day}{ending} {month} {day.year}",
        f"{day:%d/%m/%y}",
        f"{day:%d-%b-%Y}",
    )[dialect % 6]
