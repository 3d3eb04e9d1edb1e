"""Who keeps the house reads at home how it stands, also when nothing waits: no home is empty."""

from datetime import timedelta

from django.utils import timezone

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.notices.models import Job


def boards(who: Account) -> dict[str, dict[str, str]]:
    page = as_(who).get("/home/")
    found = [board for panel in page.context["panels"] for board in panel.facts.get("boards", ())]
    return {board.title: {line.label: line.said for line in board.lines} for board in found}


def _holder(cast: Cast, duty: str) -> Account:
    account = Account.objects.create(username=duty.replace(".", "-"), name="何其工")
    today = timezone.localdate()
    bodies.appoint(account, committee=cast.county, duty=duty, starts_on=today, actor=None, at=timezone.now())
    return account


def test_who_keeps_the_system_reads_whether_it_runs(cast: Cast) -> None:
    keeper, now = _holder(cast, Duty.SYSTEM_ADMIN), timezone.now()
    assert boards(keeper)["系统运行"] == {
        "数据备份": "定时备份未启用",
        "后台任务": "还没有运行过",
        "消息和邮件": "消息正常，邮件未启用",
        "磁盘空间": "充足",
    }
    Job.objects.create(name="seal", label="封存操作记录", every_seconds=300, begun_at=now, done_at=now)
    Job.objects.create(name="post", label="寄出邮件", every_seconds=60, begun_at=now, failures=3, problem="OSError")
    found = boards(keeper)["系统运行"]
    assert (found["寄出邮件"], found.get("后台任务")) == ("没有办成", "1 项正常")


def test_who_keeps_security_reads_what_ends_and_who_has_no_second_factor(cast: Cast) -> None:
    keeper, today = _holder(cast, Duty.SECURITY_ADMIN), timezone.localdate()
    assert boards(keeper)["职责和登录"]["三十天内到期"] == "没有"
    ends = today + timedelta(days=20)
    Appointment.objects.filter(account=cast.leader, duty=Duty.LEADERSHIP).update(ends_on=ends)
    Account.objects.filter(pk=cast.leader.pk).update(needs_second_factor=True)
    found = boards(keeper)["职责和登录"]
    assert found["三十天内到期"].startswith(f"{cast.leader.name}（主席会议成员，")
    assert cast.leader.name in found["还没有启用动态口令"]
    assert boards(cast.office).keys() & {"职责和登录", "系统运行", "记录和核验"} == set()


def test_who_audits_reads_what_was_recorded_and_each_figure_opens_to_it(cast: Cast) -> None:
    auditor, now = _holder(cast, Duty.AUDIT_ADMIN), timezone.now()
    for _time in range(2):
        audit.record("audit.read_protected", cast.county, actor=cast.office, at=now, data={"name": "林知远", "field": "手机"})
    page = as_(auditor).get("/home/")
    [board] = page.context["panels"][0].facts["boards"]
    [line] = [line for line in board.lines if line.label == "近七天查看受保护的个人信息"]
    assert line.said == "2 次"
    assert len(as_(auditor).get(line.url).context["rows"]) == 2


def test_who_adopts_rules_reads_which_are_the_own(cast: Cast) -> None:
    assert list(boards(_holder(cast, Duty.REGULATIONS))) == ["制度与规则"]
