"""The page of one proposal: one shape, for each reader what is theirs."""

import pytest
from django.test import Client

from tests.cast import Cast, moment
from tongxin.proposals import actions as proposals


def reader(client: Client, account: object) -> Client:
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")  # type: ignore[arg-type]
    session = client.session
    session["second_factor_set"] = True
    session.save()
    return client


@pytest.mark.parametrize("who", ["proposer", "cosigner", "bystander", "office", "leader", "assigner", "clerk", "unit_leader", "co_clerk"])
def test_everybody_concerned_opens_the_page_of_an_answered_proposal(cast: Cast, client: Client, who: str) -> None:
    case = cast.answered()
    page = reader(client, getattr(cast, who)).get(f"/proposals/{case.proposal.uid}/")
    assert page.status_code == 200
    assert "关于在镇卫生院设立夜间值班药房的建议" in page.content.decode()


def test_desk(cast: Cast, client: Client) -> None:
    cast.answered(); cast.assigned(title="b"); cast.submitted(title="c")
    r = reader(client, cast.office)
    for q in ("", "?stage=examine", "?stage=rating", "?q=b", "?stage=assign", "?level=ok", "?sort=-due", "?stage=closed", "?stage=received"):
        page = r.get("/desk/proposals/" + q)
        assert page.status_code == 200
        print(q, page.context["listing"].total, [x.proposal.title for x in page.context["listing"].rows])
    print([(f.key, f.number) for f, _ in page.context["header"]], [(t.label, t.count) for t in page.context["tabs"]], page.context["lanes"])
    x = r.post("/desk/proposals/export/", {"format": "xlsx"}); assert x.status_code == 200
    for u in ("/public/", "/public/proposals/?in=YX", "/public/YX/"):
        assert client.get(u).status_code == 200, u
