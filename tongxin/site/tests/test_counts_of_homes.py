"""Every count on every home opens to as many rows: a number that leads to another number is believed nowhere."""

from typing import Any

import pytest
from django.test import Client

from tests.architecture.world import AT
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.desks.paging import counted as counted_as
from tongxin.handling.choices import TaskState

PUBLICATION = {"待核对公开稿": "proposals", "待核对答复公开稿": "replies"}


def counted(page: Any) -> list[tuple[str, str, str]]:
    """Return what a home counts: each with its number and where it leads."""
    queues = [(queue.label, str(queue.count), queue.url) for queue in page.context["queues"]]
    led = [one for panel in page.context["panels"] for found in panel.facts.get("overviews", ()) for one in found.counts]
    boards = [
        (line.label, line.said.removesuffix(" 件"), line.url)
        for panel in page.context["panels"]
        for board in panel.facts.get("boards", ())
        for line in board.lines
        if line.said.endswith(" 件")
    ]
    return queues + [(one.label, one.count, one.url) for one in led] + boards


def opened(client: Client, label: str, url: str) -> str:
    """Return how many rows stand behind an address."""
    shown = client.get(url).context
    if label in PUBLICATION:
        return str(len(getattr(shown["waiting"], PUBLICATION[label])))
    if url == "/privacy/":
        return str(len([number for _sort, number in shown["rows"] if number]))
    if "list" in shown:
        assert shown["list"].number >= len(shown["list"].lines)
        return counted_as(shown["list"].number)
    return str(len(shown["rows"]))


@pytest.fixture
def homes(mixed: Cast) -> dict[str, Client]:
    """Sign in everybody of a world in every state, and a clerk who leads the unit besides."""
    bodies.appoint(
        mixed.clerk,
        committee=mixed.county,
        duty=Duty.UNIT_LEADER,
        unit=mixed.unit,
        starts_on=AT.date(),
        actor=None,
        at=AT,
    )
    Account.objects.update(needs_second_factor=False)
    clients = {}
    for name, account in mixed.everyone().items():
        clients[name] = Client()
        clients[name].force_login(Account.objects.get(pk=account.pk), backend="tongxin.accounts.backends.SignInName")
    return clients


def test_every_count_on_every_home_opens_to_as_many_rows(homes: dict[str, Client]) -> None:
    seen, wrong = set[str](), []
    for who, client in homes.items():
        page = client.get("/home/")
        if page.status_code != 200 or "queues" not in page.context:
            continue  # a member's home counts nothing
        for label, count, url in counted(page):
            seen.add(label)
            if (rows := opened(client, label, url)) != count:
                wrong.append((who, label, count, url, rows))
    assert wrong == []
    assert seen >= {
        "申请退办",
        "待交办",
        "答复待审",
        "超期未办",
        "单位审签",
        "待签收",
        "办理中",
        "待送会办意见",
        "待预审",
        "待政协协调",
    }
    late_is_what_the_desk_shows_red(homes["assigner"])


def late_is_what_the_desk_shows_red(client: Client) -> None:
    """Hold the queue of what is late against the desk's lamp: nobody is in it who owes nothing."""
    late = client.get("/handling/supervise/?level=red").context["list"].lines
    assert {row.chip.level for row in late} == {"red"}
    assert {row.task.state for row in late} & {TaskState.ADVICE_GIVEN, TaskState.ANSWERED, TaskState.RETURNED} == set()
