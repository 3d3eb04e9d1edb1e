"""What was entered wrong about a member (更正登记资料): who he is, the sector and the posts of his seat.

A correction says that it was so from the beginning: a post that nobody held ends on the day on which it began. What
changes in time is no correction.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.core.shown import Values, demand_as_shown
from tongxin.core.sounds import sound_of
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import clean_line
from tongxin.members import queries
from tongxin.members.actions import StandingError, hold
from tongxin.members.choices import ENTERED_FIELDS, OF_SEAT, Rank
from tongxin.members.models import Member, Post, Seat, Suspension


@transaction.atomic
def correct(
    member: Member, *, fields: Mapping[str, Any], reason: str, actor: Account, at: datetime, shown: Values | None = None
) -> list[str]:
    """Correct what was entered of a member; the event names the fields and the reason, never a value.

    `fields`: what is right, by name, of what is to be corrected; those of OF_SEAT are of the seat held now. `shown`:
    what the page showed. Returns the labels of what changed. Raises StandingError, and ChangedMeanwhileError where
    another changed something since.
    """
    member = hold(member)
    now = queries.entered(member, timezone.localdate(at))
    demand_as_shown(shown, now, {name: queries.as_entered(name, value) for name, value in fields.items()})
    before = member.name
    changed = [
        name for name in ENTERED_FIELDS if name in fields and hasattr(member, name) and getattr(member, name) != fields[name]
    ]
    for name in changed:
        setattr(member, name, fields[name])
    if "name" in changed:
        member.sound = sound_of(member.name)
    if changed:
        member.full_clean()
        member.save(update_fields=[*changed, *(["sound"] if "name" in changed else [])])
    if "name" in changed:
        _rename_account(member, before)
    proves: list[Saved] = []
    seat = queries.seat_now(member, timezone.localdate(at))
    if seat is not None:
        changed += _correct_seat(seat, fields, proves, timezone.localdate(at))
        if "ranks" in fields and _correct_posts(seat, fields["ranks"], proves, at):
            changed.append("ranks")
    elif set(OF_SEAT) & set(fields):
        message = _("%(member)s现在没有席位，界别、专委会、职务、任职日期不能更正") % {"member": member.name}
        raise StandingError(message)
    labels = [str(label) for name, label in ENTERED_FIELDS.items() if name in changed]
    if labels:
        data = {"name": member.name, "fields": labels, "reason": clean_line(reason)}
        audit.record("members.correct", member, actor=actor, at=at, proves=proves, data=data)
    return labels


def _rename_account(member: Member, before: str) -> None:
    """Let an account that is this seat's alone bear the right name too."""
    if member.account is not None and not queries.belongs_elsewhere(member):
        Account.objects.filter(pk=member.account.pk, name=before).update(name=member.name)


def _correct_seat(seat: Seat, fields: Mapping[str, Any], proves: list[Saved], on: date) -> list[str]:
    changed = [name for name in OF_SEAT if name in fields and name != "ranks" and getattr(seat, name) != fields[name]]
    if not changed:
        return []
    _demand_no_convenor_of_another_sector(seat, fields, changed)
    is_sound = bool(audit.sound([seat]))
    if "starts_on" in changed:
        _demand_may_begin(seat, fields["starts_on"], on)
        _move_posts(seat, fields["starts_on"], proves)
    for name in changed:
        body = fields[name]
        if name in {"sector", "special_committee"} and body is not None and body.term_id != seat.term_id:
            message = _("%(body)s不是%(term)s的") % {"body": body, "term": seat.term}
            raise StandingError(message)
        setattr(seat, name, body)
    seat.save(update_fields=changed)
    if is_sound:
        proves.append(Saved(seat, tuple(changed)))
    return changed


def _demand_may_begin(seat: Seat, begins: date, on: date) -> None:
    """A seat begins with its term or later, not before the member left an earlier one of it, and by today.

    Pauses lie in it.
    """
    if begins > on:
        message = _("任职日期不能在今天以后")
        raise StandingError(message)
    if begins < seat.term.starts_on:
        message = _("任职日期不能早于%(term)s开始的 %(starts_on)s") % {
            "term": seat.term,
            "starts_on": full_day(seat.term.starts_on),
        }
        raise StandingError(message)
    before = Seat.objects.filter(member=seat.member_id, term=seat.term_id, ends_on__gt=begins, pk__lt=seat.pk)
    before = before.exclude(ends_on=F("starts_on"))
    if (left := before.order_by("-ends_on").values_list("ends_on", flat=True).first()) is not None:
        message = _("任职日期不能早于上一次离任的 %(left)s") % {"left": full_day(left)}
        raise StandingError(message)
    pauses = Suspension.objects.filter(member=seat.member_id, starts_on__range=(seat.starts_on, begins - timedelta(days=1)))
    if (first := pauses.order_by("starts_on").values_list("starts_on", flat=True).first()) is not None:
        message = _("%(first)s已经停止履职，任职日期不能在这以后") % {"first": full_day(first)}
        raise StandingError(message)


def _move_posts(seat: Seat, begins: date, proves: list[Saved]) -> None:
    """Let the posts that began with the seat, or would begin before it, begin with it still, those that ended since too."""
    with_it = Q(starts_on=seat.starts_on) | Q(starts_on__lt=begins, starts_on__gte=seat.starts_on)
    posts = list(Post.objects.filter(with_it, member=seat.member_id, term=seat.term_id).order_by("starts_on", "pk"))
    for post in posts:
        _demand_held_still(post, begins)
    sound = set(audit.sound(posts))
    for post in posts:
        post.ends_on = begins if _was_never_held(post) else post.ends_on
        post.starts_on = begins
        post.save(update_fields=["starts_on", "ends_on"])
    proves += [Saved(post, ("starts_on", "ends_on")) for post in posts if post in sound]


def _was_never_held(post: Post) -> bool:
    return post.ends_on == post.starts_on


def _demand_held_still(post: Post, begins: date) -> None:
    """A post that was held and ended is not made one that never was."""
    if post.ends_on is not None and post.ends_on <= begins and not _was_never_held(post):
        message = _("登记的%(rank)s到 %(ends_on)s为止，任职日期须在这以前") % {
            "rank": post.get_rank_display(),
            "ends_on": full_day(post.ends_on),
        }
        raise StandingError(message)


def _demand_no_convenor_of_another_sector(seat: Seat, fields: Mapping[str, Any], changed: Collection[str]) -> None:
    """Whoever convenes one sector convenes no other unsaid."""
    if "sector" in changed and seat.convenes and "convenes" not in changed:
        message = _(
            "登记为%(sector)s的召集人，更正界别的，请把“界别召集人”改为“否”；在%(sector2)s任召集人的，更正以后再改为“是”"
        ) % {"sector": seat.sector, "sector2": fields["sector"]}
        raise StandingError(message)


def _correct_posts(seat: Seat, ranks: Collection[str], proves: list[Saved], at: datetime) -> bool:
    """Let the posts held now be these; an ordinary member holds none."""
    on = timezone.localdate(at)
    held = queries.posts_now(seat, on)
    wanted = {*ranks} - {Rank.MEMBER.value}
    never = [post for post in held if post.rank not in wanted and post.rank != Rank.MEMBER]
    missing = sorted(wanted - {post.rank for post in held})
    sound = set(audit.sound(never))
    for post in never:
        post.ends_on = post.starts_on
        post.save(update_fields=["ends_on"])
    proves += [Saved(post, ("ends_on",)) for post in never if post in sound]
    for rank in missing:
        _begin(seat, rank, proves, on)
    return bool(never or missing)


def _begin(seat: Seat, rank: str, proves: list[Saved], on: date) -> None:
    """Let a post begin with the seat; where it was taken for never held, on the day on which it had begun.

    A day that was changed past the house is not vouched for, as a copy either.
    """
    said = {"committee": seat.committee, "member": seat.member, "term": seat.term, "rank": rank}
    since = Post.objects.filter(**said, ends_on=F("starts_on"), starts_on__range=(seat.starts_on, on)).order_by("-pk").first()
    made = Post.objects.create(**said, starts_on=since.starts_on if since is not None else seat.starts_on)
    if since is None or audit.sound([since]):
        proves.append(New(made))
