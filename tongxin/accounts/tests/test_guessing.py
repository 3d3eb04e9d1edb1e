"""Failures are counted, successes never: who guesses waits, an office on its opening morning does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import checks
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts import guessing, names, tasks
from tongxin.accounts.models import Account, Failure
from tongxin.accounts.tests import codes
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.audit.models import Event
from tongxin.core.addresses import client_address, household, networks
from tongxin.core.secrets import phone_hash
from tongxin.members.models import Member

SignIn = Callable[..., Any]
Give = Callable[..., Account]
OFFICE = "203.0.113.9"


def locks() -> list[str]:
    return list(Event.objects.filter(kind="accounts.locked_out").order_by("id").values_list("data__username", flat=True))


def age(**by: float) -> None:
    """Let time pass."""
    for row in Failure.objects.all():
        Failure.objects.filter(pk=row.pk).update(at=row.at - timedelta(**by))


def test_an_office_behind_one_address_signs_in_two_hundred_members_with_their_mistypes(cast: Cast, sign_in: SignIn) -> None:
    for n in range(200):
        account = Account(username=names.for_member("YX", f"{n:03d}"), name=f"委员{n}")
        account.set_password(PASSWORD)
        account.save()
        Member.objects.create(committee=cast.county, account=account, number=f"{n:03d}", name=account.name)
    for n in range(200):
        client = Client()
        if n % 4 == 0:
            assert sign_in(client, f"{n:03d}", "打错了", address=OFFICE).status_code == 200
        if n % 20 == 0:
            assert sign_in(client, f"没有{n}", "打错了", address=OFFICE).status_code == 200
        assert sign_in(client, f"{n:03d}", address=OFFICE).status_code == 302
    assert Event.objects.filter(kind="accounts.sign_in_failed").count() == 60
    assert Event.objects.filter(kind="accounts.sign_in").count() == 200
    assert locks() == []


def test_five_wrong_passwords_lock_the_account_from_that_address_only_and_for_a_quarter_of_an_hour(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn, one_minute: None
) -> None:
    with_password(cast.proposer)
    answers = [sign_in(client, "YX001", f"错的{n}").status_code for n in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = sign_in(client, "YX001")
    assert (locked.status_code, "请 15 分钟后再试" in locked.text, locked["Retry-After"]) == (429, True, "900")
    assert sign_in(client, "YX002", "另一个账户").status_code == 200
    assert sign_in(Client(), "YX001", address="10.9.9.9").status_code == 302
    assert locks() == ["林知远"]
    age(minutes=16)
    assert sign_in(client, "YX001").status_code == 302


def test_a_refused_try_is_not_looked_at_and_does_not_lengthen_the_wait(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.proposer)
    for n in range(20):
        sign_in(client, "YX001", f"错的{n}")
    assert Failure.objects.count() == 5
    assert Event.objects.filter(kind="accounts.sign_in_failed").count() == 5
    assert locks() == ["林知远"]


def test_number_and_phone_share_one_count(cast: Cast, client: Client, with_password: Give, sign_in: SignIn) -> None:
    from tongxin.core.secrets import phone_hash

    Member.objects.filter(account=cast.proposer).update(phone="13800000001", phone_hash=phone_hash("13800000001"))
    with_password(cast.proposer)
    answers = [sign_in(client, name, "错的").status_code for name in ("YX001", "13800000001", "YX001", "+8613800000001", "yx001")]
    assert answers[-1] == 429


def a_family(cast: Cast, with_password: Give) -> list[Account]:
    """Two members with one phone, each with a password of the own."""
    people = [cast.proposer, cast.cosigner]
    for number, account in enumerate(people):
        Member.objects.filter(account=account).update(phone="13800000001", phone_hash=phone_hash("13800000001"))
        with_password(account, f"{PASSWORD}{number}")
    return people


def test_who_types_the_own_password_to_a_familys_phone_has_mistyped_nobodys(
    cast: Cast, with_password: Give, sign_in: SignIn
) -> None:
    a_family(cast, with_password)
    for _again in range(6):
        for number in (0, 1):
            assert sign_in(Client(), "13800000001", f"{PASSWORD}{number}").status_code == 302
    assert Failure.objects.count() == 0
    assert Event.objects.filter(kind__in=["accounts.sign_in_failed", "accounts.locked_out"]).count() == 0
    assert sign_in(Client(), "YX002", f"{PASSWORD}1").status_code == 302


def test_a_wrong_password_to_a_familys_phone_counts_for_each_and_locks_all(
    cast: Cast, with_password: Give, sign_in: SignIn
) -> None:
    family = a_family(cast, with_password)
    answers = [sign_in(Client(), "13800000001", "打错了").status_code for _again in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert Failure.objects.count() == 10
    assert sorted(locks()) == sorted(account.name for account in family)
    assert sign_in(Client(), "13800000001", f"{PASSWORD}1").status_code == 429


def test_a_name_that_is_nobodys_locks_like_one_that_is_somebodys(cast: Cast, client: Client, sign_in: SignIn) -> None:
    answers = [sign_in(client, "YX999", f"错的{n}").status_code for n in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def test_the_own_success_forgives_the_own_mistypes_and_no_others(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.proposer)
    for n in range(4):
        sign_in(client, "YX001", f"错的{n}")
        sign_in(Client(), "YX001", f"别处{n}", address="10.9.9.9")
        sign_in(Client(), "YX002", f"别人{n}")
    sign_in(client, "YX001")
    assert Failure.objects.count() == 8


def test_a_guess_spread_over_many_addresses_locks_strangers_out_and_not_the_members_own_devices(
    cast: Cast, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.proposer)
    phone = Client()
    sign_in(phone, "YX001", address="10.2.2.2")
    phone.post("/accounts/logout/")
    for n in range(30):
        sign_in(Client(), "YX001", f"错的{n}", address=f"198.51.100.{n}")
    stranger = sign_in(Client(), "YX001", address="198.51.100.200")
    assert (stranger.status_code, "以前登录过的手机和电脑不受影响" in stranger.text) == (429, True)
    assert sign_in(phone, "YX001", address="172.16.0.7").status_code == 302  # elsewhere, but the same phone
    assert locks() == ["林知远"]
    age(minutes=61)
    assert sign_in(Client(), "YX001", address="198.51.100.200").status_code == 302


def test_a_known_device_has_its_own_five_tries_and_thirty_a_day(cast: Cast, with_password: Give, sign_in: SignIn) -> None:
    with_password(cast.proposer)
    phone = Client()
    sign_in(phone, "YX001")
    phone.post("/accounts/logout/")
    for _quarter in range(6):
        answers = [sign_in(phone, "YX001", f"错的{n}").status_code for n in range(5)]
        assert answers == [200, 200, 200, 200, 429]
        age(minutes=16)
    locked = sign_in(phone, "YX001")
    assert (locked.status_code, "小时后再试" in locked.text) == (429, True)
    assert sign_in(Client(), "YX001").status_code == 302  # a device that is not known has a count of its own


def test_the_devices_cookie_names_nobody_and_cannot_be_forged(cast: Cast, with_password: Give, sign_in: SignIn) -> None:
    with_password(cast.proposer)
    phone = Client()
    answer = sign_in(phone, "YX001")
    cookie = answer.cookies["device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert [text for text in ("YX001", "林知远", str(cast.proposer.pk)) if text == cookie.value] == []
    request = RequestFactory().post("/", REMOTE_ADDR="10.1.1.1")
    request.COOKIES["device"] = cookie.value[:-2] + "xx"
    guessing.begin(request, guessing.PASSWORD, account=cast.proposer)
    assert [row.known for row in Failure.objects.all()] == [False]


def test_one_password_tried_on_everybody_stops_at_the_address(cast: Cast, with_password: Give, sign_in: SignIn) -> None:
    with_password(cast.proposer)
    desk = Client()
    sign_in(desk, "YX001", address=OFFICE)
    desk.post("/accounts/logout/")
    request = RequestFactory().post("/", REMOTE_ADDR=OFFICE)
    for n in range(199):
        guessing.begin(request, guessing.PASSWORD, name=f"YX:{n}")
    assert sign_in(Client(), "没有这人", "错的", address=OFFICE).status_code == 429
    assert sign_in(Client(), "YX002", "错的", address=OFFICE).status_code == 429
    assert sign_in(desk, "YX001", address=OFFICE).status_code == 302
    assert sign_in(Client(), "YX001", address="10.9.9.9").status_code == 302


def test_wrong_invitation_codes_are_counted_and_right_ones_not(cast: Cast, client: Client) -> None:
    answers = [client.post("/invitation/", {"code": f"aaaa-bbbb-{n:04d}"}) for n in range(101)]
    assert [answer.status_code for answer in answers] == [200] * 99 + [429] * 2
    said = answers[-1].text
    assert ["邀请码多次输错。" in said, "可以照常登录" in said] == [True, True]
    assert ["暂时不能登录" in said, "以前登录过的" in said, "忘记密码" in said] == [False] * 3
    assert locks() == ["有人"]
    Failure.objects.all().delete()
    member = Member.objects.create(committee=cast.county, number="YX050", name="新委员")
    office = Client()
    office.force_login(cast.office)
    code = office.post(f"/members/{member.uid}/invite/", follow=True).context["slips"][0].code
    for _n in range(120):
        assert client.post("/invitation/", {"code": code}).status_code == 200
    assert Failure.objects.count() == 0


def test_wrong_codes_of_the_second_factor_lock_like_passwords(cast: Cast, with_password: Give, sign_in: SignIn) -> None:
    client = Client(REMOTE_ADDR="10.1.1.1")
    codes.set_up(with_password(cast.office))
    sign_in(client, "office")
    for n in range(4):
        assert client.post("/accounts/2fa/authenticate/", {"code": codes.wrong(cast.office)}).status_code == 200, n
    last = client.post("/accounts/2fa/authenticate/", {"code": "12345678"})  # a recovery code counts too
    assert (last.status_code, "密码或动态口令多次输错。" in last.text) == (429, True)
    right = client.post("/accounts/2fa/authenticate/", {"code": codes.code(cast.office)})
    assert (right.status_code, right["Location"]) == (302, "/accounts/login/")  # from the password on
    assert sign_in(Client(), "office").status_code == 429  # one count for both
    assert sign_in(Client(), "office", address="10.9.9.9").status_code == 302
    assert locks() == ["秦若水"]
    assert not Event.objects.filter(kind="accounts.sign_in").exists()


def test_codes_guessed_from_many_addresses_are_few_a_day(cast: Cast, with_password: Give, sign_in: SignIn) -> None:
    codes.set_up(with_password(cast.office))
    answers = []
    for n in range(22):
        client = Client(REMOTE_ADDR=f"198.51.100.{n}")
        sign_in(client, "office", address=f"198.51.100.{n}")
        answers.append(client.post("/accounts/2fa/authenticate/", {"code": codes.wrong(cast.office)}).status_code)
    assert answers == [200] * 19 + [429] * 3


def test_codes_alone_that_lock_are_told_alone(cast: Cast, with_password: Give, sign_in: SignIn) -> None:
    """Nobody is sent for another password who has to wait for codes somebody else mistyped."""
    codes.set_up(with_password(cast.office))
    for n in range(21):
        client = Client(REMOTE_ADDR=f"198.51.100.{n}")
        sign_in(client, "office", address=f"198.51.100.{n}")
        page = client.post("/accounts/2fa/authenticate/", {"code": codes.wrong(cast.office)}).text
    assert ['<p class="mt2">动态口令多次输错。' in page, "忘记密码的" in page, "手机和备用码都丢失的" in page] == [
        True,
        False,
        True,
    ]


def test_signed_in_people_cannot_guess_the_old_password_either(cast: Cast, client: Client, with_password: Give) -> None:
    client.force_login(with_password(cast.proposer))
    new = {"password1": "另一个很长很长的新密码", "password2": "另一个很长很长的新密码"}
    answers = [client.post("/accounts/password/", {"oldpassword": f"错的{n}"} | new).status_code for n in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def test_a_hundred_tries_at_once_are_a_hundred_tries(cast: Cast) -> None:
    request = RequestFactory().post("/", REMOTE_ADDR=OFFICE)
    begun = [guessing.begin(request, guessing.PASSWORD, account=cast.proposer) for _n in range(5)]  # none has ended yet
    with pytest.raises(guessing.LockedOutError):
        guessing.begin(request, guessing.PASSWORD, account=cast.proposer)
    for attempt in begun:
        attempt.forgive()
    assert Failure.objects.count() == 0


def test_what_is_kept_is_no_name_and_no_address_and_goes_after_two_days(cast: Cast, client: Client, sign_in: SignIn) -> None:
    sign_in(client, "YX001", "错的", address=OFFICE)
    row = Failure.objects.get()
    assert [len(row.target), len(row.source)] == [64, 64]
    age(days=3)
    sign_in(client, "YX002", "错的", address=OFFICE)
    [last, _aged] = Failure.objects.order_by("-at")
    tasks.clear(timezone.now())
    assert list(Failure.objects.all()) == [last]


# ── whose address it is ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("203.0.113.9", "1.2.3.4", [], "203.0.113.9"),  # no proxy is trusted: the header is the client's own invention
        ("127.0.0.1", "203.0.113.9", ["127.0.0.1"], "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", ["127.0.0.1"], "203.0.113.9"),  # 6.6.6.6 was written by the client
        ("10.0.0.2", "6.6.6.6, 203.0.113.9, 10.0.0.7", ["10.0.0.0/24"], "203.0.113.9"),  # two proxies
        ("203.0.113.9", "10.0.0.7", ["10.0.0.0/24"], "203.0.113.9"),  # who comes past the proxy is himself
        ("127.0.0.1", "", ["127.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", "unknown, <script>", ["127.0.0.1"], "127.0.0.1"),
        ("::1", "2001:db8::7", ["::1"], "2001:db8::7"),
        ("127.0.0.1", "203.0.113.9:5312", ["127.0.0.1"], "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::7]:5312", ["127.0.0.1"], "2001:db8::7"),
        ("::ffff:127.0.0.1", "203.0.113.9", ["127.0.0.1"], "203.0.113.9"),
        ("", "1.2.3.4", ["127.0.0.1"], ""),
    ],
)
def test_the_clients_address_is_read_from_the_right_through_trusted_hops(
    peer: str, forwarded: str, trusted: list[str], client: str
) -> None:
    assert client_address(peer, forwarded, networks(trusted)) == client


def test_one_household_of_the_new_internet_is_one_place() -> None:
    assert household("2001:db8:1:2:3::7") == household("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert household("203.0.113.9") == "203.0.113.9"


def test_a_forged_header_does_not_give_new_tries(cast: Cast, client: Client, with_password: Give, settings: Any) -> None:
    with_password(cast.proposer)
    settings.TRUSTED_PROXIES = networks(["127.0.0.1"])

    def tries(**where: str) -> list[int]:
        data = {"login": "YX001", "password": "错的"}
        return [
            client.post(
                "/in/YX/", data, HTTP_X_FORWARDED_FOR=where["forwarded"].format(n=n), REMOTE_ADDR=where["peer"]
            ).status_code
            for n in range(5)
        ]

    assert tries(peer="203.0.113.9", forwarded="1.2.3.{n}")[-1] == 429
    assert tries(peer="127.0.0.1", forwarded="1.2.3.{n}, 203.0.113.10")[-1] == 429
    assert tries(peer="127.0.0.1", forwarded="1.2.3.{n}") == [200] * 5


@pytest.mark.parametrize(
    ("origins", "proxies", "found"),
    [
        ([], [], []),
        (["https://a.cn"], ["127.0.0.1"], []),
        (["https://a.cn"], [], ["tongxin.W001"]),
        ([], ["127.0.0.1"], ["tongxin.W002"]),
        (["https://a.cn"], ["0.0.0.0/0"], ["tongxin.W003"]),
    ],
)
def test_settings_of_proxies_that_contradict_each_other_are_told(
    settings: Any, origins: list[str], proxies: list[str], found: list[str]
) -> None:
    settings.CSRF_TRUSTED_ORIGINS, settings.TRUSTED_PROXIES = origins, networks(proxies)
    assert [m.id for m in checks.run_checks() if str(m.id).startswith("tongxin.W00")] == found


def test_a_proxy_that_is_no_address_is_refused_with_a_sentence() -> None:
    from config.settings import trusted_proxies

    with pytest.raises(ValueError, match="请写反向代理的地址或网段"):
        trusted_proxies("proxy.local")
