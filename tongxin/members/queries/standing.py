"""What a page says before a member's standing changes, and a mark of it: the act done is the one that was read."""

from hashlib import sha256

from django.utils.translation import gettext as _

from tongxin.members.models import Member, Post, Suspension
from tongxin.members.queries.reading import what_follows
from tongxin.members.queries.restoring import coming_back

COMES_BACK = ("resume", "restore")
MARK = 24  # signs of the mark that a page carries


def foretold(member: Member, kind: str) -> list[str]:
    """Say what will happen when a member stops sitting or comes back (将发生什么)."""
    return coming_back(member) if kind in COMES_BACK else what_follows(member, kind)


def as_it_stands(member: Member, kind: str) -> str:
    """Return a mark of all that an act is about: what the page says, and each seat, post and suspension.

    It names nobody.

    The same sentences may be about another seat: given back and resigned again, or another person's who was merged into
    this one.
    """
    seats = member.seats.order_by("pk").values_list("uid", "starts_on", "ends_on", "ending")
    posts = Post.objects.filter(member=member).order_by("pk").values_list("uid", "starts_on", "ends_on")
    pauses = Suspension.objects.filter(member=member).order_by("pk").values_list("uid", "starts_on", "ends_on")
    stands = [kind, *foretold(member, kind), *map(str, (*seats, *posts, *pauses))]
    return sha256("\n".join(stands).encode()).hexdigest()[:MARK]


def overtaken(member: Member) -> str:
    """Say that a page was about something that is no more: what it says now is meant when it is confirmed once more."""
    said = _("%(name)s的任职情况在您打开这一页以后有变化，这次没有办理。上面写的是现在的情况，请核对；仍要办理的，请再确认一次")
    return said % {"name": member.name}
