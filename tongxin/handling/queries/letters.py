"""A reply as the letter it is: title, category at the upper right, text, who signs, whom to call."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import case_number
from tongxin.handling.models import Case, Reply

ADDRESSEE = re.compile("[^。，；：:]{1,60}(?:委员|委会|委员会|同志|界别)[：:]")  # 林知远委员：, and no sentence that leads on


@dataclass(frozen=True)
class Letter:
    """What stands on the paper (DOMAIN 10.4)."""

    line: str
    title: str
    category: str
    category_label: str
    addressee: str  # 称谓: the first line, where one is written; it is not indented
    paragraphs: tuple[str, ...]
    unit: str
    unit_now: str  # what it is called today, where that is another name
    sent_at: datetime | None
    leader: str
    contact: str
    phone: str


def letter_of(reply: Reply, case: Case, *, for_the_public: bool) -> Letter:
    """Return a reply as a letter. Whom to call stands on it for the people concerned, never for the public."""
    proposal = case.proposal
    session = str(proposal.session) if proposal.session else ""
    lines = tuple(line for line in reply.text.split("\n") if line.strip())
    first = lines[0].strip() if lines else ""
    addressee = first if ADDRESSEE.fullmatch(first) else ""
    return Letter(
        line=_("关于%(body)s%(session)s") % {"body": proposal.committee.short_name, "session": session},
        title=_("%(number)s提案的答复") % {"number": case_number(proposal.number)},
        category=reply.category,
        category_label=reply.category_label,
        addressee=addressee,
        paragraphs=lines[1:] if addressee else lines,
        unit=reply.sent_by,
        unit_now=reply.now_called,
        sent_at=reply.sent_at,
        leader=reply.leader,
        contact="" if for_the_public else reply.contact,
        phone="" if for_the_public else reply.phone,
    )
