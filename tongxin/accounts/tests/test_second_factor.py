"""The second factor: who must have one has one, each code opens once, and nothing goes past it."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account, Failure
from tongxin.accounts.tests import codes
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty

SignIn = Callable[..., Any]
Give = Callable[..., Account]
COMMITS = pytest.mark.django_db(transaction=True)  # allauth tells of changes after the commit
ASK = "/accounts/2fa/authenticate/"


@pytest.fixture
def clerk(cast: Cast, with_password: Give) -> Account:
    """Somebody who must have a second factor, and has."""
    account = with_password(cast.office)
    Account.objects.filter(pk=account.pk).update(needs_second_factor=True)
    codes.set_up(account)
    RecoveryCodes.activate(account)
    return Account.objects.get(pk=account.pk)


@pytest.fixture
def inside(clerk: Account, sign_in: SignIn) -> Callable[[int], Client]:
    """Return a way to be signed in, with the code of now or of the next half minute."""

    def come_in(steps: int = 0) -> Client:
        client = Client()
        sign_in(client, "office")
        assert client.post(ASK, {"code": codes.code(clerk, steps)})["Location"] == "/home/"
        return client

    return come_in


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_a_recovery_code_may_be_typed_in_groups_as_it_is_printed(clerk: Account, inside: Callable[[int], Client]) -> None:
    first = recovery(clerk)[0]
    page = inside(-1).post("/accounts/2fa/codes/", {"code": f"{first[:4]} {first[4:]}"})
    assert page.context["shown"]
    assert first not in recovery(clerk)


def recovery(account: Account) -> list[str]:
    kept = Authenticator.objects.get(user=account, type=Authenticator.Type.RECOVERY_CODES)
    unused: list[str] = kept.wrap().get_unused_codes()
    return unused


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_half_a_minute_off(clerk: Account, sign_in: SignIn, *, steps: int, taken: bool) -> None:
    client = Client()
    sign_in(client, "office")
    answer = client.post(ASK, {"code": codes.code(clerk, steps)})
    assert (answer.status_code == 302) is taken


def test_a_code_opens_once_whatever_process_looks_at_it(clerk: Account, sign_in: SignIn) -> None:
    code = codes.code(clerk)
    answers = []
    for _process in range(2):
        client = Client()
        sign_in(client, "office")
        cache.clear()  # another process knows nothing of what this one keeps in memory
        answers.append(client.post(ASK, {"code": code}).status_code)
    assert answers == [302, 200]


def test_an_earlier_code_is_refused_after_a_later_one(clerk: Account, sign_in: SignIn, inside: Callable[[int], Client]) -> None:
    inside(1)
    client = Client()
    sign_in(client, "office")
    assert client.post(ASK, {"code": codes.code(clerk, 0)}).status_code == 200
    assert not is_in(client)


def test_after_the_servers_clock_was_set_back_who_is_in_stays_and_a_recovery_code_opens(
    clerk: Account, sign_in: SignIn, inside: Callable[[int], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes of the later time are used up, those of the earlier are refused until it has passed.

    No used one opens twice.
    """
    there, back = inside(0), timezone.now() - timedelta(hours=5)
    monkeypatch.setattr(timezone, "now", lambda: back)
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=back.timestamp))
    assert is_in(there)
    client = Client()
    sign_in(client, "office")
    assert client.post(ASK, {"code": codes.code(clerk)}).status_code == 200
    assert client.post(ASK, {"code": recovery(clerk)[0]}).status_code == 302
    assert is_in(client)


def test_a_recovery_code_opens_once(clerk: Account, sign_in: SignIn) -> None:
    code, answers = recovery(clerk)[0], []
    for _again in range(2):
        client = Client()
        sign_in(client, "office")
        answers.append(client.post(ASK, {"code": code}).status_code)
    assert answers == [302, 200]
    assert code not in recovery(clerk)


STEPS = ("/accounts/2fa/totp/deactivate/", "/accounts/2fa/codes/", "/accounts/2fa/codes/generate/")


def test_each_step_that_touches_it_asks_for_a_code_however_short_ago_one_was_given(
    clerk: Account, inside: Callable[[int], Client]
) -> None:
    client, kept = inside(-1), recovery(clerk)
    client.post("/accounts/2fa/reauthenticate/", {"code": codes.code(clerk, 0)})
    for page in STEPS:
        asked, empty = client.get(page), client.post(page)
        again = client.post(page, {"code": codes.code(clerk, 0), "password": PASSWORD})  # it opened something already
        for answer in (asked, empty, again):
            assert answer.status_code == 200, page
            assert [code in answer.text for code in kept] == [False] * len(kept), page
    assert recovery(clerk) == kept
    assert Authenticator.objects.filter(user=clerk).count() == 2
    assert not Event.objects.filter(kind__in=("accounts.second_factor", "accounts.renew_recovery_codes")).exists()
    assert client.get("/accounts/2fa/codes/download/").status_code == 404


def test_a_code_shows_the_recovery_codes_and_a_recovery_code_shows_the_others(
    clerk: Account, inside: Callable[[int], Client]
) -> None:
    client, kept = inside(-1), recovery(clerk)
    page = client.post("/accounts/2fa/codes/", {"code": codes.code(clerk, 0)})
    assert [code in page.text for code in kept] == [True] * len(kept)
    first = kept[0]
    assert f'<li><data class="strong" value="{first}">{first[:4]} {first[4:]}</data></li>' in page.text
    assert ("已经抄好" in page.text, 'href="/account/">返回我的账户' in page.text, "data-print" in page.text) == (
        False,
        True,
        True,
    )
    page = client.post("/accounts/2fa/codes/", {"code": kept[0]})
    assert [code in page.text for code in kept] == [False, *[True] * (len(kept) - 1)]


@COMMITS
def test_who_made_new_recovery_codes_is_shown_them_until_they_are_copied(clerk: Account, inside: Callable[[int], Client]) -> None:
    client, other = inside(-1), Client()
    client.post("/accounts/2fa/codes/generate/", {"code": codes.code(clerk, 0)})
    made = recovery(clerk)
    shown = [[code in client.get("/accounts/2fa/codes/").text for code in made] for _reload in range(2)]
    assert shown == [[True] * len(made)] * 2
    assert "已经抄好" in client.get("/accounts/2fa/codes/").text
    assert client.post("/accounts/2fa/codes/", {"copied": "1"})["Location"] == "/home/"
    assert [code in client.get("/accounts/2fa/codes/").text for code in made] == [False] * len(made)
    assert other.get("/accounts/2fa/codes/").status_code == 302


@COMMITS
def test_after_switching_it_off_every_page_leads_to_setting_it_up_and_other_sessions_end(
    clerk: Account, inside: Callable[[int], Client]
) -> None:
    other, client = inside(-1), inside(0)
    assert [c.get("/home/").status_code for c in (other, client)] == [200, 200]
    assert client.get("/accounts/2fa/totp/deactivate/").context["form"].errors == {}
    client.post("/accounts/2fa/totp/deactivate/", {"code": codes.code(clerk, 1)})
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert [is_in(client), is_in(other)] == [False, False]
    for page in ("/home/", "/members/", "/account/"):
        assert client.get(page)["Location"] == "/accounts/2fa/totp/activate/", page
    assert other.get("/members/")["Location"].startswith("/accounts/login/")
    assert list(Event.objects.filter(kind="accounts.second_factor").values_list("data__change", flat=True)) == ["停用"]


@COMMITS
def test_a_new_password_or_new_recovery_codes_end_the_other_sessions_and_keep_this_one(
    clerk: Account, inside: Callable[[int], Client]
) -> None:
    other, client = inside(-1), inside(0)
    new = "另一个很长很长的新密码"
    client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [is_in(client), is_in(other)] == [True, False]
    third = Client()
    third.post("/in/YX/", {"login": "office", "password": new})
    third.post(ASK, {"code": recovery(clerk)[0]})
    assert is_in(third)
    client.post("/accounts/2fa/codes/generate/", {"code": codes.code(clerk, 1)})
    assert [is_in(client), is_in(third)] == [True, False]


def test_keys_and_seeds_are_encrypted_at_rest(clerk: Account, cast: Cast) -> None:
    kept = {row.type: row.data for row in Authenticator.objects.filter(user=clerk)}
    assert kept["totp"]["secret"].startswith("gAAAA")
    assert kept["recovery_codes"]["seed"].startswith("gAAAA")


@COMMITS
def test_setting_up_takes_the_code_of_the_key_that_was_shown_and_uses_it_up(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    Account.objects.filter(pk=cast.office.pk).update(needs_second_factor=True)
    with_password(Account.objects.get(pk=cast.office.pk))
    sign_in(client, "office")
    assert client.get("/home/")["Location"] == "/accounts/2fa/totp/activate/"
    page = client.get("/accounts/2fa/totp/activate/")  # the password was just typed: not once more
    secret = page.context["form"].secret
    grouped = " ".join(secret[start : start + 4] for start in range(0, 32, 4))
    said = (
        grouped in page.text,
        f'data-copy="{secret}"' in page.text,
        'href="otpauth://totp/' in page.text,
        "data-signout" in page.text,
    )
    assert said == (True, True, True, True)
    done = client.post("/accounts/2fa/totp/activate/", {"code": codes.shown(secret)})
    assert done.status_code == 302
    assert list(Event.objects.filter(kind="accounts.second_factor").values_list("data__change", flat=True)) == ["启用"]
    assert client.get("/home/").status_code == 200
    again = Client()
    sign_in(again, "office")
    assert again.post(ASK, {"code": codes.shown(secret)}).status_code == 200
    assert again.post(ASK, {"code": codes.shown(secret, 1)}).status_code == 302


def test_the_key_of_the_page_is_the_same_however_often_it_is_looked_at(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.office)
    sign_in(client, "office")
    page = "/accounts/2fa/totp/activate/"
    shown = [client.get(page).context["form"].secret for _look in range(2)]
    shown.append(client.post(page, {"code": "abc"}).context["form"].secret)
    shown.append(client.get(page).context["form"].secret)
    assert shown == shown[:1] * 4
    assert client.post(page, {"code": codes.shown(shown[0])}).status_code == 302
    Authenticator.objects.all().delete()
    assert client.get(page).context["form"].secret not in shown  # a key that was set up is never shown again


@COMMITS
def test_who_sets_it_up_for_the_first_time_reads_what_the_recovery_codes_are_for_and_of_none_that_ended(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.proposer)
    sign_in(client, "YX001")
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    page = client.post("/accounts/2fa/totp/activate/", {"code": codes.shown(secret)}, follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/2fa/codes/"
    assert [str(m) for m in page.context["messages"]] == ["动态口令已经启用。"]  # of the codes the page itself speaks
    assert ["手机不在身边时，登录时用备用码代替动态口令。" in page.text, "作废" in page.text] == [True, False]
    assert [code in page.text for code in recovery(cast.proposer)] == [True] * 10


@pytest.mark.parametrize("must", [True, False], ids=["must", "may"])
def test_who_may_set_it_up_finds_the_way_back_and_who_must_the_way_out(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn, *, must: bool
) -> None:
    Account.objects.filter(pk=cast.proposer.pk).update(needs_second_factor=must)
    with_password(Account.objects.get(pk=cast.proposer.pk))
    sign_in(client, "YX001")
    page = client.get("/accounts/2fa/totp/activate/").text
    back, out, staff = '<a class="btn tall" href="/account/">返回</a>', "data-signout", "机关和承办单位的工作人员登录时"
    assert [back in page, out in page, staff in page] == [not must, must, must]


def test_wrong_codes_while_setting_up_are_counted(cast: Cast, client: Client, with_password: Give, sign_in: SignIn) -> None:
    with_password(cast.office)
    sign_in(client, "office")
    client.get("/accounts/2fa/totp/activate/")
    answers = [client.post("/accounts/2fa/totp/activate/", {"code": "abc"}).status_code for _n in range(5)]
    assert answers == [200, 200, 200, 200, 429]


FIRST_WRONG = (
    "动态口令不对，请看手机上现在的六位数字再输。还不对的，请把手机时间设为自动，或者删去验证器里原来的一条，重新扫上面的图。"
)


def test_who_used_a_recovery_code_reads_once_how_many_are_left(clerk: Account, sign_in: SignIn) -> None:
    told = []
    codes_left = recovery(clerk)
    for n in (0, 9):
        client = Client()
        sign_in(client, "office")
        for used in codes_left[1:n]:
            Authenticator.objects.get(user=clerk, type="recovery_codes").wrap().validate_code(used)
        pages = [client.post(ASK, {"code": codes_left[n]}, follow=True), client.get("/home/")]
        told.append([[str(m) for m in page.context["messages"]] for page in pages])
    assert told == [[["您刚才用了一个备用码，还有 9 个可用。"], []], [["您刚才用了最后一个备用码，请到“我的账户”重新生成。"], []]]
    client = Client()
    sign_in(client, "office")
    assert "备用码" not in client.post(ASK, {"code": codes.code(clerk)}, follow=True).text


def test_who_is_led_to_the_set_up_reads_for_which_duty(cast: Cast, client: Client) -> None:
    """A member who is signed in when the duty is given, who was given several, who may set it up and need not."""
    client.force_login(cast.bystander)
    address, word = "/accounts/2fa/totp/activate/", "职责，须先设置动态口令"
    assert word not in client.get(address, follow=True).text
    common: dict[str, Any] = {"committee": cast.county, "actor": None, "at": timezone.now(), "starts_on": timezone.localdate()}
    bodies.appoint(cast.bystander, duty=Duty.FILING, **common)
    bodies.appoint(cast.bystander, duty=Duty.UNIT_CLERK, unit=cast.unit, **common)
    page = client.get("/home/", follow=True)
    assert (page.request["PATH_INFO"], f"您承担“提案审定”、{cast.unit.name}“承办人”{word}" in page.text) == (address, True)


ANOTHER = "换一个人登录"
LOST = "手机和备用码都丢失的：机关、承办单位工作人员请安全管理员重置动态口令；委员请与机关联系，由服务器操作人员办理。"


def test_who_has_no_phone_at_hand_makes_way_for_somebody_else(
    cast: Cast, clerk: Account, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.proposer)
    sign_in(client, "office")
    assert sign_in(client, "YX001")["Location"] == ASK  # the first one's sign-in is still waiting
    page = client.get(ASK).text
    assert [ANOTHER in page, LOST in page, 'action="/accounts/logout/"' in page] == [True] * 3
    assert client.post("/accounts/logout/", {"next": "/accounts/login/"})["Location"] == "/accounts/login/"
    assert [client.get("/accounts/login/").status_code, client.get(ASK)["Location"]] == [200, "/accounts/login/"]
    assert sign_in(client, "YX001")["Location"] == "/home/"
    assert Event.objects.filter(kind="accounts.sign_in").count() == 1  # the first one never was in


def test_a_lock_at_the_code_ends_the_sign_in_that_waits(clerk: Account, client: Client, sign_in: SignIn) -> None:
    sign_in(client, "office")
    answers = [client.post(ASK, {"code": codes.wrong(clerk)}) for _n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    said = answers[-1].text
    assert ["密码或动态口令多次输错。" in said, LOST in said, "忘记密码的" in said] == [True] * 3
    assert [client.get("/accounts/login/").status_code, client.get(ASK)["Location"]] == [200, "/accounts/login/"]


def refusals() -> list[str]:
    """What the auditor reads of wrong codes and passwords, in order."""
    return [kinds.sentence(event) for event in Event.objects.filter(kind="accounts.sign_in_failed").order_by("id")]


def test_a_wrong_first_code_is_told_once_and_of_no_recovery_code(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.office)
    sign_in(client, "office")
    client.get("/accounts/2fa/totp/activate/")
    page = client.post("/accounts/2fa/totp/activate/", {"code": "abc"}).text
    assert (page.count(FIRST_WRONG), "备用码不对" in page, page.count('aria-invalid="true"')) == (1, False, 1)
    assert refusals() == [f"设置动态口令未成功（动态口令不对）：{cast.office.name}"]


def test_what_was_wrong_is_written_down_for_what_it_was(clerk: Account, sign_in: SignIn, inside: Callable[[int], Client]) -> None:
    client, wrong, name = inside(0), codes.wrong(clerk), clerk.name
    assert refusals() == []
    client.post("/accounts/2fa/totp/deactivate/", {"code": wrong})
    client.post("/accounts/2fa/codes/", {"code": wrong})
    client.post("/accounts/password/", {"oldpassword": "错的", "password1": "云溪河边的新茶园", "password2": "云溪河边的新茶园"})
    Failure.objects.all().delete()
    other = Client()
    sign_in(other, "office", "错的")
    sign_in(other, "office")
    other.post(ASK, {"code": wrong})
    assert refusals() == [
        f"停用动态口令未成功（动态口令或备用码不对）：{name}",
        f"查看或重新生成备用码未成功（动态口令或备用码不对）：{name}",
        f"修改密码未成功（原密码不对）：{name}",
        f"登录未成功（密码不对）：{name}",
        f"登录未成功（动态口令不对）：{name}",
    ]


def test_a_lock_says_what_was_mistyped_and_a_wrong_invitation_code_is_no_sign_in(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    client.post("/invitation/", {"code": "abcd-efgh-jkmn"})
    assert refusals() == ["输入邀请码未成功（邀请码不能使用）"]
    with_password(cast.office)
    sign_in(client, "office")
    client.get("/accounts/2fa/totp/activate/")
    for _n in range(5):
        client.post("/accounts/2fa/totp/activate/", {"code": "abc"})
    [event] = Event.objects.filter(kind="accounts.locked_out")
    assert kinds.sentence(event) == f"{cast.office.name}因多次输错动态口令被暂时锁定"
