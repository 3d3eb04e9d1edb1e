"""Whether the worker keeps up: what waits to be told, sent and sealed, and each job's last success.

What is asked without signing in says no more than which part is late, and that only after a quarter of an hour: how
long something waits would tell when somebody acted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit import kinds, stored
from tongxin.audit.models import Event, Mark, Seal
from tongxin.core import room
from tongxin.core.templatetags.chinese import moment
from tongxin.notices import letters
from tongxin.notices.models import Job, Letter

LATE = timedelta(minutes=15)
LETTERS_LATE = timedelta(hours=1)
ROUNDS = 3  # that a job may miss
SEE = gettext_lazy("请看 tongxin worker 是否在运行")
SEE_PAGE = gettext_lazy("原因见“送达情况”页和后台任务的日志")
NO_SERVER = gettext_lazy("没有设邮件服务器（TONGXIN_SMTP_HOST），只在系统里告知")

NO_BACKUP = gettext_lazy("定时备份未启用（TONGXIN_BACKUP_EVERY），数据没有自动备份")


_notes: list[Callable[[], str]] = []


def register_note(source: Callable[[], str]) -> None:
    """Add what an app above has to say to whoever keeps the system though nothing is wrong.

    Nothing is said where it is empty.
    """
    _notes.append(source)


def notes() -> list[str]:
    """Return what whoever keeps the system has to know though nothing is wrong."""
    return [said for source in _notes if (said := source())]


@dataclass(frozen=True)
class Health:
    """What waits since when (nothing where it is not late), how many events could not be told, and which jobs are late or fail."""

    event: datetime | None
    oldest: datetime | None  # of the late ones the oldest whose hour may be told
    failing: int
    letter: datetime | None
    unsealed: datetime | None
    late: tuple[Job, ...]
    failed: tuple[Job, ...]
    full: bool

    @property
    def parts(self) -> dict[str, bool]:
        """Say of each part whether it is in order."""
        return {
            "notices": self.event is None and not self.failing,
            "letters": self.letter is None,
            "seals": self.unsealed is None,
            "jobs": not (self.late or self.failed),
            "disk": not self.full,
        }

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return all(self.parts.values())

    def words(self) -> list[str]:
        """Say what is not in order, and what to do; without the seals and the disk, of which others say more."""
        said = []
        if self.failing:
            said.append(
                _("有 %(failing)s 件事没有通知成，系统会再试，%(see_page)s") % {"failing": self.failing, "see_page": SEE_PAGE}
            )
        if self.event is not None:
            oldest = [_("最早的是 %(oldest)s 的事") % {"oldest": moment(self.oldest)}] if self.oldest is not None else []
            said.append("，".join([_("有事情过了 15 分钟还没有通知有关人员"), *oldest, str(SEE)]))
        if self.letter is not None:
            said.append(_("有信件过了应寄的时间一小时还没有寄，%(see)s、邮件服务器（TONGXIN_SMTP_HOST）能否连上") % {"see": SEE})
        return [
            *said,
            *(
                _("定时任务“%(job)s”连续 %(failures)s 次没有办成：%(problem)s%(see_log)s。%(last)s")
                % {"job": job, "failures": job.failures, "problem": job.problem, "see_log": _see_log(job), "last": _last(job)}
                for job in self.failed
            ),
            *(
                _("定时任务“%(job)s”没有按时运行，%(last)s，%(see)s") % {"job": job, "last": _last(job), "see": SEE}
                for job in self.late
            ),
        ]


def _last(job: Job) -> str:
    return _("上次正常运行是 %(done_at)s") % {"done_at": moment(job.done_at)} if job.done_at else _("还没有正常运行过")


def _see_log(job: Job) -> str:
    """Send to the log where the fault is named by its sort alone, or counted.

    Neither begins with a Chinese sentence.
    """
    return _("，请看后台任务的日志") if job.problem[:1].isascii() else ""


def look(now: datetime) -> Health:
    """Look at everything, in six questions whatever there is; what cannot be read, each job says of itself."""
    first = Event.objects.filter(pk__in=Mark.objects.filter(tries=0).values("event")).exclude(stored.misstored(Event))
    open_to_all = ~Q(kind__in=kinds.told_by_day())
    told = first.aggregate(since=Min("recorded_at"), oldest=Min("recorded_at", filter=open_to_all))
    jobs = list(Job.objects.order_by("name"))
    failed = tuple(job for job in jobs if job.failures >= ROUNDS)
    return Health(
        event=_late(told["since"], now, LATE),
        oldest=_late(told["oldest"], now, LATE),
        failing=Mark.objects.filter(tries__gt=0).count(),
        letter=_late(_unsent(), now, LETTERS_LATE) if settings.EMAIL_HOST else None,
        unsealed=_late(_unsealed(), now, LATE),
        late=tuple(job for job in jobs if job not in failed and is_late(job, now)),
        failed=failed,
        full=room.is_full(),
    )


def _late(since: datetime | None, now: datetime, allowed: timedelta) -> datetime | None:
    return since if since is not None and since < now - allowed else None


def _unsent() -> datetime | None:
    found: datetime | None = letters.waiting().exclude(stored.misstored(Letter)).aggregate(first=Min("next_try_at"))["first"]
    return found


def _unsealed() -> datetime | None:
    """Return when the first event behind the last sealed one was written.

    What was left out before it `check` looks for.
    """
    last = Seal.objects.aggregate(last=Max("event_id"))["last"] or 0
    later = Event.objects.filter(pk__gt=last).exclude(stored.misstored(Event))  # what cannot be read fails as the job's
    return later.order_by("pk").values_list("recorded_at", flat=True).first()


def is_late(job: Job, now: datetime) -> bool:
    """Say whether a job should have come to its end since; one that is switched off here never."""
    if job.switched_off:
        return False
    allowed = max(timedelta(seconds=job.every_seconds) * ROUNDS, LATE)
    return (job.done_at or job.begun_at) < now - allowed
