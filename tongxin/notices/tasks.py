"""Scheduled work of notices: what was left undelivered, and letters."""

from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from tongxin.notices import actions
from tongxin.notices.models import Letter

GIVE_UP_AFTER = timedelta(days=7)
BATCH = 100


def deliver_left_over(_at: datetime) -> int:
    """Deliver what no request delivered (a crash between commit and delivery)."""
    return actions.deliver()


def send_letters(at: datetime) -> int:
    """Send waiting letters; a letter that fails is tried again, ever later, and given up after a week."""
    if not settings.EMAIL_HOST:
        return 0
    sent = 0
    waiting = Letter.objects.filter(sent_at=None, given_up_at=None, next_try_at__lte=at).select_related("notice")
    waiting = waiting.filter(notice__account__is_active=True)  # none to an account that was closed, as a dead member's is
    for letter in waiting.order_by("next_try_at")[:BATCH]:
        try:
            EmailMessage(subject=f"同心：{letter.notice.text[:40]}", body=_body(letter), to=[letter.address]).send()
        except (SMTPException, OSError) as error:
            letter.tries += 1
            letter.problem = str(error)[:200]
            letter.next_try_at = at + timedelta(minutes=2 ** min(letter.tries, 9))
            letter.given_up_at = at if at - letter.made_at > GIVE_UP_AFTER else None
        else:
            letter.sent_at, letter.problem = at, ""
            sent += 1
        letter.save()
    return sent


def _body(letter: Letter) -> str:
    origin = (settings.CSRF_TRUSTED_ORIGINS or [""])[0]
    where = f"\n\n查看：{origin}{letter.notice.url}" if origin and letter.notice.url else ""
    return f"{letter.notice.text}{where}\n\n这封信由系统发出。不想再收到邮件，请登录后在“我的”里关闭。"


SCHEDULE = [(timedelta(seconds=30), deliver_left_over), (timedelta(seconds=60), send_letters)]
