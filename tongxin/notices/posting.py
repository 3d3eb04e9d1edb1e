"""Sending letters: one connection a run, a letter's failure is that letter's, a server that is away is nobody's."""

import logging
import ssl
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.core import faults
from tongxin.core.words import on_one_line
from tongxin.notices import letters
from tongxin.notices.models import Letter

BATCH = 200  # e-mails a run
LONGEST_RUN = timedelta(minutes=1)  # other jobs wait meanwhile
SUBJECT = 40
CLOSING, FOR_GOOD = 421, 500
LATER = gettext_lazy("对方暂时不收（{code}）")
REFUSED = (  # by whom: for now, for good
    (SMTPRecipientsRefused, LATER, gettext_lazy("收件方不接受这个地址（{code}），请核对邮箱")),
    (
        SMTPSenderRefused,
        gettext_lazy("邮件服务器暂时不收（{code}）"),
        gettext_lazy("邮件服务器不接受发件地址（{code}），请核对 TONGXIN_MAIL_FROM"),
    ),
    (SMTPDataError, LATER, gettext_lazy("收件方没有收下这封信（{code}）")),
)
NO_ANSWER = gettext_lazy("连不上邮件服务器，请检查设置（TONGXIN_SMTP_HOST、TONGXIN_SMTP_PORT）")
NO_ENTRY = gettext_lazy("邮件服务器不接受用户名或密码，请核对 TONGXIN_SMTP_USER、TONGXIN_SMTP_PASSWORD")
NOT_ENCRYPTED = gettext_lazy("与邮件服务器没有建立起加密连接，请核对 TONGXIN_SMTP_TLS 和 TONGXIN_SMTP_PORT")
NOT_READY = gettext_lazy("邮件服务器没有正常应答，请检查设置（TONGXIN_SMTP_HOST、TONGXIN_SMTP_PORT）")
AWAY = (NO_ANSWER, NO_ENTRY, NOT_ENCRYPTED, NOT_READY)  # no letter's fault, and no try of any
log = logging.getLogger(__name__)


class ServerAwayError(faults.SaidError):
    """The mail server cannot be reached, or does not let us in: no letter had a try."""


class Clock:
    """The time in a run that began at a said moment: what is held is held from now on, not from the run's begin."""

    def __init__(self, at: datetime) -> None:
        self.at, self._began = at, time.monotonic()

    @property
    def passed(self) -> timedelta:
        """How long the run lasts."""
        return timedelta(seconds=time.monotonic() - self._began)

    @property
    def now(self) -> datetime:
        """What time it is by now."""
        return self.at + self.passed


def send_waiting(*, at: datetime) -> int:
    """Send what is due; return how many letters went.

    Raises ServerAwayError where the server is away; all is tried again later.
    """
    letters.settle(at)
    waiting, clock, went = letters.due(at, most=BATCH), Clock(at), 0
    if not waiting:
        return 0
    try:
        connection = _opened()
    except ServerAwayError as error:
        letters.keep_waiting(str(error), at=clock.now)
        raise
    try:
        for letter in waiting:
            if clock.passed > LONGEST_RUN:
                break
            if held := letters.claim(letter, at=clock.now):
                went += _send(held, connection, clock)
    finally:
        _close(connection)
    return went


def _opened() -> Any:
    try:
        connection = get_connection()
        connection.open()
    except Exception as error:
        log.warning(_("邮件服务器连不上：%s"), faults.named(error))
        raise ServerAwayError(why_away(error)) from error
    return connection


def _close(connection: Any) -> None:
    try:
        connection.close()
    except Exception:  # noqa: BLE001 -- what was sent is sent, however the server says good-bye
        log.warning(_("与邮件服务器的连接没有正常结束"))


def _send(held: Sequence[Letter], connection: Any, clock: Clock) -> int:
    """Send one e-mail; return how many letters it carried. Raises ServerAwayError when the server went away over it.

    Even then it was that e-mail's try: one that the server hangs up at must not stand in the way of all others for
    ever.
    """
    try:
        held = letters.without_ended(held, at=clock.now)
        if not held:
            return 0
        message(held, connection).send()
    except Exception as error:
        log.warning(_("一封信没有寄出：%s"), faults.named(error))
        letters.failed(held, in_words(error), at=clock.now, for_good=_for_good(error))
        if _went_away(error):
            said = _("寄信途中邮件服务器断开或者没有回应，其余信件稍后再寄")
            raise ServerAwayError(said) from error
        return 0
    return letters.sent(held, at=clock.now)


# ── what it says ─────────────────────────────────────────────────────────────────────────────────
def message(held: Sequence[Letter], connection: Any = None) -> EmailMessage:
    """Write the e-mail of some letters to one person: a single one in its own words, several by their matters."""
    first = held[0].notice
    body = _of_several(held) if len(held) > 1 else first.text + _link(first.url)
    head = _("同心：%(text)s") % {"text": first.text} if len(held) == 1 else _("同心：%(n)s 条消息") % {"n": len(held)}
    return EmailMessage(
        subject=on_one_line(head)[: SUBJECT + 3],
        body=_("%(body)s\n\n这封信由系统发出。不想再收到邮件，请登录后在“我的”里关闭。") % {"body": body},
        to=[first.account.email],
        headers={"Message-ID": held[0].parcel},
        connection=connection,
    )


def _of_several(held: Sequence[Letter]) -> str:
    notices = sorted((letter.notice for letter in held), key=lambda notice: (notice.matter, -notice.pk))
    parts = []
    for _matter, told in groupby(notices, key=lambda notice: notice.matter):
        lines = list(told)
        said = [f"{timezone.localtime(n.made_at):%m-%d %H:%M}　{on_one_line(n.text)}" for n in lines]
        parts.append("\n".join(said) + _link(lines[0].url))
    return "\n\n".join(parts)


def _link(url: str) -> str:
    origin = (settings.CSRF_TRUSTED_ORIGINS or [""])[0]
    return _("\n查看：%(origin)s%(url)s") % {"origin": origin, "url": url} if origin and url else ""


# ── what went wrong ──────────────────────────────────────────────────────────────────────────────
def why_away(error: Exception) -> str:
    """Say why the mail server does not serve us, and which setting to look at."""
    if isinstance(error, SMTPAuthenticationError):
        return str(NO_ENTRY)
    if isinstance(error, ssl.SSLError | SMTPNotSupportedError):
        return str(NOT_ENCRYPTED)
    return str(NOT_READY if isinstance(error, SMTPException) else NO_ANSWER)


def in_words(error: Exception) -> str:
    """Say why a letter did not go, without what the other side wrote: that may name anybody."""
    code = _code(error)
    if _went_away(error):
        return _("寄信途中邮件服务器断开或者没有回应")
    for kind, for_now, for_good in REFUSED:
        if isinstance(error, kind):
            return (for_good if code >= FOR_GOOD else for_now).format(code=code)
    if isinstance(error, SMTPException):
        return _("邮件服务器没有办成（%(name)s%(what)s）") % {"name": type(error).__name__, "what": f" {code}" if code else ""}
    return _("这封信的地址或者内容不能寄（%(name)s）") % {"name": type(error).__name__}


def _code(error: Exception) -> int:
    if isinstance(error, SMTPRecipientsRefused):
        return max((code for code, _said in error.recipients.values()), default=0)
    return int(error.smtp_code) if isinstance(error, SMTPResponseException) else 0


def _went_away(error: Exception) -> bool:
    """Say whether the connection is of no use any more: closed, timed out, or said to be closing."""
    return (isinstance(error, SMTPServerDisconnected | OSError) and not _is_of_the_letter(error)) or _code(error) == CLOSING


def _is_of_the_letter(error: Exception) -> bool:
    """An SMTPException is an OSError too; only a lost connection among them is the server's."""
    return isinstance(error, SMTPException) and not isinstance(error, SMTPServerDisconnected)


def _for_good(error: Exception) -> bool:
    """Say whether trying again will hardly help: a lasting refusal, or a letter that cannot be written."""
    code = _code(error)
    return code >= FOR_GOOD or not (code or isinstance(error, OSError))
