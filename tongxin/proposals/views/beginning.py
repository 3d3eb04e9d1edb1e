"""The address of a new form: in whose name, and in which seat, a proposal is begun."""

from django.core import signing
from django.http import Http404, HttpRequest
from django.utils import timezone

from tongxin.access.permissions import demand
from tongxin.committees.models import Committee
from tongxin.core.ids import new_uid
from tongxin.members.models import Member
from tongxin.members.rules import member_of
from tongxin.proposals.choices import Form

SALT = "tongxin.proposals.new"


def token_for(
    request: HttpRequest, committee: Committee, *, member: Member | None = None, body: str = "", form: str = Form.INDIVIDUAL
) -> str:
    """Return the address of a new form: whose proposal it will be, signed, and the uid of the draft it will make."""
    said = [new_uid(), request.user.pk, committee.uid, member.uid if member else "", body, form]
    return signing.dumps(said, salt=SALT, compress=True)


def _sitting(uid: str) -> Member | None:
    return Member.objects.sitting(timezone.localdate()).filter(uid=uid).select_related("committee").first()


class Beginning:
    """What the address of a new form says: whose proposal it will be."""

    def __init__(self, request: HttpRequest, token: str) -> None:
        try:
            self.uid, account, committee, member, self.body, self.form = signing.loads(token, salt=SALT)
        except (signing.BadSignature, ValueError) as error:
            raise Http404 from error
        if account != request.user.pk:
            raise Http404
        self.committee = Committee.objects.select_related("parent__parent").filter(uid=committee).first()
        self.first = _sitting(member) if member else None
        if self.committee is None or (self.first is None and not self.body):
            raise Http404
        if self.first is None or self.first.account_id != request.user.pk:
            demand(request.user, "proposals.enter", self.committee)
        elif self.first != member_of(request.user):
            raise Http404  # begun in another of the own seats: there it is found (`accounts.opening`)
        demand(request.user, "proposals.write")

    @property
    def name(self) -> str:
        return self.first.name if self.first else self.body
