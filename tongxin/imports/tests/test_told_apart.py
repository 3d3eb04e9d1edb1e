"""Of somebody who came in with an import it was said that he is not an older member: that is work, and he stays."""

from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.audit import verifying
from tongxin.imports.tests.conftest import step
from tongxin.members import merging
from tongxin.members.models import Member


def test_who_was_told_apart_from_an_older_member_is_not_undone(cast: Cast, office: Client, members):
    run = step(office, "take", members("曾贤,1975-03,农业界,,,\n"))
    made, older = Member.objects.get(name="曾贤"), cast.member(cast.bystander)
    merging.tell_apart(older, made, reason="同名同姓", actor=cast.office, at=timezone.now())
    step(office, "undo", run, reason="传错了")
    assert Member.objects.filter(pk=made.pk).exists()
    assert verifying.verify().ok
