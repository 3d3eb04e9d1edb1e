"""One person, several seats: acts in one at a time, reads in that one, keeps the own data in all."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import NOW, TEXT, Cast, second_seat
from tongxin.access.permissions import allowed
from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account, Invitation
from tongxin.audit.kinds import sentence
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies_actions
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Sector, Term
from tongxin.members import actions, queries, tasks
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Seat
from tongxin.members.queries import inviting
from tongxin.members.rules import member_of, members_of, sitting_member_of
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.privacy.table import HELD
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries as proposal_queries
from tongxin.proposals.models import Proposal

PASSWORD = "云溪河边的茶园真好看"


@pytest.fixture(autouse=True)
def _quick_hasher(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def here(cast: Cast) -> Member:
    """The place at home of who sits in both counties."""
    return cast.member(cast.bystander)


@pytest.fixture
def there(cast: Cast, here: Member) -> Member:
    """The place in the other county."""
    return second_seat(cast.bystander, cast.other_county, "WC050")


def acting(cast: Cast, place: Member | None = None) -> Account:
    """Return the person fresh, as a request finds him, in a chosen seat."""
    account = Account.objects.get(pk=cast.bystander.pk)
    account.chosen_seat = place.uid if place else ""
    return account


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def choose(client: Client, place: Member, **more: str) -> Any:
    return client.post("/account/seat/choose/", {"seat": place.uid} | more)


def draft_in(place: Member, account: Account) -> Proposal:
    return proposals.draft(place.committee, actor=account, at=NOW, first=place, text=TEXT)


# ── which seat ──
def test_somebody_acts_in_the_seat_chosen_else_in_the_last_used_else_at_home(cast: Cast, here: Member, there: Member) -> None:
    assert members_of(acting(cast)) == [here, there]
    assert [member_of(acting(cast, place)) for place in (None, here, there)] == [here, here, there]
    accounts.choose_seat(cast.bystander, there.uid)
    assert [member_of(acting(cast, place)) for place in (None, here, there)] == [there, here, there]


def test_a_seat_that_ended_is_not_acted_in_unless_it_is_chosen(cast: Cast, here: Member, there: Member) -> None:
    accounts.choose_seat(cast.bystander, here.uid)
    Seat.objects.filter(member=here).update(ends_on=timezone.localdate())
    assert (member_of(acting(cast)), members_of(acting(cast))) == (there, [there, here])
    assert (member_of(acting(cast, here)), sitting_member_of(acting(cast, here))) == (here, None)
    assert inviting.at_home(cast.bystander) == there


def test_nobody_acts_in_a_seat_of_somebody_else(cast: Cast, here: Member) -> None:
    foreign, client = cast.member(cast.member_of_other_county), signed_in(cast.bystander)
    assert choose(client, foreign).status_code == 404
    assert member_of(acting(cast, foreign)) == here
    assert (Account.objects.get(pk=cast.bystander.pk).last_seat, client.session["seat"]) == ("", here.uid)
    assert Client().post("/account/seat/choose/", {"seat": here.uid}).status_code == 302


@pytest.mark.usefixtures("here")
def test_the_sign_in_at_a_committee_chooses_its_seat_and_a_phone_or_a_staff_name_the_last_used(cast: Cast, there: Member) -> None:
    account = acting(cast)
    account.set_password(PASSWORD)
    account.save()

    def begun(page: str, name: str, **more: str) -> str:
        client = Client()
        assert client.post(page, {"login": name, "password": PASSWORD} | more, REMOTE_ADDR="10.1.1.1").status_code == 302
        assert "realm" not in client.session
        return Member.objects.get(uid=client.session["seat"]).committee.code

    assert [begun("/in/YX/", "YX004"), begun("/in/WC/", "WC050")] == ["YX", "WC"]
    assert [begun("/accounts/login/", "YX004", realm=code) for code in ("YX", "WC")] == ["YX", "WC"]
    assert begun("/accounts/login/", "YX004") == "YX"
    accounts.choose_seat(account, there.uid)
    assert begun("/accounts/login/", "YX004") == "WC"


def test_two_devices_act_in_two_seats(cast: Cast, here: Member, there: Member) -> None:
    desk, phone = signed_in(cast.bystander), signed_in(cast.bystander)
    choose(phone, there)
    assert "云溪县政协" in desk.get("/members/").content.decode()
    assert [c.get(f"/members/{p.uid}/").status_code for c in (desk, phone) for p in (here, there)] == [
        200
    ] * 4  # the own file, always
    fellow, other = cast.member(cast.proposer), cast.member(cast.member_of_other_county)
    assert [c.get(f"/members/{m.uid}/").status_code for c in (desk, phone) for m in (fellow, other)] == [200, 404, 404, 200]


# ── nothing of one seat in the other ──
def test_what_is_read_written_and_listed_in_one_seat_is_not_of_the_other(cast: Cast, here: Member, there: Member) -> None:
    drafts = {here: draft_in(here, acting(cast, here)), there: draft_in(there, acting(cast, there))}
    for place, other in ((here, there), (there, here)):
        for row, sees in ((drafts[place], True), (drafts[other], False)):
            fresh = Proposal.objects.get(pk=row.pk)
            assert allowed(acting(cast, place), "proposals.view", fresh) is sees
            assert allowed(acting(cast, place), "proposals.edit", fresh) is sees
        listed = proposal_queries.own_list("mine", *proposal_queries.asked_by(acting(cast, place), at=NOW))
        assert list(listed) == list(proposal_queries.visible_to(acting(cast, place))) == [drafts[place]]
        assert bodies.committee_of(acting(cast, place)) == place.committee
        assert set(queries.listed(*queries.asked_by(acting(cast, place)))) == set(
            Member.objects.filter(committee=place.committee)
        )


def test_list_and_object_agree_about_members_in_either_seat(cast: Cast, here: Member, there: Member) -> None:
    for place in (here, there):
        seen = set(queries.visible_to(acting(cast, place)))
        assert seen == {m for m in Member.objects.all() if allowed(acting(cast, place), "members.view", m)}
        assert {here, there} <= seen


def test_the_menu_names_the_seat_and_changes_it(cast: Cast, here: Member, there: Member) -> None:
    client = signed_in(cast.bystander)
    page = client.get("/home/").content.decode()
    assert ("以云溪县政协委员身份" in page, f"/account/seat/choose/?seat={there.uid}" in page) == (True, True)
    assert choose(client, there).url == "/home/"
    assert "望川县政协" in client.get("/home/").content.decode()
    assert choose(client, here, next="https://elsewhere.example/").url == "/home/"
    assert choose(client, here, next="/proposals/").url == "/proposals/"
    assert client.get("/account/seat/choose/").status_code == 405


def test_who_has_one_seat_is_not_asked(cast: Cast) -> None:
    page = signed_in(cast.proposer).get("/home/").content.decode()
    assert ("/account/seat/choose/" in page, "委员身份" in page) == (False, False)


@pytest.mark.usefixtures("here")
def test_a_notice_of_the_other_seat_is_opened_in_that_seat(cast: Cast, there: Member) -> None:
    [invitation] = proposals.invite_cosigners(
        draft_in(cast.member(cast.member_of_other_county), cast.member_of_other_county),
        members=[there],
        until=NOW + timedelta(days=30),
        actor=cast.member_of_other_county,
        at=NOW,
    )
    notices.deliver()
    notice, client = Notice.objects.get(account=cast.bystander), signed_in(cast.bystander)
    assert client.get(notice.url).status_code == 404
    page = client.get(f"/notices/{notice.uid}/")
    assert (page.status_code, "以望川县政协委员身份打开" in page.content.decode()) == (200, True)
    assert choose(client, there, next=notice.url).url == notice.url
    assert client.get(notice.url).status_code == 200
    assert client.get(f"/notices/{notice.uid}/").url == notice.url
    assert invitation.member == there


def test_a_notice_that_opens_as_one_is_or_nowhere_asks_for_no_other_seat(cast: Cast, here: Member, there: Member) -> None:
    """Told to the duty that the same person holds there, of the own account, or of what is gone: it is of no seat."""
    bodies_actions.appoint(
        cast.bystander, committee=cast.other_county, duty=Duty.MEMBER_AFFAIRS, starts_on=NOW.date(), actor=None, at=NOW
    )
    Account.objects.filter(pk=cast.bystander.pk).update(needs_second_factor=False)
    whose, events = cast.member(cast.member_of_other_county), iter(Event.objects.order_by("id"))
    client = signed_in(cast.bystander)
    own, nothing = draft_in(there, acting(cast, there)), f"/proposals/{'x' * 10}/"
    choose(client, here)
    for url, asks in ((f"/members/{whose.uid}/", False), ("/account/", False), (nothing, False), (own.get_absolute_url(), True)):
        notice = Notice.objects.create(
            account=cast.bystander, committee_code="WC", event=next(events), text=url, url=url, made_at=timezone.now()
        )
        answer = client.get(f"/notices/{notice.uid}/")
        assert (answer.status_code, getattr(answer, "url", "")) == ((200, "") if asks else (302, url)), url


def test_a_new_form_saved_after_changing_seats_is_the_first_seats_and_leads_to_it(
    cast: Cast, here: Member, there: Member
) -> None:
    client = signed_in(cast.bystander)
    choose(client, here)
    form = client.get("/proposals/new/").url
    choose(client, there)
    answer = client.post(form, TEXT, follow=True)
    proposal = Proposal.objects.get()
    assert (proposal.committee, proposal.title, answer.status_code) == (cast.county, TEXT["title"], 200)
    assert answer.redirect_chain[-1][0] == f"/proposals/{proposal.uid}/edit/"
    assert "已换回这个身份" in answer.text
    choose(client, there)
    page = client.get(form)
    assert (page.status_code, "以云溪县政协委员身份打开" in page.text) == (404, True)
    again = client.post(form, TEXT | {"title": "改过的案由", "version": "1"}, follow=True)
    proposal.refresh_from_db()
    assert (again.status_code, proposal.title) == (200, "改过的案由")


# ── a death is one committee's to record ──
def test_a_death_ends_nothing_of_another_committee_which_is_told(cast: Cast, here: Member, there: Member) -> None:
    for committee, duty in ((cast.other_county, Duty.FILING), (cast.county, Duty.LEADERSHIP)):
        bodies_actions.appoint(cast.bystander, committee=committee, duty=duty, starts_on=NOW.date(), actor=None, at=NOW)
    guard = Account.objects.create(username="wcsec", name="严望川", password="!")
    bodies_actions.appoint(guard, committee=cast.other_county, duty=Duty.SECURITY_ADMIN, starts_on=NOW.date(), actor=None, at=NOW)
    assert "在其他政协的席位、职责和登录账户不变，告知那里的工作人员核实办理" in queries.what_follows(here, Ending.DIED)
    at = timezone.now()
    actions.end_seat(here, ending=Ending.DIED, on=timezone.localdate(at), reason="", actor=cast.office, at=at)
    person = Account.objects.get(pk=cast.bystander.pk)
    assert (person.is_active, inviting.is_gone(here), inviting.is_gone(there)) == (True, True, False)
    assert [a.committee for a in bodies.appointments_of(person)] == [cast.other_county]
    assert sitting_member_of(person) == there
    notices.deliver()
    told = {n.account.username: n.text for n in Notice.objects.filter(event__kind="members.record_death", urgent=True)}
    assert {name: text.split("；")[1] for name, text in told.items()} == {
        "wcoffice": "属实的，请在本会委员名册办理登记",
        "wcsec": "属实的，请免去在本会的职责",
    }
    Appointment.objects.filter(account=person).update(ends_on=timezone.localdate(at))
    end = {"ending": Ending.DIED, "on": timezone.localdate(at), "reason": "", "at": at}
    actions.end_seat(there, **end, actor=cast.office_of_other_county)
    assert not Account.objects.get(pk=person.pk).is_active
    actions.restore(here, on=timezone.localdate(at), reason="登记错了", actor=cast.office, at=at)
    assert not Account.objects.get(pk=person.pk).is_active  # the other committee still has him dead


def dies_here(cast: Cast, here: Member) -> None:
    at = timezone.now()
    actions.end_seat(here, ending=Ending.DIED, on=timezone.localdate(at), reason="", actor=cast.office, at=at)
    assert open_for(cast)


def open_for(cast: Cast) -> bool:
    return Account.objects.get(pk=cast.bystander.pk).is_active


def closings(here: Member) -> list[str]:
    told = Event.objects.filter(kind="members.close_account", subject_id=here.pk).order_by("id")
    return [f"{event.committee_code} {event.actor_name} {sentence(event)}" for event in told]


def duty_there(cast: Cast, **scope: Any) -> Appointment:
    return bodies_actions.appoint(
        Account.objects.get(pk=cast.bystander.pk),
        committee=cast.other_county,
        duty=Duty.REGULATIONS,
        starts_on=NOW.date(),
        actor=None,
        at=NOW,
        **scope,
    )


def test_the_account_of_a_dead_person_closes_when_the_last_duty_elsewhere_ends_and_not_before(cast: Cast, here: Member) -> None:
    first = duty_there(cast)
    second = bodies_actions.appoint(
        first.account, committee=cast.other_county, duty=Duty.LEADERSHIP, starts_on=NOW.date(), actor=None, at=NOW
    )
    dies_here(cast, here)
    at = timezone.now()
    bodies_actions.end_appointment(first, actor=cast.office_of_other_county, at=at, reason="去世")
    assert (open_for(cast), closings(here)) == (True, [])
    bodies_actions.end_appointment(second, actor=cast.office_of_other_county, at=at, reason="去世")
    assert (open_for(cast), closings(here)) == (False, [f"YX 系统 {here.name}的登录账户关闭"])


@pytest.mark.parametrize("ending", [Ending.RESIGNED, Ending.REVOKED, Ending.DIED])
def test_the_account_of_a_dead_person_closes_however_the_last_seat_elsewhere_ends(
    cast: Cast, here: Member, there: Member, ending: Ending
) -> None:
    dies_here(cast, here)
    at = timezone.now()
    actions.end_seat(
        there,
        ending=ending,
        on=timezone.localdate(at),
        reason="",
        document_number="望协〔2026〕1 号",
        actor=cast.office_of_other_county,
        at=at,
    )
    assert (open_for(cast), closings(here)) == (False, [f"YX 系统 {here.name}的登录账户关闭"])
    assert len(closings(there)) == (ending == Ending.DIED)  # each committee that has him dead is told


def test_the_account_of_a_dead_person_closes_when_the_last_term_elsewhere_is_over(
    cast: Cast, here: Member, there: Member
) -> None:
    dies_here(cast, here)
    at, old = timezone.now(), there.seats.get()
    later = Term.objects.create(committee=old.committee, number=old.term.number + 1, starts_on=timezone.localdate(at))
    sector = Sector.objects.create(committee=old.committee, term=later, name="教育界")
    heir = Member.objects.create(committee=old.committee, number="WC060", name="黎新")
    Seat.objects.create(committee=old.committee, member=heir, term=later, sector=sector, starts_on=timezone.localdate(at))
    actions.end_term(old.term, on=timezone.localdate(at), reason="", actor=cast.office_of_other_county, at=at)
    assert (open_for(cast), len(closings(here))) == (False, 1)


def test_the_account_of_a_dead_person_closes_when_the_other_seat_is_taken_off_it(cast: Cast, here: Member, there: Member) -> None:
    dies_here(cast, here)
    actions.release_seat(there, reason="关联错了", actor=cast.office_of_other_county, at=timezone.now())
    assert (open_for(cast), len(closings(here))) == (False, 1)


def test_the_account_of_a_dead_person_closes_when_a_duty_elsewhere_is_over_by_its_date(cast: Cast, here: Member) -> None:
    at = timezone.now()
    held = duty_there(cast)
    dies_here(cast, here)
    bodies_actions.end_appointment(
        held, actor=cast.office_of_other_county, at=at, ends_on=timezone.localdate(at) + timedelta(days=3), reason="去世"
    )
    assert (tasks.close_accounts(at), open_for(cast)) == (0, True)
    Appointment.objects.filter(pk=held.pk).update(ends_on=timezone.localdate(at))  # three days later
    assert (tasks.close_accounts(at), tasks.close_accounts(at), open_for(cast), len(closings(here))) == (1, 0, False, 1)


def test_an_account_stays_open_where_the_death_was_taken_back_or_never_was(cast: Cast, here: Member, there: Member) -> None:
    at = timezone.now()
    end: dict[str, Any] = {"on": timezone.localdate(at), "reason": "", "at": at}
    dies_here(cast, here)
    actions.restore(here, on=timezone.localdate(at), reason="登记错了", actor=cast.office, at=at)
    actions.end_seat(there, ending=Ending.RESIGNED, **end, actor=cast.office_of_other_county)
    actions.end_seat(here, ending=Ending.RESIGNED, **end, actor=cast.office)
    assert (tasks.close_accounts(at), open_for(cast), closings(here)) == (0, True, [])


# ── the person ──
def test_the_own_data_cover_every_seat(cast: Cast, here: Member, there: Member) -> None:
    draft_in(there, acting(cast, there))
    parts = {key: str(held.read(acting(cast, here), None)) for key, held in HELD.items()}
    for words in ("云溪县", "望川县", "YX004", "WC050"):
        assert words in parts["member"], words
    assert TEXT["title"] in str(parts)


# ── linking ──
def test_who_sits_elsewhere_links_the_second_seat_and_a_second_one_in_the_same_committee_is_refused(cast: Cast) -> None:
    unseated = [Member.objects.create(committee=c, number="050", name="周望舒") for c in (cast.other_county, cast.county)]
    client = signed_in(cast.bystander)
    codes = [actions.invite(m, actor=cast.office, at=timezone.now()) for m in unseated]
    assert client.post("/account/seat/", {"code": codes[0]}).status_code == 302
    assert "一人不能有两个席位" in client.post("/account/seat/", {"code": codes[1]}).content.decode()
    unseated[0].refresh_from_db()
    unseated[1].refresh_from_db()
    assert [m.account for m in unseated] == [cast.bystander, None]
    assert unseated[0].taken_at is not None
    assert Event.objects.filter(kind="members.take_seat").count() == 1
    assert Invitation.objects.filter(used_at__isnull=False).count() == 1


def test_two_seats_in_one_committee_are_refused_by_the_database_too(cast: Cast, here: Member) -> None:
    again = Member.objects.create(committee=here.committee, number="YX051", name=here.name)
    assert actions.take_seat(again.uid, cast.bystander, NOW) is False
    again.refresh_from_db()
    assert again.account is None


def test_the_committee_at_home_answers_for_the_password_and_the_other_does_not_touch_it(
    cast: Cast, here: Member, there: Member
) -> None:
    with pytest.raises(actions.NotInvitedError, match="请云溪县政协发密码重置单"):
        actions.invite(there, actor=cast.office_of_other_county, at=timezone.now())
    assert not Invitation.objects.exists()
    actions.invite(here, actor=cast.office, at=timezone.now())
    assert Invitation.objects.get().account == cast.bystander
