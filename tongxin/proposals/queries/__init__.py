"""Every read of proposals worth a name."""

from tongxin.proposals.queries.acting import stands_under_something
from tongxin.proposals.queries.agreed import Difference, difference_for, outdated_signers
from tongxin.proposals.queries.drafting import (
    Check,
    candidates,
    checks,
    copy_for,
    differences,
    invitation_for,
    latest_cutoff,
    open_copies,
    taken_back,
    writable,
)
from tongxin.proposals.queries.likeness import Similar, register_outcome, similar, similar_for, warm
from tongxin.proposals.queries.lists import (
    Page,
    Standing,
    Tab,
    committee_of,
    lists_for,
    page_of,
    register_standing,
    standings_of,
    tabs_for,
)
from tongxin.proposals.queries.publication import (
    copy_of,
    covered_in,
    has_findings,
    proposed_marks,
    public_file,
    public_files,
    public_titles,
    published,
    to_confirm,
)
from tongxin.proposals.queries.reading import (
    OFFICE_PEOPLE,
    absorbed,
    answers_to,
    contact_note,
    for_page,
    handed_over_at,
    hold_handling,
    may_absorb,
    names,
    numbered,
    open_matters,
    original_visible_to,
    parts,
    passed_on_to,
    plenary_window,
    raters,
    register_handling,
    season_at,
    session_and_season_at,
    signers,
    spokesman,
    to_be_passed_on,
    together,
    visible_to,
    waits_for_a_successor,
    what_it_absorbed,
)

__all__ = [
    "OFFICE_PEOPLE", "Check", "Difference", "Page", "Similar", "Standing", "Tab", "absorbed", "answers_to", "candidates", "checks", "committee_of", "contact_note", "copy_for", "copy_of", "covered_in",
    "difference_for", "differences", "for_page", "handed_over_at", "has_findings", "hold_handling", "invitation_for", "latest_cutoff", "lists_for", "may_absorb",
    "names", "numbered", "open_copies", "open_matters", "original_visible_to", "outdated_signers", "page_of", "parts", "passed_on_to", "plenary_window", "proposed_marks",
    "public_file", "public_files", "public_titles", "published", "raters", "register_handling", "register_outcome", "register_standing",
    "season_at", "session_and_season_at", "signers", "similar", "similar_for", "spokesman", "standings_of",
    "stands_under_something", "tabs_for", "taken_back", "to_be_passed_on", "to_confirm", "together", "visible_to", "waits_for_a_successor", "warm",
    "what_it_absorbed", "writable",
]  # fmt: skip
