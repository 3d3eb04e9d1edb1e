"""The menu offers what opens, and nothing that refuses."""

import re

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment

MENU = re.compile(r"<nav\b.*?</nav>", re.DOTALL)
LINK = re.compile(r'href="(/[^"#]*)"')


def refused(account: Account) -> list[tuple[str, int]]:
    """The addresses of somebody's menus that do not open."""
    client = as_(account)
    offered = {url for menu in MENU.findall(client.get("/home/").text) for url in LINK.findall(menu)}
    answers = [(url, client.get(url).status_code) for url in sorted(offered)]
    assert answers, account.name
    return [(url, status) for url, status in answers if status != 200]


def test_everything_in_everybodys_menu_opens(cast: Cast) -> None:
    assert {name: found for name, account in cast.everyone().items() if (found := refused(account))} == {}


def test_who_supervises_and_does_not_assign_is_offered_supervising_alone_and_the_other_way_round(cast: Cast) -> None:
    both = Appointment.objects.filter(account=cast.assigner, duty__in=(Duty.ASSIGN, Duty.SUPERVISE))
    assert {row.duty for row in both} == {Duty.ASSIGN, Duty.SUPERVISE}
    for left, offered in ((Duty.SUPERVISE, "/handling/supervise/"), (Duty.ASSIGN, "/handling/assign/")):
        rows = list(both.exclude(duty=left))
        both.exclude(duty=left).delete()
        account = Account.objects.get(pk=cast.assigner.pk)
        assert {a.duty for a in bodies.appointments_of(account)} == {left}
        menus = "".join(MENU.findall(as_(account).get("/home/").text))
        assert [url for url in ("/handling/assign/", "/handling/supervise/") if f'href="{url}"' in menus] == [offered]
        assert refused(account) == []
        Appointment.objects.bulk_create(rows)
