"""A proposal (提案): its text, who signed it, what was decided about it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.choices import Duty, System
from tongxin.committees.models import Committee, Session
from tongxin.core.models import Row
from tongxin.core.words import character_count
from tongxin.files.models import File
from tongxin.members.capacities import capacity
from tongxin.members.models import Member
from tongxin.proposals.choices import Answer, Destination, Form, Role, Season, State, States
from tongxin.workflow.models import Stateful

TEXT_FIELDS = ("title", "situation", "analysis", "suggestions", "suggested_units", "consents_to_publication", "wants_contact")
SIGNED_FIELDS = TEXT_FIELDS[:4]  # whose words a co-signer agrees to
LONG = TEXT_FIELDS[1:4]  # what no list shows: most of its row
LONGEST_COVERED_LINE = 600  # one line of the original, 200 characters at most, with words in the place of what is covered


def long_of(path: str) -> tuple[str, ...]:
    """Name the texts that a list leaves alone, seen from a row that leads to a proposal."""
    return tuple(f"{path}__{name}" for name in LONG)


OFFICE_DUTIES = {Duty.PROPOSAL_OFFICE, Duty.PRE_EXAMINATION, Duty.FILING, Duty.PUBLICATION}


class Proposal(Stateful):
    """One matter raised. `number` and `category_number` are given once, on first filing, and stay; whether it is filed, its state says."""

    read_as = ("version",)

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="proposals")
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.PROTECT, related_name="proposals")
    form = models.CharField(_("提案形式"), max_length=12, choices=Form, default=Form.INDIVIDUAL)
    title = models.CharField(_("案由"), max_length=200, blank=True)
    situation = models.TextField(_("情况"), blank=True)
    analysis = models.TextField(_("分析"), blank=True)
    suggestions = models.TextField(_("建议"), blank=True)
    suggested_units = models.CharField(_("建议承办单位"), max_length=200, blank=True)
    consents_to_publication = models.BooleanField(_("同意公开"), default=True)
    wants_contact = models.BooleanField(_("愿意面商"), default=True)
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(null=True, blank=True)
    cosign_until = models.DateTimeField(_("联名截止"), null=True, blank=True)
    serial = models.PositiveIntegerField(_("收件号"), null=True, blank=True)
    season = models.CharField(_("征集时段"), max_length=8, choices=Season, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    construction = models.CharField(_("建设类别"), max_length=24, blank=True)
    topic = models.CharField(_("类别"), max_length=24, blank=True)
    routed_to = models.CharField(_("交办口"), max_length=16, choices=System, blank=True)
    number = models.PositiveIntegerField(_("提案号"), null=True, blank=True)
    category_number = models.PositiveIntegerField(_("类别号"), null=True, blank=True)
    category_label = models.CharField(max_length=24, blank=True)  # the category its number was given in
    decided_at = models.DateTimeField(_("审定时间"), null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    destination = models.CharField(_("去向"), max_length=12, choices=Destination, blank=True)
    reason_code = models.CharField(_("不立案理由"), max_length=24, blank=True)
    passed_on_at = models.DateTimeField(_("转出时间"), null=True, blank=True)
    released_at = models.DateTimeField(_("公开时间"), null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["committee", "state", "-id"], name="proposal_list"),
            models.Index(fields=["committee", "-id", "title"], name="proposal_titles"),  # a search reads titles from it alone
            models.Index(fields=["committee", "topic", "-id"], name="proposal_topic"),
            models.Index(fields=["committee", "construction", "-id"], name="proposal_construction"),
            models.Index(fields=["committee", "session", "state", "destination", "-id"], name="proposal_session"),
            models.Index(fields=["committee", "released_at", "id"], name="proposal_published"),
            models.Index(fields=["committee", "state", "passed_on_at"], name="proposal_passed_on"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["session", "number", "committee"], name="proposal_number_once"),
            models.UniqueConstraint(
                fields=["session", "category_label", "category_number", "committee"], name="proposal_category_number_once"
            ),
            models.UniqueConstraint(fields=["committee", "serial"], name="proposal_serial_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="proposal_known_state"),
            models.CheckConstraint(
                condition=~Q(state__in=["filed", "handed_over"])
                | Q(number__isnull=False, category_number__isnull=False, session__isnull=False),
                name="proposal_filed_has_numbers",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["draft", "gathering", "discarded"]) | Q(number=None),
                name="proposal_draft_has_no_number",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged") & Q(merged_into__isnull=False)) | (~Q(state="merged") & Q(merged_into=None)),
                name="proposal_merged_into_one",
            ),
            models.CheckConstraint(
                condition=(Q(state="not_filed") & ~Q(destination="")) | (~Q(state="not_filed") & Q(destination="")),
                name="proposal_not_filed_has_destination",
            ),
        ]

    def __str__(self) -> str:
        return self.title or gettext("未写案由的提案")

    def get_absolute_url(self) -> str:
        return f"/proposals/{self.uid}/"

    @property
    def affiliation(self) -> str:
        """The 归口 whose office assigns it (for `holds_for_affiliation`)."""
        return self.routed_to

    @property
    def body(self) -> str:
        """The three parts as one text."""
        return "\n".join(part for part in (self.situation, self.analysis, self.suggestions) if part)

    @property
    def characters(self) -> int:
        """字数 of the body, without white space."""
        return character_count(self.body)

    @property
    def state_said(self) -> str:
        """What people read as its state: the destination's words when it was not filed."""
        if self.state == State.NOT_FILED:
            return str(self.get_destination_display())
        return str(State(self.state).label) if self.state else ""

    @property
    def number_note(self) -> str:
        """What stands beside a number that is not, or not now, a filed proposal's: it is given to nobody else."""
        stands = self.number is None or self.state in (*States.filed, State.MERGED)
        return "" if stands else gettext("空号") if self.state in States.ended else gettext("现未立案")

    def capacity_of(self, actor: Any) -> str:
        """In whose name an office person acts on it; nothing for members."""
        return capacity(actor, self.committee_id, OFFICE_DUTIES)


class SignatureManager(models.Manager["Signature"]):
    """The names as they stand: of one person who was kept as two members, one alone."""

    def get_queryset(self) -> models.QuerySet["Signature"]:
        return super().get_queryset().exclude(answer=Answer.MERGED)


class Signature(Row):
    """Somebody's name under a proposal: the first proposer or a co-signer, a member or a body."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="signatures")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures")
    body = models.CharField(_("单位名称"), max_length=80, blank=True)  # a party, a sector, a special committee
    role = models.CharField(max_length=8, choices=Role)
    answer = models.CharField(max_length=12, choices=Answer)
    place_in_list = models.PositiveSmallIntegerField(default=0)
    invited_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    signed_version = models.PositiveIntegerField(default=0)

    objects = SignatureManager()
    written: ClassVar[models.Manager["Signature"]] = models.Manager()  # those that went into another of the same person too

    class Meta:
        ordering = ["place_in_list", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "member", "committee"],
                condition=Q(member__isnull=False) & ~Q(answer="merged"),
                name="signature_once",
            ),
            models.UniqueConstraint(fields=["proposal", "committee"], condition=Q(role="first"), name="signature_one_first"),
            models.CheckConstraint(condition=Q(member__isnull=False) | ~Q(body=""), name="signature_of_member_or_body"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name that stands under the proposal."""
        return self.body or (self.member.name if self.member else "")

    @property
    def signer(self) -> int | str:
        """Whose it is: the member's key, or the body's name. Some sign several proposals that are dealt with together."""
        return self.member_id or self.body


class SignedText(Row):
    """The text of a version that a co-signer agreed to, kept when the proposer goes on writing: what was agreed can be shown."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="signed_texts")
    version = models.PositiveIntegerField()
    title = models.CharField(_("案由"), max_length=200, blank=True)
    situation = models.TextField(_("情况"), blank=True)
    analysis = models.TextField(_("分析"), blank=True)
    suggestions = models.TextField(_("建议"), blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "version", "committee"], name="signed_text_once")]

    def __str__(self) -> str:
        return f"{self.proposal} v{self.version}"


class Endorsement(Row):
    """附议: a member supports a proposal without signing it, and is not asked to rate."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="endorsements")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="endorsements")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "member", "committee"], name="endorsement_once")]

    def __str__(self) -> str:
        return gettext("%(member)s 附议") % {"member": self.member}


class Attachment(Row):
    """A file that belongs to a proposal's text."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="attachments")
    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="proposal_attachment")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.file)


PUBLIC_FIELDS = ("title", "situation", "analysis", "suggestions", "suggested_units")


class PublicCopy(Row):
    """What the public reads of a released proposal: its text with the marked parts covered.

    The original stays untouched beside it.

    It stands for one version of the text (`of_version`); of another it is out of date, and the public reads nothing until it is
    confirmed anew. One made by the machine (from records older than this, or imported) has nobody who confirmed it.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    proposal = models.OneToOneField(Proposal, on_delete=models.CASCADE, related_name="public_copy")
    of_version = models.PositiveIntegerField()
    title = models.CharField(_("案由"), max_length=LONGEST_COVERED_LINE)
    situation = models.TextField(_("情况"), blank=True)
    analysis = models.TextField(_("分析"), blank=True)
    suggestions = models.TextField(_("建议"), blank=True)
    suggested_units = models.CharField(_("建议承办单位"), max_length=LONGEST_COVERED_LINE, blank=True)
    marks = models.JSONField(default=dict)  # field → [[start, end, kind], …] in the original
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["committee", "-proposal", "title"], name="public_copy_titles"
            ),  # a search reads titles from it alone
            models.Index(fields=["committee", "confirmed_at", "id"], name="public_copy_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="public_copy_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PublicFile(Row):
    """An attachment released to the public. Its address is its own uid: taken back and released again, it has another."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="public_file")
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.attachment)

    def get_absolute_url(self) -> str:
        return f"/public/files/{self.uid}/"
