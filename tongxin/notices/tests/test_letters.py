"""Letters: each fails by itself, is sent once, is bundled by person and day, and ends with a reason."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from tests.at_once import another_hand, both
from tests.cast import Cast, moment
from tongxin.accounts.models import Account
from tongxin.core.faults import SwitchedOffError
from tongxin.notices import actions, letters, posting, queries, tasks
from tongxin.notices.models import Letter, Notice
from tongxin.proposals import actions as proposals

NOON = moment("2026-11-30", 12)


@pytest.fixture
def by_mail(cast: Cast, settings: Any) -> Cast:
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "localhost", "tongxin@yx.example.invalid"
    for account, address in ((cast.proposer, "linzhiyuan"), (cast.cosigner, "heqinghe"), (cast.office, "office")):
        account.email = f"{address}@example.invalid"
        account.save()
    return cast


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Exception], None]:
    """Let the server answer a recipient with a fault."""
    faults: dict[str, Exception] = {}
    sends = EmailBackend.send_messages

    def send_messages(self: EmailBackend, messages: list[Any]) -> int:
        for message in messages:
            if message.to[0] in faults:
                raise faults[message.to[0]]
        return int(sends(self, messages))

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
    return faults.__setitem__


def a_letter(account: Account, text: str, *, urgent: bool = True, matter: str = "", at: datetime = NOON) -> Letter:
    """Write a letter as the delivery does."""
    event = actions.Event.objects.exclude(pk__in=Notice.objects.filter(account=account).values("event")).order_by("-id").first()
    notice = Notice.objects.create(
        account=account,
        event=event,
        committee_code="YX",
        text=text,
        urgent=urgent,
        matter=matter,
        made_at=at,
        day=timezone.localdate(at),
    )
    return Letter.objects.create(notice=notice, address=account.email, made_at=at, next_try_at=at)


def state_of(letter: Letter) -> tuple[bool, bool, bool, int, str]:
    letter.refresh_from_db()
    ended = (letter.sent_at is not None, letter.given_up_at is not None, letter.dropped_at is not None)
    return (*ended, letter.tries, letter.problem)


def test_a_line_break_in_a_reason_stops_no_letter(by_mail: Cast) -> None:
    proposal = by_mail.submitted(NOON)
    first = a_letter(by_mail.proposer, f"您的提案《{proposal.title}》退回修改：第一处\n第二处\r\nBcc: x@example.invalid")
    second = a_letter(by_mail.cosigner, "另一件事")
    assert tasks.send_letters(NOON) == 2
    assert (state_of(first)[0], state_of(second)[0]) == (True, True)
    assert all("\n" not in message.subject and "\r" not in message.subject for message in mail.outbox)
    assert [message.to for message in mail.outbox] == [["linzhiyuan@example.invalid"], ["heqinghe@example.invalid"]]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (smtplib.SMTPRecipientsRefused({"x": (550, b"no such user linzhiyuan")}), "收件方不接受这个地址（550），请核对邮箱"),
        (smtplib.SMTPSenderRefused(550, b"no", "x"), "邮件服务器不接受发件地址（550），请核对 TONGXIN_MAIL_FROM"),
        (UnicodeEncodeError("ascii", "林", 0, 1, "no"), "这封信的地址或者内容不能寄（UnicodeEncodeError）"),
        (ValueError("header"), "这封信的地址或者内容不能寄（ValueError）"),
        (smtplib.SMTPDataError(554, b"spam"), "收件方没有收下这封信（554）"),
    ],
)
def test_what_is_wrong_with_a_letter_is_that_letters_alone(
    by_mail: Cast, wrong: Callable[[str, Exception], None], fault: Exception, said: str
) -> None:
    by_mail.submitted(NOON)
    bad, good = a_letter(by_mail.proposer, "一件事"), a_letter(by_mail.cosigner, "另一件事")
    wrong("linzhiyuan@example.invalid", fault)
    assert tasks.send_letters(NOON) == 1
    assert state_of(bad) == (False, False, False, 1, said)
    assert state_of(good) == (True, False, False, 1, "")
    assert tasks.send_letters(NOON + timedelta(seconds=30)) == 0  # not before its time
    assert state_of(bad)[3] == 1
    at = NOON
    for _again in range(12):
        at += timedelta(hours=9)
        tasks.send_letters(at)
    assert state_of(bad) == (False, True, False, letters.FOR_GOOD, said)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (smtplib.SMTPRecipientsRefused({"x": (451, b"greylisted")}), "对方暂时不收（451）"),
        (smtplib.SMTPDataError(452, b"full"), "对方暂时不收（452）"),
        (smtplib.SMTPSenderRefused(451, b"later", "x"), "邮件服务器暂时不收（451）"),
    ],
)
def test_what_is_refused_for_now_is_not_said_to_be_refused_for_good(
    by_mail: Cast, wrong: Callable[[str, Exception], None], fault: Exception, said: str
) -> None:
    by_mail.submitted(NOON)
    letter = a_letter(by_mail.proposer, "一件事")
    wrong("linzhiyuan@example.invalid", fault)
    assert tasks.send_letters(NOON) == 0
    assert state_of(letter) == (False, False, False, 1, said)
    assert list(queries.posted({"YX"}, only_failed=True)) == [letter]


def test_a_server_that_is_away_costs_no_letter_a_try(by_mail: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    by_mail.submitted(NOON)
    waiting = [a_letter(by_mail.proposer, "一件事"), a_letter(by_mail.cosigner, "另一件事")]

    def away(_self: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "open", away, raising=False)
    with pytest.raises(posting.ServerAwayError, match=r"^连不上邮件服务器，请检查设置"):
        tasks.send_letters(NOON)
    assert [state_of(letter) for letter in waiting] == [(False, False, False, 0, posting.NO_ANSWER)] * 2
    assert list(queries.posted({"YX"}, only_failed=True)) == waiting[::-1]
    refused = letters.waiting().get(pk=waiting[0].pk)
    refused.tries, refused.problem = 1, "对方暂时不收（451）"
    refused.save()
    with pytest.raises(posting.ServerAwayError):
        tasks.send_letters(NOON)
    assert [state_of(letter)[3:] for letter in waiting] == [(1, "对方暂时不收（451）"), (0, posting.NO_ANSWER)]
    Letter.objects.filter(pk=refused.pk).update(tries=0)
    monkeypatch.undo()
    assert tasks.send_letters(NOON + timedelta(minutes=1)) == 2
    assert [state_of(letter) for letter in waiting] == [(True, False, False, 1, "")] * 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (TimeoutError(), posting.NO_ANSWER),
        (socket.gaierror(-2, "x"), posting.NO_ANSWER),
        (smtplib.SMTPConnectError(421, b"x"), posting.NOT_READY),
        (smtplib.SMTPAuthenticationError(535, b"linzhiyuan"), posting.NO_ENTRY),
        (ssl.SSLError("x"), posting.NOT_ENCRYPTED),
        (smtplib.SMTPNotSupportedError("x"), posting.NOT_ENCRYPTED),
    ],
)
def test_why_the_server_is_away_is_said_with_the_setting_to_look_at(fault: Exception, said: str) -> None:
    assert (posting.why_away(fault), "Error" in said, "TONGXIN_SMTP" in said) == (said, False, True)


def test_no_server_is_no_success_of_sending(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    with pytest.raises(SwitchedOffError, match="TONGXIN_SMTP_HOST"):
        tasks.send_letters(NOON)


def test_a_letter_goes_to_the_address_of_now_and_says_so_and_keeps_when_it_was_written(
    by_mail: Cast, wrong: Callable[[str, Exception], None]
) -> None:
    by_mail.submitted(NOON)
    letter = a_letter(by_mail.proposer, "一件事")
    wrong("linzhiyuan@example.invalid", smtplib.SMTPRecipientsRefused({"x": (550, b"no")}))
    later = NOON + timedelta(days=8)
    for turn in range(letters.FOR_GOOD):
        tasks.send_letters(NOON + timedelta(hours=9 * turn))
    assert state_of(letter)[1] is True
    Account.objects.filter(pk=by_mail.proposer.pk).update(email="zhiyuan@example.invalid")
    assert letters.send_again(letter, at=later) == 1
    assert tasks.send_letters(later) == 1
    assert (state_of(letter)[0], letter.address, letter.made_at) == (True, "zhiyuan@example.invalid", NOON)
    assert mail.outbox[-1].to == ["zhiyuan@example.invalid"]


def test_a_letter_sent_again_has_a_week_from_then(by_mail: Cast, wrong: Callable[[str, Exception], None]) -> None:
    by_mail.submitted(NOON)
    letter, again = a_letter(by_mail.proposer, "一件事"), NOON + timedelta(days=8)
    wrong("linzhiyuan@example.invalid", smtplib.SMTPRecipientsRefused({"x": (451, b"later")}))
    tasks.send_letters(again)
    letters.send_again(letter, at=again)
    tasks.send_letters(again + timedelta(days=6))
    assert state_of(letter)[1] is False
    tasks.send_letters(again + timedelta(days=8))
    assert state_of(letter)[1] is True


def test_a_server_that_hangs_up_at_one_letter_ends_the_run_and_the_next_goes_on(
    by_mail: Cast, wrong: Callable[[str, Exception], None]
) -> None:
    by_mail.submitted(NOON)
    bad, good = a_letter(by_mail.proposer, "一件事"), a_letter(by_mail.cosigner, "另一件事")
    wrong("linzhiyuan@example.invalid", smtplib.SMTPServerDisconnected("gone"))
    with pytest.raises(posting.ServerAwayError):
        tasks.send_letters(NOON)
    assert (state_of(bad)[3], state_of(good)) == (1, (False, False, False, 0, ""))
    assert tasks.send_letters(NOON + timedelta(seconds=30)) == 1
    assert state_of(good)[0] is True


def test_a_run_opens_one_connection(by_mail: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    by_mail.submitted(NOON)
    for account in (by_mail.proposer, by_mail.cosigner, by_mail.office):
        a_letter(account, "一件事")
    made: list[int] = []
    monkeypatch.setattr(posting, "get_connection", lambda: made.append(1) or EmailBackend())
    assert (tasks.send_letters(NOON), made) == (3, [1])


def test_a_letter_that_nobody_wants_any_more_is_settled_with_why(by_mail: Cast) -> None:
    by_mail.submitted(NOON)
    closed, off, read = (a_letter(account, "一件事") for account in (by_mail.proposer, by_mail.cosigner, by_mail.office))
    Account.objects.filter(pk=by_mail.proposer.pk).update(is_active=False)
    Account.objects.filter(pk=by_mail.cosigner.pk).update(by_mail=False)
    Notice.objects.filter(pk=read.notice_id).update(read_at=NOON)
    assert tasks.send_letters(NOON) == 0
    assert [state_of(letter)[2:] for letter in (closed, off, read)] == [
        (True, 0, letters.CLOSED),
        (True, 0, letters.SWITCHED_OFF),
        (True, 0, letters.READ),
    ]
    assert mail.outbox == []


def test_what_waited_for_a_week_is_given_up(by_mail: Cast) -> None:
    by_mail.submitted(NOON)
    old = a_letter(by_mail.proposer, "一件事")
    assert tasks.send_letters(NOON + timedelta(days=8)) == 0
    assert state_of(old) == (False, True, False, 0, letters.TOO_OLD)
    assert letters.send_again(old, at=NOON + timedelta(days=8)) == 1
    assert tasks.send_letters(NOON + timedelta(days=8)) == 1


def test_the_days_others_go_together_once_in_the_morning_and_urgent_ones_at_once(by_mail: Cast, settings: Any) -> None:
    settings.MAIL_HOUR = 8
    evening = moment("2026-11-30", 18)
    assert letters.daily_after(evening) == moment("2026-12-01", 8)
    assert letters.daily_after(moment("2026-12-01", 7)) == moment("2026-12-01", 8)
    assert letters.daily_after(moment("2026-12-01", 7) + timedelta(minutes=55)) == moment("2026-12-02", 8)
    by_mail.submitted(NOON)
    actions.deliver()
    Letter.objects.all().delete()
    for n in range(3):
        a_letter(by_mail.cosigner, f"第{n}件", urgent=False, matter=f"m{n % 2}")
    a_letter(by_mail.cosigner, "急件")
    assert tasks.send_letters(NOON) == 4
    urgent, together = mail.outbox
    assert (urgent.subject, together.subject) == ("同心：急件", "同心：3 条消息")
    assert together.body.index("第2件") < together.body.index("第0件") < together.body.index("第1件")


def test_a_letter_held_by_a_worker_that_was_killed_is_tried_after_its_time_under_the_same_name(by_mail: Cast) -> None:
    by_mail.submitted(NOON)
    letter = a_letter(by_mail.proposer, "一件事")
    [held] = letters.claim(letter, at=NOON)
    assert tasks.send_letters(NOON + timedelta(minutes=9)) == 0
    assert tasks.send_letters(NOON + timedelta(minutes=11)) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == held.parcel
    assert held.parcel.endswith("@yx.example.invalid>")
    assert letters.sent([held], at=NOON) == 0  # the first comes back too late: it is not his any more


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_a_letter_once(by_mail: Cast) -> None:
    by_mail.submitted(NOON)
    letter = a_letter(by_mail.proposer, "一件事", urgent=False)
    a_letter(by_mail.proposer, "另一件事", urgent=False)
    taken: list[int] = []
    both(*[lambda: taken.append(len(letters.claim(letter, at=NOON)))] * 2)
    assert sorted(taken) == [0, 2]


@pytest.mark.django_db(transaction=True)
def test_one_who_claims_just_before_gets_it_alone(by_mail: Cast) -> None:
    by_mail.submitted(NOON)
    letter = a_letter(by_mail.proposer, "一件事")
    theirs: list[int] = []
    with another_hand('UPDATE "notices_letter"', lambda: theirs.append(len(letters.claim(letter, at=NOON)))):
        ours = letters.claim(letter, at=NOON)
    assert len(ours) + theirs[0] == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_and_tell_nothing_twice(by_mail: Cast) -> None:
    """Threads with connections of their own: on a file SQLite as on PostgreSQL."""
    for n in range(3):
        by_mail.submitted(NOON + timedelta(minutes=n), title=f"关于第{n}件事的建议")
    Notice.objects.all().delete()
    for event in actions.Event.objects.all():
        actions.Mark.objects.get_or_create(event=event, consumer=actions.CONSUMER)
    errors: list[BaseException] = []
    ready = threading.Barrier(2)

    def work() -> None:
        try:
            ready.wait(20)
            actions.deliver()
            ready.wait(60)
            posting.send_waiting(at=timezone.now() + timedelta(days=2))
        except BaseException as error:  # noqa: BLE001 -- shown below
            errors.append(error)
        finally:
            connection.close()

    hands = [threading.Thread(target=work) for _hand in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert errors == []
    told = list(Notice.objects.values_list("account", "event"))
    assert len(told) == len(set(told)) > 0
    # invitations that were answered are not sent
    assert Letter.objects.filter(sent_at=None, dropped_at=None).count() == 0
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(ids) == len(set(ids)) == Letter.objects.exclude(sent_at=None).values("parcel").distinct().count()


# ── what is over, and what is said of what waits ──
@pytest.mark.parametrize("over", [False, True])
def test_an_invitation_that_is_over_is_not_sent(by_mail: Cast, *, over: bool) -> None:
    draft, now = by_mail.draft(), timezone.now()
    invited = [by_mail.member(by_mail.cosigner)]
    proposals.invite_cosigners(draft, members=invited, until=now + timedelta(days=1), actor=by_mail.proposer, at=now)
    actions.deliver()
    letter = Letter.objects.get(notice__event__kind="proposals.invite", notice__account=by_mail.cosigner)
    if over:
        draft.signatures.filter(member=invited[0]).update(answer="lapsed")
    posting.send_waiting(at=now + timedelta(hours=1))
    letter.refresh_from_db()
    assert [bool(mail.outbox), letter.sent_at is None] == [not over, over]
    assert letter.problem == (letters.ENDED if over else "")
    assert letter.standing == ("不用寄" if over else "已寄出")


def test_what_somebody_lets_be_sent_again_stands_in_the_queue_until_it_was_tried(
    by_mail: Cast, wrong: Callable[[str, Exception], None]
) -> None:
    letter = a_letter(by_mail.cosigner, "提案受理")
    wrong("heqinghe@example.invalid", smtplib.SMTPRecipientsRefused({"x": (451, b"")}))
    posting.send_waiting(at=NOON)
    letter.refresh_from_db()
    assert (letters.send_again(letter, at=NOON), letters.send_again(letter, at=NOON)) == (1, 1)
    letter.refresh_from_db()
    assert (letter.standing, letter.problem) == ("排队中，将在几分钟内再寄", "")
    assert letter in queries.posted({"YX"}, only_failed=True)
    posting.send_waiting(at=NOON)
    letter.refresh_from_db()
    assert letter.standing == "还没有寄成，会再试"


def test_a_letter_of_the_day_says_that_it_waits_for_the_others(by_mail: Cast) -> None:
    standings = [a_letter(by_mail.cosigner, "一件", urgent=urgent).standing for urgent in (True, False)]
    assert standings == ["等待寄出", "随每日汇总邮件寄出"]
