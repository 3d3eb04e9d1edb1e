"""Releasing a proposal: what is covered is confirmed, the original stays, files go one by one."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.http import QueryDict
from django.test import Client

from tests.cast import NOW, Cast, moment
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.files import actions as files
from tongxin.proposals import actions, queries
from tongxin.proposals.forms import CoveringForm
from tongxin.proposals.models import Attachment, Proposal, PublicCopy, PublicFile
from tongxin.proposals.queries import original_visible_to
from tongxin.proposals.workflow import Withdrawal
from tongxin.texts.redaction import Mark
from tongxin.workflow.engine import perform

PHONE = "13812345678"
TITLE = f"关于请王某（{PHONE}）牵头修路的建议"


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def secretive(cast: Cast, **text: Any) -> Proposal:
    """A filed proposal with a telephone in its title and a door in its text."""
    return cast.filed(title=TITLE, situation="王某家住柳河镇人民路12号，老人独居。", **text)


def attached(cast: Cast, proposal: Proposal, name: str = "照片.txt") -> Attachment:
    upload = SimpleUploadedFile(name, "现场情况".encode())
    with files.received([upload], limit_mb=1) as [ready]:
        file = files.store(ready, committee=cast.county, owner=cast.proposer, at=NOW)
    return Attachment.objects.create(committee=cast.county, proposal=proposal, file=file)


def page_of(proposal: Proposal) -> str:
    return f"{proposal.get_absolute_url()}office/release/"


def told(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


# ── the action ──
def test_the_copy_is_covered_and_the_original_stays(cast: Cast) -> None:
    proposal = secretive(cast)
    copy = actions.release(proposal, actor=cast.office, at=NOW)
    assert copy.title == "关于请王某（〔电话已隐去〕）牵头修路的建议"
    assert copy.situation == "王某家住柳河镇〔住址已隐去〕，老人独居。"
    assert (copy.confirmed_by, copy.confirmed_at, copy.of_version) == (cast.office, NOW, proposal.version)
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (kept.title, kept.situation) == (TITLE, "王某家住柳河镇人民路12号，老人独居。")


def test_marks_are_corrected_by_the_office(cast: Cast) -> None:
    proposal = secretive(cast)
    copy = actions.release(proposal, marks={"title": (Mark(3, 5, "other"),)}, actor=cast.office, at=NOW)
    assert copy.title == f"关于请〔内容已隐去〕（{PHONE}）牵头修路的建议"
    assert copy.situation == proposal.situation
    assert queries.covered_in(copy)["title"] == (Mark(3, 5, "other"),)


def test_the_event_says_how_much_was_covered_and_never_what(cast: Cast) -> None:
    actions.release(secretive(cast), actor=cast.office, at=NOW)
    event = Event.objects.get(kind="proposals.release")
    assert event.data == {"covered": 2, "files": []}


@pytest.mark.parametrize("mark", [Mark(0, 999, "phone"), Mark(-1, 2, "phone"), Mark(3, 3, "phone"), Mark(0, 1, "nonsense")])
def test_a_mark_that_does_not_fit_the_text_is_refused_and_nothing_is_published(cast: Cast, mark: Mark) -> None:
    proposal = secretive(cast)
    with pytest.raises(actions.ProposalError, match="标出的位置与原文不符"):
        actions.release(proposal, marks={"title": (mark,)}, actor=cast.office, at=NOW)
    assert (Proposal.objects.get(pk=proposal.pk).released_at, PublicCopy.objects.count(), told("proposals.release")) == (
        None,
        0,
        0,
    )


def test_a_text_changed_since_it_was_looked_at_is_not_published(cast: Cast) -> None:
    proposal = secretive(cast)
    with pytest.raises(actions.ProposalError, match="核对期间原文有改动"):
        actions.release(proposal, version=proposal.version + 1, actor=cast.office, at=NOW)
    assert (Proposal.objects.get(pk=proposal.pk).released_at, told("proposals.release")) == (None, 0)


def test_several_at_once_are_published_only_where_nothing_was_found(cast: Cast) -> None:
    plain, secret = cast.filed(), secretive(cast)
    actions.release_without_findings(plain, actor=cast.office, at=NOW)
    with pytest.raises(actions.ProposalError, match="逐件核对"):
        actions.release_without_findings(secret, actor=cast.office, at=NOW)
    assert list(Proposal.objects.filter(released_at__isnull=False)) == [plain]


def test_a_copy_of_another_version_is_not_read_and_waits(cast: Cast) -> None:
    proposal = secretive(cast)
    actions.release(proposal, actor=cast.office, at=NOW)
    assert list(queries.visible_to(None)) == [proposal]
    assert list(queries.to_confirm(cast.office)) == []
    Proposal.objects.filter(pk=proposal.pk).update(version=F("version") + 1, title="改过的案由13912345678")
    proposal = Proposal.objects.get(pk=proposal.pk)
    assert list(queries.visible_to(None)) == []
    assert not allowed(None, "proposals.view", proposal)
    assert list(queries.to_confirm(cast.office)) == [proposal]
    actions.confirm_copy(
        proposal, marks=queries.proposed_marks(proposal), files=None, version=proposal.version, actor=cast.office, at=NOW
    )
    assert queries.public_titles([proposal.pk]) == {proposal.pk: "改过的案由〔电话已隐去〕"}
    assert list(queries.visible_to(None)) == [proposal]
    assert list(queries.to_confirm(cast.office)) == []


def test_the_queue_is_of_the_own_committee(cast: Cast) -> None:
    proposal = secretive(cast)
    actions.release(proposal, actor=cast.office, at=NOW)
    PublicCopy.objects.update(confirmed_at=None, confirmed_by=None)
    assert list(queries.to_confirm(cast.office)) == [proposal]
    assert [list(queries.to_confirm(who)) for who in (cast.office_of_other_county, cast.clerk, cast.proposer)] == [[], [], []]


def test_what_is_withdrawn_or_merged_is_no_longer_anybodys_to_read(cast: Cast) -> None:
    proposal = secretive(cast)
    actions.release(proposal, actor=cast.office, at=NOW)
    perform(proposal, "withdraw", actor=cast.proposer, at=NOW, payload=Withdrawal("已经解决。"))
    proposal = Proposal.objects.get(pk=proposal.pk)
    assert list(queries.visible_to(cast.member_of_other_county)) == []
    assert not allowed(cast.member_of_other_county, "proposals.view", proposal)


def test_yesterdays_published_ones_get_a_machines_copy_and_stay_public(cast: Cast) -> None:
    proposal, hidden = secretive(cast), cast.filed()
    Proposal.objects.filter(pk=proposal.pk).update(released_at=NOW)
    migration = importlib.import_module("tongxin.proposals.migrations.0006_copies_of_published")
    migration.cover(apps, None)
    [copy] = PublicCopy.objects.all()
    assert (copy.proposal, copy.title, copy.confirmed_at) == (proposal, "关于请王某（〔电话已隐去〕）牵头修路的建议", None)
    assert list(queries.visible_to(None)) == [proposal]
    assert list(queries.to_confirm(cast.office)) == [proposal]
    assert hidden.released_at is None
    migration.cover(apps, None)
    assert PublicCopy.objects.count() == 1


# ── files ──
def test_files_are_withheld_unless_released_one_by_one(cast: Cast) -> None:
    proposal = secretive(cast)
    first, second = attached(cast, proposal, "甲.txt"), attached(cast, proposal, "乙.txt")
    actions.release(proposal, files=[second], actor=cast.office, at=NOW)
    [public] = PublicFile.objects.all()
    assert (public.attachment, public.released_by) == (second, cast.office)
    answer = Client().get(public.get_absolute_url())
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert b"".join(answer.streaming_content).decode() == "现场情况"  # type: ignore[attr-defined]
    for uid in (first.uid, second.uid, first.file.uid, second.file.uid):
        assert Client().get(f"/public/files/{uid}/").status_code == 404
        assert Client().get(f"/files/{uid}/").status_code in {302, 404}


def test_the_link_of_a_file_ends_with_the_release_and_is_another_after_it(cast: Cast) -> None:
    proposal = secretive(cast)
    file = attached(cast, proposal)
    actions.release(proposal, files=[file], actor=cast.office, at=NOW)
    first = PublicFile.objects.get().get_absolute_url()
    actions.unrelease(proposal, reason="核实", actor=cast.office, at=NOW)
    assert Client().get(first).status_code == 404
    actions.release(proposal, files=[file], actor=cast.office, at=NOW)
    assert Client().get(first).status_code == 404
    assert Client().get(PublicFile.objects.get().get_absolute_url()).status_code == 200


def test_a_file_taken_back_alone_is_gone_and_the_other_keeps_its_link(cast: Cast) -> None:
    proposal = secretive(cast)
    one, other = attached(cast, proposal, "甲.txt"), attached(cast, proposal, "乙.txt")
    actions.release(proposal, files=[one, other], actor=cast.office, at=NOW)
    links = {f.attachment_id: f.get_absolute_url() for f in PublicFile.objects.all()}
    actions.confirm_copy(proposal, marks={}, files=[one], version=proposal.version, actor=cast.office, at=NOW)
    assert [Client().get(links[a.pk]).status_code for a in (one, other)] == [200, 404]


def test_a_file_of_another_proposal_does_not_go_with_this_one(cast: Cast) -> None:
    proposal, stranger = secretive(cast), attached(cast, cast.filed())
    with pytest.raises(actions.ProposalError, match="只能公开这件提案自己的附件"):
        actions.release(proposal, files=[stranger], actor=cast.office, at=NOW)
    assert (PublicFile.objects.count(), told("proposals.release")) == (0, 0)


# ── the page ──
def test_the_page_draws_the_marks_and_leads_through_the_preview(cast: Cast) -> None:
    proposal, client = secretive(cast), signed_in(cast.office)
    page = client.get(page_of(proposal)).content.decode()
    for drawn in ('value="title:6:17:phone" checked', 'value="situation:7:13:address" checked', f"<mark>{PHONE}</mark>"):
        assert drawn in page, drawn
    form = {"version": str(proposal.version), "mark": ["title:6:17:phone"], "words": "老人独居\n王某", "step": "preview"}
    preview = client.post(page_of(proposal), form)
    text = preview.content.decode()
    assert (preview.status_code, PublicCopy.objects.count()) == (200, 0)
    assert "人民路12号" in text
    assert PHONE not in preview.context["drawn"][0].covered[0].text
    marks = preview.context["form"].values
    assert set(marks) >= {"title:6:17:phone", "title:3:5:other", "situation:0:2:other", "situation:14:18:other"}
    answer = client.post(page_of(proposal), {"version": str(proposal.version), "mark": marks, "prints": "on", "step": "confirm"})
    assert (answer.status_code, answer["Location"]) == (302, proposal.get_absolute_url())
    copy = PublicCopy.objects.get()
    assert copy.title == "关于请〔内容已隐去〕（〔电话已隐去〕）牵头修路的建议"
    assert copy.situation == "〔内容已隐去〕家住柳河镇人民路12号，〔内容已隐去〕。"


def test_the_preview_asks_for_no_tick_where_nothing_is_ticked(cast: Cast) -> None:
    proposal, client = secretive(cast), signed_in(cast.office)
    one = attached(cast, proposal, "甲.txt")
    assert "请打开看过再逐个勾选" in client.get(page_of(proposal)).text
    preview = client.post(page_of(proposal), {"version": str(proposal.version), "file": [one.uid], "step": "preview"})
    assert (preview.status_code, "甲.txt" in preview.text, "逐个勾选" in preview.text) == (200, True, False)


PERSONAL = "王某（身份证33012719620418501X）手机13912345678、座机0990-7654321，信箱wang@163.com，车牌浙A12345，家住人民路12号。"
PRINTED = [
    "证件号码 1 处（33012719620418501X）",
    "电话 3 处（13812345678、13912345678、0990-7654321）",
    "电子邮箱 1 处（wang@163.com）",
    "车牌号 1 处（浙A12345）",
    "住址 2 处（人民路12号、人民路12号）",
]


def test_what_is_left_in_the_open_is_named_and_asked_for_again(cast: Cast) -> None:
    proposal, client = secretive(cast, analysis=PERSONAL), signed_in(cast.office)
    form = {"version": str(proposal.version)}
    preview = client.post(page_of(proposal), form | {"step": "preview"})
    assert (preview.status_code, preview.context["form"].printed) == (200, PRINTED)
    page = preview.content.decode()
    assert [line for line in PRINTED if f">{line}</li>" not in page] == []
    refused = client.post(page_of(proposal), form | {"step": "confirm"})
    assert (refused.status_code, refused.context["preview"], PublicCopy.objects.count()) == (422, True, 0)
    assert "还有内容没有隐去" in refused.content.decode()
    assert told("proposals.release") == 0
    agreed = client.post(page_of(proposal), form | {"step": "confirm", "prints": "on"})
    assert (agreed.status_code, PublicCopy.objects.get().analysis) == (302, PERSONAL)


def test_nothing_is_asked_again_where_nothing_is_left_in_the_open(cast: Cast) -> None:
    proposal, client = secretive(cast, analysis=PERSONAL), signed_in(cast.office)
    form = {"version": str(proposal.version), "mark": client.get(page_of(proposal)).context["form"].values}
    preview = client.post(page_of(proposal), form | {"step": "preview"})
    assert (preview.context["form"].printed, "照登" in preview.content.decode()) == ([], False)
    assert client.post(page_of(proposal), form | {"step": "confirm"}).status_code == 302


def test_what_was_found_stays_offered_after_its_ticks_were_taken_off_and_after_all_was_covered(cast: Cast) -> None:
    proposal, client = secretive(cast, analysis=PERSONAL), signed_in(cast.office)
    found = sum(len(marks) for marks in queries.proposed_marks(proposal).values())
    bare = client.post(page_of(proposal), {"version": str(proposal.version), "step": "change"}).content.decode()
    assert f"查出 {found} 处，都没有勾选，将照登" in bare
    assert ("没有查出" in bare, bare.count('name="mark"')) == (False, found)
    actions.release(proposal, actor=cast.office, at=NOW)
    again = signed_in(cast.office).get(page_of(proposal)).content.decode()
    assert (f"已标出 {found} 处" in again, again.count('name="mark"')) == (True, found)
    actions.confirm_copy(proposal, marks={}, files=None, version=proposal.version, actor=cast.office, at=NOW)
    again = signed_in(cast.office).get(page_of(proposal)).content.decode()
    assert (f"查出 {found} 处" in again, again.count('name="mark"'), "checked" in again) == (True, found, False)


def test_the_public_page_says_of_itself_only_what_is_true(cast: Cast) -> None:
    open_, covered = secretive(cast), secretive(cast)
    actions.release(open_, marks={}, actor=cast.office, at=NOW)
    actions.release(covered, actor=cast.office, at=NOW)
    said = {p.pk: Client().get(f"/public/proposals/{p.uid}/").content.decode() for p in (open_, covered)}
    assert (PHONE in said[open_.pk], PHONE in said[covered.pk]) == (True, False)
    assert {pk: "标有“已隐去”" in page for pk, page in said.items()} == {open_.pk: False, covered.pk: True}
    assert [pk for pk, page in said.items() if "等个人信息已隐去" in page] == []


def test_words_that_do_not_stand_in_the_text_are_named(cast: Cast) -> None:
    proposal = secretive(cast)
    answer = signed_in(cast.office).post(
        page_of(proposal), {"version": str(proposal.version), "words": "李四", "step": "confirm"}
    )
    assert answer.status_code == 422
    assert "原文里没有“李四”，请照原文抄写。" in answer.content.decode()
    assert (PublicCopy.objects.count(), told("proposals.release")) == (0, 0)


@pytest.mark.parametrize(
    "form",
    [
        {"version": "99", "step": "confirm"},
        {"version": "", "step": "confirm"},
        {"version": "x" * 400, "step": "confirm"},
        {"version": "V", "mark": "title:0:9999999:phone", "step": "confirm"},
        {"version": "V", "mark": "number:0:1:phone", "step": "confirm"},
        {"version": "V", "mark": "title:٣:٥:phone", "step": "confirm"},
        {"version": "V", "mark": "乱写", "step": "confirm"},
    ],
)
def test_marks_of_another_text_publish_nothing(cast: Cast, form: dict[str, str]) -> None:
    proposal = secretive(cast)
    said = form | {"version": form["version"].replace("V", str(proposal.version))}
    answer = signed_in(cast.office).post(page_of(proposal), said)
    assert (answer.status_code, PublicCopy.objects.count(), told("proposals.release")) == (422, 0, 0)
    assert "请按现在的原文重新核对" in answer.content.decode()


def test_only_who_publishes_in_this_committee_opens_the_page(cast: Cast) -> None:
    proposal = secretive(cast)
    refused = {name: signed_in(who).get(page_of(proposal)).status_code for name, who in cast.everyone().items()}
    assert sorted(name for name, status in refused.items() if status == 200) == ["office"]
    for who in (cast.office_of_other_county, cast.proposer, cast.leader):
        signed_in(who).post(page_of(proposal), {"version": str(proposal.version), "step": "confirm"})
    assert (PublicCopy.objects.count(), told("proposals.release")) == (0, 0)


def test_without_consent_the_page_says_so_and_publishes_nothing(cast: Cast) -> None:
    proposal = cast.filed(consents_to_publication=False)
    client = signed_in(cast.office)
    assert "提案人没有同意公开，不能公开。" in client.get(page_of(proposal)).content.decode()
    client.post(page_of(proposal), {"version": str(proposal.version), "step": "confirm"})
    assert PublicCopy.objects.count() == 0


def test_the_original_is_for_those_who_have_to_do_with_it(cast: Cast) -> None:
    """The twin of proposals.read_original, in a world with a released proposal."""
    proposal = secretive(cast)
    actions.release(proposal, actor=cast.office, at=moment("2026-03-03"))
    proposal = Proposal.objects.get(pk=proposal.pk)
    listed = {name for name, who in cast.everyone().items() if original_visible_to(who).filter(pk=proposal.pk).exists()}
    opened = {name for name, who in cast.everyone().items() if allowed(who, "proposals.read_original", proposal)}
    assert listed == opened
    assert not opened & {"member_of_other_county", "office_of_other_county", "other_clerk", "clerk", "audit_admin"}


def test_the_same_words_written_often_are_looked_for_once_and_too_many_are_refused() -> None:
    texts = {"situation": ("情况", "的" * 5000)}
    once = CoveringForm(texts, {}, version=1, data=QueryDict("version=1&words=" + "%0A".join(["的"] * 500)))
    assert once.is_valid(), once.errors
    assert len(once.marks["situation"]) == 5000
    many = CoveringForm(texts, {}, version=1, data=QueryDict("version=1&words=" + "%0A".join(f"词{n}" for n in range(101))))
    assert "一次最多写 100 处" in str(many.errors["words"])


def test_ticks_are_spoken_of_only_where_something_is_marked(cast: Cast) -> None:
    client, ticked = signed_in(cast.office), "勾选的文字在公开页面上隐去"
    assert ticked in client.get(page_of(secretive(cast))).text
    assert ticked not in client.get(page_of(cast.filed(title="关于修路的建议"))).text


def test_what_is_wrong_stands_apart_from_the_heading(cast: Cast) -> None:
    proposal = secretive(cast)
    answer = signed_in(cast.office).post(
        page_of(proposal), {"version": proposal.version, "words": "没有这句话", "step": "preview"}
    )
    assert answer.status_code == 422
    assert '<div class="mt3"><div class="note stop errors"' in answer.text


def test_a_released_one_leads_to_its_public_page_and_is_taken_off_it_knowing_what_happens(cast: Cast) -> None:
    proposal, client = cast.filed(), signed_in(cast.office)
    public = f'href="/public/proposals/{proposal.uid}/"'
    assert public not in client.get(proposal.get_absolute_url()).text
    actions.release(proposal, actor=cast.office, at=NOW)
    assert public in client.get(proposal.get_absolute_url()).text
    assert Client().get(f"/public/proposals/{proposal.uid}/").status_code == 200
    page = client.get(f"{proposal.get_absolute_url()}office/unrelease/").text
    assert "撤下以后，公众看不到这件提案和它的答复、附件，已有的链接随即失效；提案人会收到消息。以后可以重新公开。" in page
    assert "提案人、联名委员和本会机关能看到，公众看不到。" in page


def test_the_queue_says_where_what_was_never_released_is_released(cast: Cast) -> None:
    page = signed_in(cast.office).get("/desk/publication/").text
    assert '尚未公开的提案，请到<a href="/desk/proposals/">提案工作台</a>办理公开。' in page
