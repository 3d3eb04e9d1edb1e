"""The disk fills, the database goes and comes back, the clock is set back, two servers start at once.

It is said, and all goes on.
"""

import resource
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast
from tests.faults.installation import Person, Server, serving
from tongxin.audit import sealing, verifying
from tongxin.audit.models import Event
from tongxin.handling import actions as rating
from tongxin.handling import queries as handling
from tongxin.notices import actions as notices
from tongxin.proposals.models import Proposal

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "建议由卫生院药房排班值守到零点，县里给予夜班补助，先行试点半年，再推广到各乡镇。" * 40
SUSPENDED = "系统暂时不能办理"
NO_LIMIT = resource.RLIM_INFINITY


def autosaved(server: Server, who: Person, proposal: Proposal, text: str) -> tuple[int, str]:
    version = Proposal.objects.values_list("version", flat=True).get(pk=proposal.pk)
    form = {"title": proposal.title, "situation": text, "analysis": "", "suggestions": "", "version": str(version)}
    return who.ask(server.port, f"/drafts/proposals.text/{proposal.uid}/", form)


def test_a_full_disk_is_said_and_when_there_is_space_all_goes_on(cast: Cast, tmp_path: Path) -> None:
    """Nothing may be written behind the first bytes of any file.

    SQLite's own and what is noted outside the database.
    """
    proposal, other, who = cast.draft(timezone.now()), cast.draft(timezone.now(), title="关于停车的建议"), Person(cast.proposer)
    with serving(tmp_path) as server:
        assert autosaved(server, who, proposal, "第一稿")[0] == 200
        for pid in server.pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, NO_LIMIT))
        status, page = autosaved(server, who, proposal, TEXT)
        submitted, _page = who.ask(server.port, f"/proposals/{other.uid}/submit/", {"version": "1"})
        if connection.vendor == "sqlite":
            assert (status, submitted, SUSPENDED in page, TEXT[:40] in page) == (503, 503, True, True)
        other.refresh_from_db()
        assert other.state != "draft" or submitted != 302  # done where it was said to be done
        assert Proposal.objects.get(pk=proposal.pk).situation == (TEXT if status == 200 else "第一稿")
        for pid in server.pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (NO_LIMIT, NO_LIMIT))
        assert autosaved(server, who, proposal, TEXT)[0] == 200
        assert who.ask(server.port, f"/proposals/{other.uid}/submit/", {"version": "1"})[0] == 302
    assert Proposal.objects.get(pk=proposal.pk).situation == TEXT
    assert Event.objects.filter(kind="proposals.submit", subject_id=other.pk).count() == 1
    sealing.seal(at=timezone.now())
    assert verifying.verify().problems == ()


def test_a_database_that_goes_and_comes_back_costs_no_text(cast: Cast, tmp_path: Path) -> None:
    """PostgreSQL takes nobody in; SQLite's file is held by somebody longer than we wait."""
    proposal, who = cast.draft(timezone.now()), Person(cast.proposer)
    with serving(tmp_path) as server:
        assert autosaved(server, who, proposal, "第一稿")[0] == 200
        version = Proposal.objects.values_list("version", flat=True).get(pk=proposal.pk)
        form = {"title": proposal.title, "situation": TEXT, "analysis": "", "suggestions": "", "version": str(version)}
        _take_away()
        try:
            status, page = who.ask(server.port, f"/drafts/proposals.text/{proposal.uid}/", form)
        finally:
            _give_back()
        assert (status, SUSPENDED in page, TEXT[:40] in page) == (503, True, True)
        assert Proposal.objects.get(pk=proposal.pk).situation == "第一稿"
        assert autosaved(server, who, proposal, TEXT)[0] == 200
    assert Proposal.objects.get(pk=proposal.pk).situation == TEXT


def _take_away() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
            return
        _let_in("false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _give_back() -> None:
    if connection.vendor != "sqlite":
        _let_in("true")
        return
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK")


def _let_in(anybody: str) -> None:
    """PostgreSQL lets nobody shut the database in which he is himself."""
    import psycopg

    own = connection.settings_dict
    with psycopg.connect(dbname="postgres", user=own["USER"], host=own["HOST"], port=own["PORT"], autocommit=True) as beside:
        beside.execute(f'ALTER DATABASE "{own["NAME"]}" ALLOW_CONNECTIONS {anybody}')


def test_a_clock_that_was_set_back_turns_nothing_round(cast: Cast) -> None:
    """What is done later stands later in the record, and is told, due and sealed, though the clock says earlier."""
    now = timezone.now()
    case = cast.answered(now, title="关于夜间药房的建议")
    sealing.seal(at=now)
    back = now - timedelta(hours=5)
    proposal = cast.submitted(back, title="关于停车的建议")
    for (reply, signature), result in zip(handling.ratings_awaited(case), ("satisfied", "dissatisfied"), strict=True):
        rating.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result=result,
            comment="没有落实。",
            actor=signature.member.account,
            at=back,
        )
    sealing.seal(at=back)
    notices.deliver()
    keys = list(Event.objects.filter(subject_type="proposals.proposal", subject_id=proposal.pk).values_list("kind", flat=True))
    assert keys[-1] == "proposals.submit"
    assert Event.objects.latest("pk").recorded_at < Event.objects.filter(subject_id=case.pk).latest("recorded_at").recorded_at
    assert verifying.verify().problems == ()
    assert proposal.serial == Proposal.objects.get(pk=case.proposal_id).serial + 1


def test_two_servers_that_start_at_once_on_fresh_files_both_answer(cast: Cast, tmp_path: Path) -> None:
    servers = [Server(tmp_path), Server(tmp_path)]
    try:
        waits = [threading.Thread(target=server.wait) for server in servers]
        for wait in waits:
            wait.start()
        for wait in waits:
            wait.join(180)
        pages = [Person(cast.proposer).ask(server.port, "/proposals/")[0] for server in servers]
        assert pages == [200, 200]
    finally:
        for server in servers:
            server.process.kill()
