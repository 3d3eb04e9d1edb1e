"""Who takes away what is over: by the regulation in force, in the own committee, after looking at the list."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, moment
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import erasing, verifying
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import raw
from tongxin.cli.entrance import main
from tongxin.committees import actions as bodies
from tongxin.committees import findings
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.core.templatetags.chinese import case_number, full_day
from tongxin.desks import queues
from tongxin.desks.queues import at_addresses
from tongxin.handling.models import Rating, Reply
from tongxin.members.models import Member, Seat
from tongxin.notices.models import Notice
from tongxin.privacy import actions, queries
from tongxin.privacy.table import Going
from tongxin.privacy.tests.test_own import as_
from tongxin.proposals.queries import raters
from tongxin.regulations.actions import adopt
from tongxin.regulations.models import Regulation
from tongxin.regulations.schema import SchemaError

LONG_AGO = moment("2020-03-20")
TODAY = timezone.localdate


def read_notices(cast: Cast, number: int, account: Account | None = None) -> None:
    """Notices that were read long ago."""
    account = account or cast.proposer
    events = [audit.record("accounts.sign_in", account, actor=account, at=moment("2026-03-01")) for _n in range(number)]
    Notice.objects.bulk_create(
        Notice(
            account=account,
            committee_code=event.committee_code,
            event=event,
            text=f"消息 {n}",
            made_at=LONG_AGO,
            read_at=LONG_AGO,
        )
        for n, event in enumerate(events)
    )


def post(client: Client, key: str, **data: Any) -> Any:
    return client.post(f"/privacy/{key}/erase/", data)


def confirm(client: Client, key: str, seen: str) -> Any:
    """Confirm a list that was looked at, and go where that leads."""
    return client.post(f"/privacy/{key}/erase/", {"confirmed": "1", "seen": seen, "checked": "on"}, follow=True)


def seen_in(page: Any) -> str:
    """Return which list a page says that it shows."""
    [digest] = re.findall(r'name="seen" value="([0-9a-f]{64})"', page.text)
    return str(digest)


# ── who may ──────────────────────────────────────────────────────────────────────────────────────
def test_the_list_shows_exactly_what_may_be_erased(mixed: Cast) -> None:
    adopt(
        mixed.other_county, "privacy.retention", effective_from=date(2026, 1, 1), body={"read_notices_by": "proposal.office"},
        reference={"title": "望川县政协个人信息管理办法"}, actor=None, at=moment("2026-01-01"),
    )  # fmt: skip
    today, seen = TODAY(), 0
    for committee in (mixed.city, mixed.county, mixed.other_county):
        every = queries.keepings(committee, today)
        for who, account in mixed.everyone().items():
            listed = [k.key for k in queries.executed_by(account, committee, today)]
            assert listed == [k.key for k in every if allowed(account, "privacy.erase", k)], who
            assert bool(listed) == allowed(account, "privacy.keep", committee), who
            seen += bool(listed)
    assert seen == 3  # the office and the security administrator here, the office there


def test_who_executes_nothing_is_refused_everywhere_and_nothing_is_lost(cast: Cast) -> None:
    read_notices(cast, 3)
    now = seen_in(as_(cast.office).get("/privacy/read_notices/"))
    count = Event.objects.count()
    for who, account in cast.everyone().items():
        if who in {"office", "security_admin", "office_of_other_county"}:
            continue
        client = as_(account)
        count += 1  # the sign-in
        for path in ("/privacy/", "/privacy/past/", "/privacy/read_notices/"):
            assert client.get(path).status_code == 403, (who, path)
        assert post(client, "read_notices", confirmed="1", seen=now, checked="on").status_code == 403
    assert (Notice.objects.count(), Event.objects.count()) == (3, count)


def test_nobody_executes_in_the_neighbours_committee_or_what_another_duty_takes(cast: Cast) -> None:
    read_notices(cast, 2)
    neighbour, office = as_(cast.office_of_other_county), as_(cast.office)
    assert neighbour.get("/privacy/read_notices/?in=YX").status_code == 403
    now = seen_in(office.get("/privacy/read_notices/"))
    assert post(neighbour, "read_notices", **{"in": "YX", "confirmed": "1", "seen": now, "checked": "on"}).status_code == 403
    assert neighbour.get("/privacy/read_notices/").context["page"].total == 0
    assert office.get("/privacy/sign_in_names/").status_code == 403  # the security administrator's
    assert (Notice.objects.count(), Event.objects.filter(kind=erasing.KIND).count()) == (2, 0)


def test_a_rule_that_names_another_duty_moves_the_work_there(cast: Cast) -> None:
    before = {k.key for k in queries.executed_by(cast.security_admin, cast.county, date(2026, 3, 1))}
    adopt(
        cast.county, "privacy.retention", effective_from=date(2026, 3, 2), body={"read_notices_by": "admin.security"},
        reference={"title": "云溪县政协个人信息管理办法"}, actor=None, at=moment("2026-03-01"),
    )  # fmt: skip
    after = {k.key for k in queries.executed_by(cast.security_admin, cast.county, date(2026, 3, 2))}
    assert (before, after) == ({"sign_in_names", "invitation_codes", "staff_emails"}, before | {"read_notices"})
    assert queries.executed_by(cast.office, cast.other_county, date(2026, 3, 2)) == []


@pytest.mark.parametrize(
    "body", [{"rating_comments_by": "member.affairs"}, {"sign_in_names": 5}, {"read_notices_by": "admin.audit"}]
)
def test_a_rule_that_the_law_or_the_ratings_forbid_is_not_adopted(body: dict[str, Any], cast: Cast) -> None:
    with pytest.raises(SchemaError):
        adopt(cast.county, "privacy.retention", effective_from=date(2026, 3, 2), body=body, reference={"title": "办法"},
              actor=None, at=moment("2026-03-01"))  # fmt: skip


# ── looking, confirming, erasing ─────────────────────────────────────────────────────────────────
def test_a_list_is_looked_at_confirmed_and_gone_and_stands_in_the_history(cast: Cast) -> None:
    read_notices(cast, 3)
    client = as_(cast.office)
    [number] = [n for k, n in client.get("/privacy/").context["rows"] if k.key == "read_notices"]
    assert number == 3
    page = client.get("/privacy/read_notices/")
    assert [row.what for row in page.context["page"].rows] == ["发给林知远的消息"] * 3
    assert "消息 1" not in page.text
    assert all(re.fullmatch(r"\d{4} 年 \d+ 月 \d+ 日 \d+:\d\d 读过", row.detail) for row in page.context["page"].rows)
    assert "2021 年 11 月 1 日起施行" in page.text
    asked = post(client, "read_notices", seen=seen_in(page))
    assert (asked.context["total"], seen_in(asked), Notice.objects.count()) == (3, seen_in(page), 3)
    done = confirm(client, "read_notices", seen_in(asked))
    assert "已删除“已读的消息” 3 份。" in done.text
    assert Notice.objects.count() == 0
    [row] = client.get("/privacy/past/").context["rows"]
    assert (row.who, row.what, row.rows, row.values, row.rule) == (
        "秦若水",
        "已读的消息",
        3,
        0,
        "《中华人民共和国个人信息保护法》第十九条，2021 年 11 月 1 日起施行",
    )
    assert client.get("/privacy/past/?before=" + "9" * 40).status_code == 200
    assert as_(cast.office_of_other_county).get("/privacy/past/").context["rows"] == []


def test_without_the_tick_nothing_goes(cast: Cast) -> None:
    read_notices(cast, 3)
    client = as_(cast.office)
    answer = post(client, "read_notices", confirmed="1", seen=seen_in(client.get("/privacy/read_notices/")))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["checked"])
    assert (Notice.objects.count(), Event.objects.filter(kind=erasing.KIND).count()) == (3, 0)


@pytest.mark.parametrize("data", [{}, {"seen": "3"}, {"seen": "0" * 64}])
@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1", "checked": "on"}])
def test_whoever_names_no_list_or_another_is_led_to_the_list_and_nothing_goes(
    data: dict[str, str], confirmed: dict[str, str], cast: Cast
) -> None:
    read_notices(cast, 3)
    answer = as_(cast.office).post("/privacy/read_notices/erase/", data | confirmed, follow=True)
    assert answer.redirect_chain == [(f"/privacy/read_notices/?in={cast.county.code}", 302)]
    assert "清单有了变化，现在是 3 份。请重新核对后再确认。" in answer.text
    assert (Notice.objects.count(), Event.objects.filter(kind=erasing.KIND).count()) == (3, 0)


def test_a_list_of_as_many_others_is_looked_at_again(cast: Cast) -> None:
    """One went and another came, between the look and the confirmation: the number says nothing of it."""
    read_notices(cast, 2)
    client = as_(cast.office)
    seen = seen_in(client.get("/privacy/read_notices/"))
    assert post(client, "read_notices", seen=seen).status_code == 200
    Notice.objects.order_by("pk")[0].delete()
    read_notices(cast, 1)
    answer = confirm(client, "read_notices", seen)
    assert "清单有了变化，现在是 2 份。请重新核对后再确认。" in answer.text
    assert (Notice.objects.count(), Event.objects.filter(kind=erasing.KIND).count()) == (2, 0)
    assert "已删除“已读的消息” 2 份。" in confirm(client, "read_notices", seen_in(answer)).text


def test_what_comes_due_while_the_list_is_confirmed_is_not_erased_unseen(cast: Cast) -> None:
    read_notices(cast, 2)
    [keeping] = [k for k in queries.keepings(cast.county, TODAY()) if k.key == "read_notices"]
    seen = keeping.digest
    read_notices(cast, 1)
    with pytest.raises(queries.ListChangedError):
        actions.erase(keeping, seen=seen, actor=cast.office, at=timezone.now())
    assert (Notice.objects.count(), Event.objects.filter(kind=erasing.KIND).count()) == (3, 0)


def test_reading_the_pages_writes_nothing(cast: Cast) -> None:
    read_notices(cast, 2)
    client = as_(cast.office)
    count = Event.objects.count()
    for path in ("/privacy/", "/privacy/read_notices/", "/privacy/past/"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    for read in (client.get, client.head):
        assert read("/privacy/read_notices/erase/")["Location"] == f"/privacy/read_notices/?in={cast.county.code}"
    assert (Event.objects.count(), Notice.objects.count()) == (count, 2)


def test_what_is_not_there_is_not_found_or_said(cast: Cast) -> None:
    client = as_(cast.office)
    assert client.get("/privacy/ages/").status_code == 404
    assert client.get("/privacy/read_notices/?after=%00&in=YX").status_code == 200
    assert client.get("/privacy/?in=ZZ").status_code == 403
    assert "现在没有到期的“已读的消息”。" in client.post("/privacy/read_notices/erase/", {"confirmed": "1"}, follow=True).text


def test_a_long_list_is_shown_by_pages_of_fifty(cast: Cast) -> None:
    read_notices(cast, 120)
    client, seen, after = as_(cast.office), 0, ""
    for _page in range(4):
        page = client.get("/privacy/read_notices/", {"after": after}).context["page"]
        assert page.total == 120
        seen, after = seen + len(page.rows), page.next
        if not after:
            break
    assert seen == 120


def test_many_go_in_batches_with_a_sentence_of_what_remains(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 4)
    monkeypatch.setattr(actions, "CHUNK", 3)
    read_notices(cast, 7)
    client = as_(cast.office)
    first = confirm(client, "read_notices", seen_in(client.get("/privacy/read_notices/")))
    assert "已删除“已读的消息” 4 份。一次最多删除 4 份，还有 3 份，请接着办理。" in first.text
    assert Notice.objects.count() == 3
    confirm(client, "read_notices", seen_in(client.get("/privacy/read_notices/")))
    assert Notice.objects.count() == 0
    assert sum(e.data["rows"] for e in Event.objects.filter(kind=erasing.KIND)) == 7
    assert verifying.verify().ok


def test_a_later_rule_brings_nothing_back_and_the_old_version_stays_named(cast: Cast) -> None:
    read_notices(cast, 1)
    [k] = [k for k in queries.keepings(cast.county, date(2026, 3, 1)) if k.key == "read_notices"]
    actions.erase(k, seen=k.digest, actor=cast.office, at=moment("2026-03-01"))
    adopt(
        cast.county, "privacy.retention", effective_from=date(2026, 3, 2), body={"read_notices": 600},
        reference={"title": "云溪县政协个人信息管理办法"}, actor=None, at=moment("2026-03-02"),
    )  # fmt: skip
    rows, _older = queries.history(cast.county)
    assert [row.rule for row in rows] == ["《中华人民共和国个人信息保护法》第十九条，2021 年 11 月 1 日起施行"]
    assert Event.objects.get(kind=erasing.KIND).data["rule"] == "*:privacy.retention:2021-11-01"
    assert verifying.verify().ok


# ── what the sorts have of their own ─────────────────────────────────────────────────────────────
def test_names_typed_by_nobody_known_are_the_topmost_committees(cast: Cast) -> None:
    audit.record("accounts.sign_in_failed", Account.objects.system(), actor=None, at=LONG_AGO, data={"username": "我的密码"})
    guard = Account.objects.create(username="qlsecurity", name="白守城", password="!")
    bodies.appoint(guard, committee=cast.city, duty=Duty.SECURITY_ADMIN, starts_on=date(2020, 1, 1), actor=None, at=LONG_AGO)
    here, top = (
        next(k for k in queries.keepings(c, date(2026, 3, 1)) if k.key == "sign_in_names") for c in (cast.county, cast.city)
    )
    assert (here.rows.count(), top.rows.count()) == (0, 1)
    assert actions.erase(top, seen=top.digest, actor=guard, at=moment("2026-03-01")) == actions.Outcome(1, 0)
    event = Event.objects.get(kind="accounts.sign_in_failed")
    assert (event.data, event.subject_label) == ({}, "")
    assert Event.objects.get(kind=erasing.KIND).committee_code == ""
    verdict = verifying.verify()
    assert (verdict.ok, verdict.erased) == (True, 2)
    assert [row.what for row in queries.history(cast.city)[0]] == ["登录记录里的姓名和登录名"]
    assert queries.history(cast.county)[0] == []


def test_a_member_who_sits_again_or_serves_elsewhere_keeps_what_is_needed(cast: Cast) -> None:
    member = cast.member(cast.proposer)
    Member.objects.filter(pk=member.pk).update(email="a@example.org", workplace="县医院")
    Account.objects.filter(pk=cast.proposer.pk).update(email="a@example.org")
    seat = Seat.objects.get(member=member)
    Seat.objects.filter(pk=seat.pk).update(starts_on=date(2019, 1, 1), ends_on=date(2020, 1, 1))

    def due() -> Any:
        return next(k for k in queries.keepings(cast.county, date(2026, 3, 1)) if k.key == "departed_contacts")

    again = Seat.objects.create(
        committee=cast.county, member=member, term=seat.term, sector=seat.sector, starts_on=date(2022, 1, 1)
    )
    assert due().rows.count() == 0
    again.delete()
    bodies.appoint(cast.proposer, committee=cast.county, duty=Duty.FILING, starts_on=date(2022, 1, 1), actor=None, at=LONG_AGO)
    assert actions.erase(due(), seen=due().digest, actor=cast.office, at=moment("2026-03-01")) == actions.Outcome(1, 0)
    member.refresh_from_db()
    cast.proposer.refresh_from_db()
    assert (member.email, member.workplace, cast.proposer.email) == ("", "", "a@example.org")
    Appointment.objects.filter(account=cast.proposer).update(ends_on=date(2023, 1, 1))
    assert actions.erase(due(), seen=due().digest, actor=cast.office, at=moment("2026-03-01")) == actions.Outcome(1, 0)
    cast.proposer.refresh_from_db()
    assert cast.proposer.email == ""


def test_somebody_who_never_had_a_seat_is_not_a_former_member(cast: Cast) -> None:
    Member.objects.create(committee=cast.county, number="YX900", name="未任", workplace="县医院")
    [k] = [k for k in queries.keepings(cast.county, date(2046, 1, 1)) if k.key == "departed_contacts"]
    assert k.rows.count() == 0


def test_staff_with_any_duty_left_keep_the_address(cast: Cast) -> None:
    Account.objects.filter(pk=cast.assigner.pk).update(email="b@example.org")
    Appointment.objects.filter(account=cast.assigner, duty=Duty.ASSIGN).update(
        starts_on=date(2019, 1, 1), ends_on=date(2020, 1, 1)
    )
    [k] = [k for k in queries.keepings(cast.county, date(2026, 3, 1)) if k.key == "staff_emails"]
    assert k.rows.count() == 0


def test_a_copy_that_was_not_looked_at_stays_while_its_text_can_change(cast: Cast) -> None:
    from tongxin.drafts.actions import keep
    from tongxin.workflow.engine import perform

    proposal = cast.draft()
    keep("proposals.text", proposal, fields={}, started_from=1, actor=cast.proposer, at=LONG_AGO)
    [k] = [k for k in queries.keepings(cast.county, date(2026, 4, 1)) if k.key == "proposal_copies"]
    assert k.rows.count() == 0
    perform(proposal, "submit", actor=cast.proposer, at=moment("2026-03-02"))
    assert k.rows.count() == 1


def test_an_imported_case_is_over_by_its_closing_event(cast: Cast) -> None:
    from tongxin.handling import actions as handling
    from tongxin.handling import queries as cases
    from tongxin.handling.models import Case

    case = cast.answered()
    for reply, signature in cases.ratings_awaited(case):
        handling.rate(reply, signature=signature, attitude="satisfied", result="satisfied", comment="好。",
                      actor=signature.member.account, at=moment("2026-03-04"))  # fmt: skip
    handling.close_round(case, at=moment("2026-03-04"))
    Case.objects.filter(pk=case.pk).update(closed_at=None)
    due = {
        day: next(k for k in queries.keepings(cast.county, day) if k.key == "reply_contacts").rows.count()
        for day in (date(2028, 3, 3), date(2028, 3, 4))
    }
    assert due == {date(2028, 3, 3): 0, date(2028, 3, 4): 1}


# ── how much is asked ────────────────────────────────────────────────────────────────────────────
def test_pages_ask_less_than_twelve_times_and_as_often_for_many_rows(cast: Cast, one_minute: None) -> None:
    client, numbers = as_(cast.office), {}
    for much in (1, 60):
        read_notices(cast, much)
        for path in ("/privacy/", "/privacy/read_notices/", "/privacy/past/"):
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            numbers.setdefault(path, []).append(len(asked))
    assert {path: n for path, n in numbers.items() if len(set(n)) > 1} == {}
    assert {path: max(n) for path, n in numbers.items() if max(n) >= 12} == {}


def test_who_verifies_reads_under_which_rule_how_many_values_went_and_when(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    adopt(
        cast.county, "privacy.retention", effective_from=date(2026, 1, 1),
        body={"read_notices": 24, "read_notices_by": "proposal.office"},
        reference={"title": "云溪县政协个人信息管理办法", "article": "第三条"}, actor=None, at=moment("2026-01-01"),
    )  # fmt: skip
    for number, day in ((2, "2026-03-01"), (3, "2026-03-02")):
        read_notices(cast, number)
        here = next(k for k in queries.keepings(cast.county, date(2026, 3, 1)) if k.key == "read_notices")
        actions.erase(here, seen=here.digest, actor=cast.office, at=moment(day))
    said = (
        f"{here.erasable.label}：资料 5 份，记录里的姓名等 0 项，{full_day(date(2026, 3, 1))}至 {full_day(date(2026, 3, 2))}删除，"
        f"依据《云溪县政协个人信息管理办法》第三条，{full_day(date(2026, 1, 1))}起施行"
    )
    Regulation.objects.filter(committee=None, kind="privacy.retention").update(
        body={"odd": 1}
    )  # what one inherits has a title still
    assert findings.erasures(cast.county.code) == [said]
    assert findings.erasures(cast.other_county.code) == findings.erasures("") == []
    page = as_(cast.audit_admin).post("/audit/verify/").text
    assert page.count(f"<li>{said}</li>") == 1
    assert main(["audit", "verify", "--committee", cast.county.code, "--json"]) == 0
    out, err = capsys.readouterr()
    assert set(json.loads(out)) == {"events", "sealed", "ok", "first_bad"}
    assert err == f"按保管期限删除　{said}\n"
    event = raw(Event).filter(kind=erasing.KIND).latest("id")
    raw(Event).filter(pk=event.pk).update(data=[])  # of a record that does not hold nothing more is read
    spoiled = as_(cast.audit_admin).post("/audit/verify/")
    assert (spoiled.status_code, "按保管期限删除的个人信息" in spoiled.text) == (200, False)


def test_what_goes_of_replies_is_found_by_number_closing_day_and_link_and_told_once(cast: Cast) -> None:
    case = cast.answered()
    reply = Reply.objects.get(task__case=case)
    for signature in raters(case.proposal):
        Rating.objects.create(
            committee=cast.county, reply=reply, signature=signature, attitude="satisfied", result="satisfied", comment="谢谢",
            rated_at=moment("2019-06-01"),
        )  # fmt: skip
    raw(type(case)).filter(pk=case.pk).update(state="closed", closed_at=moment("2019-07-01"))
    client = as_(cast.office)
    page = client.get("/privacy/rating_comments/")
    title = f"{case_number(case.proposal.number)}《{case.proposal.title}》"
    line = Going(title, f"县卫生健康局　{full_day(date(2019, 7, 1))}办结　留言", case.proposal.get_absolute_url())
    assert page.context["page"].lines == [(line, 2)]
    assert f'<a class="strong" href="{line.url}">{title}</a>' in page.text
    assert "留言　2 份" in page.text
    assert client.get(line.url).status_code == 200
    [contacts] = client.get("/privacy/reply_contacts/").context["page"].lines
    assert (contacts[0].what, contacts[1]) == (title, 1)


def test_what_is_due_stands_in_the_menu_and_on_the_home_of_who_takes_it_away_alone(cast: Cast) -> None:
    def badge(account: Account) -> int | None:
        return at_addresses(Account.objects.get(pk=account.pk)).get("/privacy/")

    assert (badge(cast.office), badge(cast.audit_admin), badge(cast.office_of_other_county)) == (0, None, 0)
    read_notices(cast, 3)
    cache.clear()
    assert (badge(cast.office), badge(cast.audit_admin), badge(cast.office_of_other_county)) == (1, None, 0)
    client = as_(cast.office)
    [queue] = [q for q in client.get("/home/").context["queues"] if q.url == "/privacy/"]
    [item] = queue.items
    assert (queue.label, queue.count, item.title, item.url) == (
        "到期待核对的个人信息", 1, "已读的消息", "/privacy/read_notices/?in=YX",
    )  # fmt: skip
    page = client.get(item.url)
    assert page.context["page"].total == 3
    confirm(client, "read_notices", seen_in(page))
    assert badge(cast.office) == 0
    assert [q for q in client.get("/home/").context["queues"] if q.url == "/privacy/"] == []


def test_what_is_due_costs_the_same_however_much_there_is(cast: Cast) -> None:
    costs = []
    for number in (1, 0, 5):
        read_notices(cast, number)
        account = Account.objects.get(pk=cast.office.pk)
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            [queue] = [q for q in queues.queues(account, moment("2026-03-01")) if q.url == "/privacy/"]
        costs.append((queue.count, len(asked)))
    assert costs[1] == costs[2]
