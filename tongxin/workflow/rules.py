"""Taking a step: each table's own `by` decides; here stands only that one must be signed in."""

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import is_signed_in

PERMISSIONS = {"workflow.step": (_("登录后可以办理自己职责内的事项，具体以流程表为准"), is_signed_in)}
grant(PERMISSIONS)
