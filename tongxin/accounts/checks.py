"""System checks of the way in: proxies that are trusted, and settings that contradict each other."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.utils.translation import gettext as _

EVERYBODY = 8  # a network with fewer fixed bits is half the Internet


@checks.register(checks.Tags.security)
def proxies(**_more: Any) -> list[checks.CheckMessage]:
    """Behind a proxy the client's address is what a trusted proxy says; without one, all clients are one address."""
    found: list[checks.CheckMessage] = []
    if settings.CSRF_TRUSTED_ORIGINS and not settings.TRUSTED_PROXIES:
        found.append(
            checks.Warning(
                _(
                    "TONGXIN_ORIGINS 已设，TONGXIN_TRUSTED_PROXIES 没有设：所有人看起来来自同一个地址，按地址计数的登录限制会误伤。"
                ),
                hint=_("写明反向代理的地址，例如 TONGXIN_TRUSTED_PROXIES=127.0.0.1"),
                id="tongxin.W001",
            )
        )
    if settings.TRUSTED_PROXIES and not settings.CSRF_TRUSTED_ORIGINS:
        found.append(
            checks.Warning(
                _("TONGXIN_TRUSTED_PROXIES 已设，TONGXIN_ORIGINS 没有设：经过代理的登录会因来源不符被拒绝。"),
                hint=_("写明网站的网址，例如 TONGXIN_ORIGINS=https://tongxin.example.gov.cn"),
                id="tongxin.W002",
            )
        )
    found += [
        checks.Warning(
            _("TONGXIN_TRUSTED_PROXIES 里的 %(network)s 太大：谁都可以冒充别的地址，登录限制不起作用。") % {"network": network},
            hint=_("只写反向代理自己的地址。"),
            id="tongxin.W003",
        )
        for network in settings.TRUSTED_PROXIES
        if network.prefixlen < EVERYBODY
    ]
    return found
