"""The columns of every sheet are explained on a page, in the words of their declaration, to everybody who works here."""

from django.test import Client

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.imports.rules import OFFERED


def test_every_column_of_every_sheet_is_explained_without_names_of_the_program(cast: Cast, client: Client) -> None:
    page = as_(cast.clerk).get("/imports/columns/").text
    for offered in OFFERED.values():
        for column in offered.kind.columns:
            assert column.name in page
            assert all(other in page for other in column.others)
            assert not column.field or column.field not in page
    assert client.get("/imports/columns/").status_code == 302


def test_imports_and_exports_lead_to_it(cast: Cast) -> None:
    assert 'href="/imports/columns/"' in as_(cast.office).get("/imports/").text
    assert 'href="/imports/columns/"' in as_(cast.office).get("/desk/proposals/").text
