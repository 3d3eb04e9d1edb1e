"""The jobs of the apps' `tasks.SCHEDULE`: what the worker does on its hour, what each is called, and how it went."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tongxin.core.catalogue import _

logger = logging.getLogger("tongxin.worker")
Job = Callable[[datetime], object]
PROMPT = 1.0  # seconds: what comes so often waits for no other job
NOTED_EVERY = 30.0
LABELS = {
    "accounts.tasks.clear": _("清除过期的登录"),
    "audit.tasks.seal": _("封存操作记录"),
    "audit.tasks.look_through_files": _("核对附件内容"),
    "files.tasks.clear_orphans": _("清除没有用上的附件"),
    "members.tasks.close_accounts": _("停用去世委员的账户"),
    "notices.tasks.deliver_left_over": _("发送通知"),
    "notices.tasks.send_letters": _("寄信"),
    "handling.tasks.close_rounds": _("结束评价"),
    "handling.tasks.tell_deadlines": _("提醒期限"),
    "handling.tasks.set_dates_again": _("重定暂定期限"),
    "committees.tasks.carry_out_changes": _("单位变动生效"),
    "backups.tasks.take_if_due": _("定时备份"),
    "imports.tasks.take_up_left_over": _("接着办理导入"),
    "imports.tasks.clear_files": _("清除导入用过的文件"),
}


class Scheduled:
    """One job of an app's `tasks.SCHEDULE`: due at once, then every so often."""

    def __init__(self, every: timedelta | float, job: Job) -> None:
        self.every = every.total_seconds() if isinstance(every, timedelta) else float(every)
        self.job = job
        self.due = 0.0
        self.noted = -NOTED_EVERY
        self.has_failed = False  # in this round
        self.is_ill = False  # failed when it ran last

    @property
    def name(self) -> str:
        """Where the job is written, for the log."""
        function: Any = self.job
        return f"{function.__module__}.{function.__qualname__}"

    @property
    def is_prompt(self) -> bool:
        """Whether it waits for no other job."""
        return self.every <= PROMPT

    @property
    def label(self) -> str:
        """What the office calls it."""
        return LABELS.get(self.name.removeprefix("tongxin."), self.name)

    def is_due(self, now: float) -> bool:
        """Say whether its time has come."""
        return now >= self.due

    def run_if_due(self, now: float) -> bool:
        """Run the job when its time has come; a failure is logged and kept, and the job comes again at its next time.

        How one went that comes oftener is kept each half minute, and at once where it failed or does so no more.
        """
        self.has_failed = False
        if not self.is_due(now):
            return False
        from django.utils import timezone

        from tongxin.notices import jobs

        self.due = now + self.every
        keeps, self.is_ill = self.is_ill or now >= self.noted + NOTED_EVERY, False
        if keeps:
            self.noted = now
            self._note(partial(jobs.begin, self.name, label=self.label, every_seconds=self.every, at=timezone.now()))
        try:
            self.job(timezone.now())
        except Exception as error:  # noqa: BLE001 -- it is logged there
            self._keep_failure(error, now)
        else:
            if keeps:
                self._note(partial(jobs.done, self.name, at=timezone.now()))
        return True

    def _keep_failure(self, error: Exception, now: float) -> None:
        """Keep that it failed, or is switched off here.

        What comes each second waits for a while then, as does the log.
        """
        from django.utils import timezone

        from tongxin.core.faults import SaidError, SwitchedOffError
        from tongxin.notices import jobs

        if isinstance(error, SwitchedOffError):
            self._note(partial(jobs.off, self.name, why=str(error)))
            return
        self.has_failed = self.is_ill = True
        self.due = now + max(self.every, NOTED_EVERY if self.is_prompt else 0)
        if isinstance(error, SaidError):
            logger.warning(_("定时任务 %s 没有完成，下次再试：%s"), self.name, error)
        else:
            logger.error(_("定时任务 %s 没有完成，下次再试"), self.name, exc_info=error)
        self._note(partial(jobs.failed, self.name, error, at=timezone.now()))

    def _note(self, write: Callable[[], None]) -> None:
        """Keep how it went; that this cannot be written keeps no job from running."""
        try:
            write()
        except Exception:
            logger.exception("定时任务 %s 的运行情况没有记下", self.name)


def schedule(apps: Iterable[str]) -> list[Scheduled]:
    """Collect `SCHEDULE`, a list of (every, function of the time), from each app's `tasks` module."""
    found = []
    for app in apps:
        if find_spec(f"{app}.tasks") is not None:
            for every, job in getattr(import_module(f"{app}.tasks"), "SCHEDULE", ()):
                found.append(Scheduled(every, job))
    return found
