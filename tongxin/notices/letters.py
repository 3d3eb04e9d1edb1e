"""Letters: which are written, which are wanted no more, who sends which, and how each went.

A letter is held by whoever sends it: taken by compare-and-set for some minutes, marked afterwards. What is neither
marked nor given back was held by a worker that was killed; it is tried again under the same Message-ID. Urgent ones go
at once, each by itself; the others of a person together, once a day.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.audit.models import Event
from tongxin.core import faults
from tongxin.core.ids import new_uid
from tongxin.notices.models import Letter, Notice
from tongxin.notices.table import holds, may_end

GIVE_UP_AFTER = timedelta(days=7)
FOR_GOOD = 6  # tries of what the other side refuses for good, half an hour of them
HELD = timedelta(minutes=10)
AHEAD = timedelta(minutes=10)  # nothing is added to a day's letter that somebody may be sending by now
LONGEST_WAIT = timedelta(hours=8)
READ, CLOSED, SWITCHED_OFF = _("寄出前已在网上阅读"), _("账户已停用，不再寄信"), _("收信人已关闭邮件，或者没有邮箱")
ENDED = _("寄出前这件事已经结束，不再寄信")
TOO_OLD = _("七天没有寄出，不再重试")
UNREAD = _("这封信或者它的收信人读不出来，请运行 tongxin audit verify 查明")
WAITING = Q(sent_at=None, given_up_at=None, dropped_at=None)


def waiting() -> QuerySet[Letter]:
    """Return the letters that are still to be sent."""
    return Letter.objects.filter(WAITING)


def queue(event: Event, *, at: datetime) -> None:
    """Write the letters of an event's notices, for whoever has e-mail and wants it."""
    wanted = Notice.objects.filter(event=event, letter=None, account__by_mail=True).exclude(account__email="")
    Letter.objects.bulk_create(
        [
            Letter(notice=n, address=n.account.email, made_at=at, next_try_at=at if n.urgent else daily_after(at))
            for n in wanted.select_related("account")
        ],
        ignore_conflicts=True,
    )


def daily_after(at: datetime) -> datetime:
    """Return when the next letter of a day goes out: at the hour that the installation says."""
    local = timezone.localtime(at + AHEAD)
    today = local.replace(hour=settings.MAIL_HOUR, minute=0, second=0, microsecond=0)
    return today if today >= local else today + timedelta(days=1)


# ── what is not to be sent any more ──────────────────────────────────────────────────────────────
def settle(at: datetime) -> None:
    """End the letters that nobody wants any more, each with why, and those that waited for a week."""
    for which, why in (
        (Q(notice__account__is_active=False), CLOSED),
        (Q(notice__account__by_mail=False) | Q(notice__account__email=""), SWITCHED_OFF),
        (Q(notice__read_at__isnull=False), READ),
    ):
        _free(at).filter(pk__in=_free(at).filter(which).order_by().values("pk")).update(dropped_at=at, problem=why)
    week_ago = at - GIVE_UP_AFTER
    old = _free(at).filter(Q(again_at=None) | Q(again_at__lt=week_ago), made_at__lt=week_ago)
    old.filter(problem="").update(given_up_at=at, problem=TOO_OLD)
    old.update(given_up_at=at)


def _free(at: datetime) -> QuerySet[Letter]:
    """Return the letters whose time has come and that nobody holds."""
    return waiting().filter(Q(claimed_until=None) | Q(claimed_until__lte=at), next_try_at__lte=at)


# ── who sends which ──────────────────────────────────────────────────────────────────────────────
def due(at: datetime, *, most: int) -> list[Letter]:
    """Return one letter of each e-mail that is due, the urgent ones first."""
    found: dict[object, Letter] = {}
    rows = _free(at).select_related("notice").order_by("-notice__urgent", "next_try_at", "id")
    # no word of it: one that cannot be read stops no other
    rows = rows.only("parcel", "notice__urgent", "notice__account")
    for letter in rows[: most * 20]:
        alone: object = letter.pk if letter.notice.urgent else ("daily", letter.notice.account_id)
        found.setdefault(letter.parcel or alone, letter)
    return list(found.values())[:most]


def claim(letter: Letter, *, at: datetime) -> list[Letter]:
    """Take all that goes out with a letter, for some minutes; nothing when another worker has it."""
    parcel = letter.parcel or f"<{new_uid()}.{letter.pk}@{_domain()}>"
    own = Q(pk=letter.pk)
    if letter.parcel:
        own = Q(parcel=letter.parcel)
    elif not letter.notice.urgent:
        own = Q(notice__account=letter.notice.account_id, notice__urgent=False)
    keys = list(_free(at).filter(own, parcel=letter.parcel).order_by("pk").values_list("pk", flat=True))
    token = new_uid()
    _free(at).filter(pk__in=keys, parcel=letter.parcel).update(claim=token, claimed_until=at + HELD, parcel=parcel)
    rows = faults.rows_of(Letter.objects.filter(claim=token).select_related("notice__account").order_by("notice_id"))
    held = [row for row in rows if not isinstance(row, faults.Unread)]
    if len(held) < len(rows):
        unread = Letter.objects.filter(claim=token).exclude(pk__in=[row.pk for row in held])
        unread.update(problem=UNREAD, claim="", claimed_until=None, tries=F("tries") + 1, next_try_at=at + LONGEST_WAIT)
    return held


def without_ended(held: Sequence[Letter], *, at: datetime) -> list[Letter]:
    """Drop those of held letters whose matter was over before they went, as an invitation that was taken back.

    Return the others.
    """
    told = Event.objects.filter(kind__in=may_end(), notices__letter__in=held)
    ended = {event.pk for event in told if not _holds(event, at)}
    if ended:
        _ours(held).filter(notice__event__in=ended).update(dropped_at=at, problem=ENDED, claim="", claimed_until=None)
    return [letter for letter in held if letter.notice.event_id not in ended]


def _holds(event: Event, at: datetime) -> bool:
    subject = apps.get_model(event.subject_type)._base_manager.filter(pk=event.subject_id).first()  # noqa: SLF001 -- public in practice
    return subject is not None and holds(event, subject, at)


def _domain() -> str:
    said: str = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return said or "localhost"


# ── how it went ──────────────────────────────────────────────────────────────────────────────────
def sent(held: Sequence[Letter], *, at: datetime) -> int:
    """Mark what was sent, and where to, where it is still ours."""
    return _ours(held).update(sent_at=at, address=_address(held), problem="", claim="", claimed_until=None, tries=F("tries") + 1)


def failed(held: Sequence[Letter], why: str, *, at: datetime, for_good: bool) -> None:
    """Note a failed try, and when the next is, or that there is none."""
    tries = max(letter.tries for letter in held) + 1
    over = for_good and tries >= FOR_GOOD
    _ours(held).update(
        tries=tries,
        address=_address(held),
        problem=why,
        claim="",
        claimed_until=None,
        given_up_at=at if over else None,
        next_try_at=at + faults.backing_off(tries, at_most=LONGEST_WAIT),
    )


def _address(held: Sequence[Letter]) -> str:
    """Return where a letter went or was to go.

    The account's address of now, not the one it had when the letter was written.
    """
    return held[0].notice.account.email


def keep_waiting(why: str, *, at: datetime) -> None:
    """Note of all that is due why it does not go; it costs none a try, and what was refused keeps its own reason."""
    _free(at).filter(tries=0).exclude(problem=why).update(problem=why)


def give_back(held: Sequence[Letter]) -> None:
    """Leave letters that were taken as they were: they had no try."""
    _ours(held).update(claim="", claimed_until=None)


def _ours(held: Iterable[Letter]) -> QuerySet[Letter]:
    return waiting().filter(claim__in={letter.claim for letter in held})


def send_again(letter: Letter, *, at: datetime) -> int:
    """Let what failed be tried anew, with all that goes out with it; says how many letters wait again."""
    together = Q(parcel=letter.parcel) if letter.parcel else Q(pk=letter.pk)
    rows = Letter.objects.filter(together, sent_at=None, dropped_at=None).exclude(problem="", again_at=None)
    return rows.update(given_up_at=None, tries=0, again_at=at, next_try_at=at, problem="")
