"""Who imports on a page, and the worker that does it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tongxin.imports import actions
from tongxin.imports.models import Import

MEMBERS = "姓名,出生年月,界别,专委会,手机,编号\n"


@pytest.fixture
def office(cast: Cast, client: Client) -> Client:
    client.force_login(cast.office)
    return client


@pytest.fixture
def neighbour(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.office_of_other_county)
    return client


def brought(client: Client, kind: str, *texts: str, name: str = "名单.csv") -> Any:
    """Bring sheets to the page; return its answer."""
    files = [SimpleUploadedFile(name, text.encode()) for text in texts]
    return client.post(reverse("imports"), {"kind": kind, "uploads": files})


def worked(run: Import | None = None) -> Import:
    """Let the worker do what waits of the newest import, and return it as it is then."""
    run = run or Import.objects.latest("pk")
    actions.work(run.uid, now=timezone.now)
    return Import.objects.get(pk=run.pk)


@pytest.fixture
def members(office: Client) -> Callable[[str], Import]:
    """Bring a sheet of members, and let the worker look through it."""

    def bring(lines: str) -> Import:
        answer = brought(office, "members", MEMBERS + lines)
        assert answer.status_code == 302, answer.context["form"].errors
        return worked()

    return bring


def step(client: Client, name: str, run: Import, **said: str) -> Import:
    """Take a step on an import's page, having seen its figures, and let the worker follow."""
    client.post(reverse(f"import-{name}", args=[run.uid]), {"seen": run.figures} | said)
    return worked(run)
