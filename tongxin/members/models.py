"""The member: one person in one committee, with dated seats and posts."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Committee, Sector, SpecialCommittee, Term
from tongxin.committees.queries import running
from tongxin.core.models import Row
from tongxin.core.secrets import EncryptedField
from tongxin.members.choices import Ending, Gender, Rank


class MemberQuerySet(models.QuerySet["Member"]):
    """Who sits: the one condition that everybody asks."""

    def seated(self, on: date) -> "MemberQuerySet":
        """Keep those who hold a seat on a day, suspended or not: who is on the list of members."""
        return self.filter(has_seat(on))

    def sitting(self, on: date) -> "MemberQuerySet":
        """Keep those who act as members on a day: a seat in force, and not suspended."""
        return self.filter(has_seat(on) & ~is_suspended(on))

    def telling_who_sits(self, on: date) -> "MemberQuerySet":
        """Fetch with each whether he sits on a day, as `sits`."""
        return self.annotate(sits=Case(When(has_seat(on) & ~is_suspended(on), then=True), default=False))

    def home_first(self, on: date) -> "MemberQuerySet":
        """Put the place at home first.

        Of one person's places that in which he sits, and which he took before the others.
        """
        rows = self.select_related("committee").telling_who_sits(on)
        return rows.order_by("-sits", F("taken_at").asc(nulls_first=True), "pk")  # type: ignore[misc]  # annotated there


class MemberManager(models.Manager.from_queryset(MemberQuerySet)):  # type: ignore[misc]  # made at run time
    """The members as everybody counts and lists them: who was merged into another is the other."""

    def get_queryset(self) -> MemberQuerySet:
        return MemberQuerySet(self.model, using=self._db).filter(merged_into=None)


def has_seat(on: date, member: str = "pk") -> Q:
    """Say of rows whether a member holds a seat on a day: the row itself, or whom its field names."""
    return Q(Exists(Seat.objects.filter(running(on), member=OuterRef(member))))


def is_suspended(on: date, member: str = "pk") -> Q:
    """Say of rows whether a member is suspended on a day."""
    return Q(Exists(Suspension.objects.filter(running(on), member=OuterRef(member))))


class Member(Row):
    """A person who is or was a member of one committee.

    May have no account; an account may be of several committees.
    """

    label_is_personal = True

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    taken_at = models.DateTimeField(null=True, blank=True)  # when the account took this place: the first one is at home
    # when it was taken off an account: its next code takes two people
    released_at = models.DateTimeField(null=True, blank=True)
    number = models.CharField(_("编号"), max_length=20)
    name = models.CharField(_("姓名"), max_length=40)
    sound = models.CharField(max_length=120, blank=True)  # pinyin, for sorting and finding
    gender = models.CharField(_("性别"), max_length=8, choices=Gender, blank=True)
    ethnicity = models.CharField(_("民族"), max_length=20, blank=True)
    born_in = models.DateField(_("出生年月"), null=True, blank=True)  # first of the month
    party = models.CharField(_("政治面貌"), max_length=30, blank=True)
    is_party_member = models.BooleanField(_("是否党员"), null=True, blank=True)
    workplace = models.CharField(_("工作单位"), max_length=80, blank=True)
    workplace_post = models.CharField(_("单位职务"), max_length=60, blank=True)
    phone = EncryptedField(_("手机"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True)
    email = models.EmailField(_("邮箱"), blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    objects: ClassVar[MemberQuerySet] = MemberManager()  # type: ignore[assignment]
    everybody: ClassVar[MemberQuerySet] = MemberQuerySet.as_manager()  # type: ignore[assignment]  # those merged into another too

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "number"], name="member_number_once"),
            models.UniqueConstraint(fields=["committee", "account"], name="member_account_once"),
        ]
        indexes = [models.Index(fields=["committee", "name"], name="member_name")]

    def __str__(self) -> str:
        return self.name


class Seat(Row):
    """A member's seat: the sector (and special committee) in a term, from a day until the first day without, with the reason."""

    label_is_personal = True

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="seats")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="seats")
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="seats")
    special_committee = models.ForeignKey(SpecialCommittee, null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    convenes = models.BooleanField(_("界别召集人"), default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ending = models.CharField(_("离任原因"), max_length=12, choices=Ending, blank=True)
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "term", "committee"], condition=Q(ends_on=None), name="seat_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="seat_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(ends_on=None) | Q(ending=""), name="seat_with_an_ending_has_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.member}　{self.sector}"

    @property
    def never_began(self) -> bool:
        """Say whether who was to sit died before."""
        return self.ending == Ending.DIED and self.ends_on == self.starts_on


class Post(Row):
    """A member's 职务 in the assembly, from a day until the first day without."""

    label_is_personal = True

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="posts")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    rank = models.CharField(_("职务"), max_length=20, choices=Rank)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "term", "rank", "committee"], condition=Q(ends_on=None), name="post_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}　{self.get_rank_display()}"


class Suspension(Row):
    """停止履职: the member keeps the seat and may not act, from a day until the first day of acting again."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="suspensions")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=200)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "committee"], condition=Q(ends_on=None), name="suspended_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="suspension_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(member)s　停止履职") % {"member": self.member}
