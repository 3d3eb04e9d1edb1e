"""Writing a text: each declared draft's own permission decides; here stands only that one must be signed in."""

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import is_signed_in

PERMISSIONS = {"drafts.write": (_("登录后可以保存自己有权填写的内容，具体以各项内容的规则为准"), is_signed_in)}
grant(PERMISSIONS)
