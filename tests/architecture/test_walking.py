"""The walks walk as who they say: each answer they compare is of the page, not of what stands before it."""

from tests.architecture.walking import Visitors
from tests.cast import Cast
from tongxin.accounts.models import Account


def test_staff_walk_with_the_second_factor_behind_them(cast: Cast) -> None:
    Account.objects.filter(pk=cast.office.pk).update(needs_second_factor=True, factor_changes=3)
    walker = Visitors().of(Account.objects.get(pk=cast.office.pk))
    assert [walker.get(page).status_code for page in ("/home/", "/members/", "/units/")] == [200, 200, 200]
