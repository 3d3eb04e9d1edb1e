"""Every read of proposals worth a name."""

from tongxin.proposals.queries.acting import stands_under_something
from tongxin.proposals.queries.drafting import (
    Check,
    candidates,
    checks,
    copy_for,
    differences,
    invitation_for,
    latest_cutoff,
    open_copies,
    outdated_signers,
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
    for_page,
    handed_over_at,
    may_absorb,
    original_visible_to,
    parts,
    plenary_window,
    raters,
    season_at,
    session_and_season_at,
    signers,
    spokesman,
    to_be_passed_on,
    together,
    visible_to,
)

__all__ = [
    "Check", "Page", "Similar", "Standing", "Tab", "candidates", "checks", "committee_of", "copy_for", "copy_of", "covered_in",
    "differences", "for_page", "handed_over_at", "has_findings", "invitation_for", "latest_cutoff", "lists_for", "may_absorb",
    "open_copies", "original_visible_to", "outdated_signers", "page_of", "parts", "plenary_window", "proposed_marks",
    "public_file", "public_files", "public_titles", "published", "raters", "register_outcome", "register_standing",
    "season_at", "session_and_season_at", "signers", "similar", "similar_for", "spokesman", "standings_of",
    "stands_under_something", "tabs_for", "taken_back", "to_be_passed_on", "to_confirm", "together", "visible_to", "warm", "writable",
]  # fmt: skip
