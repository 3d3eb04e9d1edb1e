"""What `tongxin check` says of a thing with which nothing is wrong.

That it is in order, or that there is nothing to be so.
"""

from tongxin.core.catalogue import _


def words(name: str) -> str:
    """Say that one thing is in order; what is switched off, or was never done, is not called that."""
    from django.conf import settings

    from tongxin.backups import keeping
    from tongxin.handling.queries import calendar_note
    from tongxin.notices.health import NO_SERVER

    if name == "定时备份" and keeping.every() is None:
        return str(keeping.NOT_ASKED)
    if name == "通知和定时任务" and not settings.EMAIL_HOST:
        return _("正常（%(no_server)s）") % {"no_server": NO_SERVER}
    if name == "放假安排":  # that a calendar is not published yet is never wrong, and may be worth knowing
        return calendar_note() or _("正常")
    if name == "附件内容":
        return (
            _("正常（%(when)s 核对）") % {"when": when}
            if (when := files_looked_at())
            else _("还没有核对过，tongxin worker 第一次运行时核对")
        )
    return _("正常")


def files_looked_at() -> str:
    """Say when the bytes of the stored files were read last; empty where they never were."""
    from tongxin.audit import looking
    from tongxin.core.templatetags.chinese import moment

    looked = looking.last()
    return moment(looked.at) if looked is not None else ""
