"""Addresses of talks."""

from tongxin.desks.addresses import addresses_of
from tongxin.talks.desk import NEW, PAGE
from tongxin.talks.lists import ALL

urlpatterns = addresses_of("talks/", ALL, NEW, PAGE)
