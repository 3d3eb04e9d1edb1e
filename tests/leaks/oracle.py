"""Who may read which secret: one table, written from DESIGN §3 and §4 and asked of nothing in the code."""

COUNTY_OFFICE = {"office"}
LEADERS = {"leader", "two_hats"}
INSIDE = COUNTY_OFFICE | LEADERS
SIGNERS = {"proposer", "cosigner"}
MEMBERS = SIGNERS | {"second_cosigner", "bystander", "seat_here"}
WC_MEMBERS = {"wc_member", "seat_there"}
GOVERNMENT = {"assigner"}
PARTY = {"party_assigner"}
UNIT = {"clerk", "unit_leader", "two_hats"}
UNITS = UNIT | {"co_clerk", "co_leader"}
AUDITOR = {"audit_admin"}  # reads what was done, in every event's own words
HANDLING = SIGNERS | UNITS | INSIDE | GOVERNMENT
WC_INSIDE = {"wc_office", "wc_leader"}
EVERYBODY = {"*"}

HANDLED = (
    "assigned",
    "return_asked",
    "in_hand",
    "revised",
    "under_review",
    "sent_back",
    "rating",
    "closed",
)
SENT = ("rating", "closed", "released_answered")
WRITING = ("in_hand", "revised", "sent_back")

# What the text of a proposal is in each situation is the rule from which its title, its files and their names follow.
TEXT: dict[str, set[str]] = {
    "draft": {"proposer"},
    "gathering": {"proposer", "cosigner", "bystander"},  # who agreed, and who is still asked; not who declined
    "submitted": SIGNERS | INSIDE,
    "returned": SIGNERS | INSIDE,
    "in_decision": SIGNERS | INSIDE,
    "not_filed": SIGNERS | INSIDE,
    "withdrawn": SIGNERS | INSIDE,
    "merged": SIGNERS | INSIDE,
    "discarded": {"proposer"},
    "on_behalf": {"office", "bystander"},
    "filed": MEMBERS | INSIDE | GOVERNMENT,
    "unreleased": MEMBERS | INSIDE | GOVERNMENT,
    "party_filed": MEMBERS | INSIDE | PARTY,
    "released": EVERYBODY,
    "released_answered": EVERYBODY,
    **dict.fromkeys(HANDLED, MEMBERS | INSIDE | GOVERNMENT | UNITS),
    "wc_draft": {"wc_member"},
    "wc_submitted": {"wc_member"} | WC_INSIDE,
    "wc_filed": WC_MEMBERS | {"wc_assigner"} | WC_INSIDE,
    "wc_in_hand": WC_MEMBERS | {"wc_assigner", "wc_clerk"} | WC_INSIDE,
    "wc_released": EVERYBODY,
}
FILES = TEXT | {  # withheld from the public unless released one by one
    "released": MEMBERS | INSIDE | GOVERNMENT,
    "released_answered": MEMBERS | INSIDE | GOVERNMENT | UNITS,
}
DRAFTS = dict.fromkeys(WRITING, UNIT) | {"under_review": UNIT | GOVERNMENT}
LETTERS = DRAFTS | dict.fromkeys(SENT, HANDLING)
REACHED = {"proposer": {"proposer", "office"}, "cosigner": {"cosigner", "office"}, "wc_member": {"wc_member", "wc_office"}}
RINGING = UNITS | {"wc_clerk"}  # who answers a case reads the proposer's number, by the one act that leaves an event
OWN_SIDE = SIGNERS | INSIDE | AUDITOR

TABLE: dict[str, dict[str, set[str]]] = {
    "text": TEXT,
    # events carry the title they are about; who declined still sees what he declined
    "title": {s: who | (AUDITOR if not s.startswith("wc_") else {"wc_audit_admin"}) for s, who in TEXT.items()}
    | {
        "gathering": TEXT["gathering"] | AUDITOR | {"second_cosigner"},
        "withdrawn": TEXT["withdrawn"] | AUDITOR | GOVERNMENT,  # told that it was filed, before it was withdrawn
        "merged": TEXT["merged"] | AUDITOR | GOVERNMENT,  # who has to do with the lead consults and answers those who raised it
    },
    "file": FILES,
    "file name": {s: who | AUDITOR for s, who in FILES.items()},
    "examination": dict.fromkeys(TEXT, INSIDE | AUDITOR | GOVERNMENT | PARTY),
    "reason told": dict.fromkeys(("returned", "not_filed", "withdrawn", "merged"), OWN_SIDE),
    "decline reason": {"gathering": {"proposer", "second_cosigner"} | AUDITOR},
    "office reason": {"filed": INSIDE | AUDITOR, "unreleased": OWN_SIDE},
    "advice": dict.fromkeys(TEXT, UNITS | INSIDE | GOVERNMENT),
    "contact note": dict.fromkeys(TEXT, HANDLING | AUDITOR),
    "reminder": dict.fromkeys(TEXT, HANDLING | AUDITOR),
    "wish to return": {"return_asked": HANDLING | AUDITOR},
    "leader's return": {"revised": UNIT | INSIDE | GOVERNMENT | AUDITOR},
    "supervisor's return": {"sent_back": UNIT | INSIDE | GOVERNMENT | AUDITOR},
    "reply": LETTERS | {"released_answered": EVERYBODY, "wc_in_hand": {"wc_clerk"}},
    "reply contact": LETTERS,
    "reply phone": LETTERS,
    "reply file": LETTERS,
    "reply file name": LETTERS,
    # while a round is open: the rater and the office; when it is over the unit learns the reasons, nobody the names
    "proposer's comment": {"closed": {"proposer", "office"} | UNIT | GOVERNMENT},
    "co-signer's comment": {
        "rating": {"cosigner", "office"},
        "closed": {"cosigner", "office"} | UNIT | GOVERNMENT,
    },
    "member's phone": REACHED,
    "member's e-mail": REACHED,
    "unit's contact": {"county": COUNTY_OFFICE, "wc": {"wc_office"}},
    "unit's phone": {"county": COUNTY_OFFICE, "wc": {"wc_office"}},
}  # fmt: skip

# What the walk found and others mend, with the sentence that it breaks. A line that is no longer true fails in `make
# thorough`.
STILL_OPEN: dict[tuple[str, str], set[str]] = {}
# DESIGN §3 "Who sits": a seat that ended lets read the own file, nothing else.
READ_TOO_MUCH: set[str] = set()


def may(kind: str, situation: str, person: str, place: str = "") -> bool:
    """Say whether a kind of person may read a kind of secret in a situation, at a place where that makes a difference."""
    if kind == "member's phone" and place == "handling-phone":
        return person in RINGING
    allowed = TABLE[kind][situation]
    return "*" in allowed or person in allowed
