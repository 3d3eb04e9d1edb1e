"""What `make matter` does with the example matter.

The five lines outside its directory, and the parts that it leaves out.
"""

from dataclasses import dataclass
from pathlib import Path

EXAMPLE, NAME = Path(__file__).parent / "talks", "talks"
GLOSSARY = """| 宣讲；报送, 发布, 不采用 | talk; offer, announce, decline | `talks`, `Talk`; `offer` `announce` `decline` | |
| 宣讲的状态：待审核, 已发布, 未采用 | offered, announced, declined | `offered` `announced` `declined` | |
"""
# Outside its directory: file, the line behind which it stands, the line.
OUTSIDE = (
    ("config/settings.py", '    "tongxin.handling",\n', '    "tongxin.talks",\n'),
    ("config/urls.py", '    path("", include("tongxin.handling.urls")),\n', '    path("", include("tongxin.talks.urls")),\n'),
    (".importlinter", "    (handling)\n", "    (talks)\n"),
    ("docs/glossary.md", "| 职责 | duty | `Duty`, `Appointment` | who does what is data |\n", GLOSSARY),
)
DECLARES, PAGES = "test_a_matter_declares_itself.py", "test_object_pages.py"
PERMITTED = "test_permissions_and_events.py"


@dataclass(frozen=True)
class Part:
    """A part of a matter: where it stands, what is cut out there (a pattern; without one the whole file), which check is red then."""

    file: str
    cut: str
    red: str
    instead: str = ""


PARTS = {
    "apps": Part("apps.py", "", "test_models.py::test_whatever_has_a_lifecycle_belongs_to_a_committee_and_has_an_address"),
    "step": Part("workflow.py", r'    T\("announce".*\n', "test_glossary.py"),
    "told": Part("workflow.py", r" *told=Audience.PARTIES,\n", f"{PERMITTED}::test_every_step_of_every_table_has_a_registered_event"),
    "event": Part("events.py", r"register\(Kind.*\n", f"{DECLARES}::test_what_a_list_leaves_as_is_permitted_and_recorded"),
    "audience": Part("rules.py", r"audience.open_to.*\n", f"{DECLARES}::test_every_lifecycle_says_who_is_told_of_its_events"),
    "permission": Part("rules.py", r'    "talks.view".*\n', f"{PERMITTED}::test_every_view_names_a_permission_that_exists"),
    "twin": Part("queries.py", r" \| announced", "test_twins.py"),
    "notices": Part("notices.py", r'    Tell\("talks.announce".*\n', f"{DECLARES}::test_every_step_tells_somebody_or_says_why_nobody"),
    "queue": Part("desk.py", r"QUEUES = [\s\S]*?\n\)\n", "test_desks.py"),
    "menu": Part("desk.py", r"MENU = .*\n", f"{DECLARES}::test_every_list_stands_in_a_menu"),
    "page": Part("desk.py", r", \(PAGE,\)", f"{PAGES}::test_every_row_with_a_life_has_a_page", ", ()"),
    "list": Part("lists.py", r"\(ALL,\)", f"{DECLARES}::test_rows_that_have_a_page_stand_in_a_list", "()"),
    "sheet": Part("lists.py", r"    sheet=.*\n", f"{DECLARES}::test_every_permission_is_asked_for_somewhere"),
    "constraint": Part("models.py", r"constraints = .*", "test_models.py::test_known_states_only_is_a_check_of_the_database", "pass"),
    "privacy": Part("privacy.py", "", f"{DECLARES}::test_whatever_names_somebody_is_held_about_him"),
    "carried": Part("privacy.py", r"\nkeep_of.*\n", "../../tongxin/members/tests/test_merging.py::test_every_foreign_key_to_a_member_goes_along"),
    "world": Part("tests/world.py", "", f"test_matrix.py::test_who_may_take_which_step_is_as_reviewed[{NAME}]"),
    "installed": Part("../../config/settings.py", r'    "tongxin.talks",\n', f"{DECLARES}::test_every_app_that_is_one_is_installed"),
    "address": Part("../../config/urls.py", r".*tongxin.talks.*\n", f"{DECLARES}::test_every_list_stands_in_a_menu"),
    "layer": Part("../../.importlinter", r"    \(talks\)\n", "lint-imports"),
    "glossary": Part("../../docs/glossary.md", r"\| 宣讲.*\n", "test_glossary.py"),
    "migration": Part("migrations/0001_initial.py", "", "makemigrations"),
    "matrix": Part("../../tests/architecture/golden/matrix-talks.txt", "", f"test_matrix.py::test_who_may_take_which_step_is_as_reviewed[{NAME}]"),
}  # fmt: skip
