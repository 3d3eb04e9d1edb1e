"""A reply as the letter it is: title, category at the upper right, text, who signs, whom to call."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import case_number
from tongxin.handling.models import Case, Reply

LATELY = 5  # of a unit's last letters are looked through for a number
ADDRESSEE = re.compile("[^。，；：:]{1,60}(?:委员|委会|委员会|同志|界别)[：:]")  # 林知远委员：, and no sentence that leads on


def whom_to_ask(reply: Reply) -> dict[str, str]:
    """Return whom a reply that is begun names for questions.

    Who handles it there, and his number as the unit's last letter had it.
    """
    if reply.text or reply.contact or reply.phone:
        return {}
    task = reply.task
    sent = Reply.objects.filter(task__unit=task.unit_id, committee=task.committee_id, sent_at__isnull=False, recalled_at=None)
    known = list(sent.exclude(phone="").order_by("-sent_at", "-id").values_list("contact", "phone")[:LATELY])
    contact = task.handler or next((name for name, _phone in known if name), "")
    return {"contact": contact, "phone": next((phone for name, phone in known if name == contact), "")}


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
