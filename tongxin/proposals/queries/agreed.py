"""Which text a co-signer agreed to, and how the present one differs from it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from tongxin.proposals.choices import Answer, Role
from tongxin.proposals.models import SIGNED_FIELDS, Proposal, Signature, SignedText

PHRASE = re.compile(r"[^\n，。；：、！？,;:!?]{1,400}[，。；：、！？,;:!?]?|[，。；：、！？,;:!?]|\n")
MOST = 4000  # phrases of one part that are compared one by one: more than the longest proposal has
SAME, OLD, NEW = "same", "del", "ins"


@dataclass(frozen=True)
class Piece:
    """A run of words: the same in both, only in what was agreed to (`del`), or only in the present text (`ins`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Changed:
    """One part of the text that differs, by paragraphs."""

    label: str
    paragraphs: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class Difference:
    """What differs from the text that a co-signer agreed to. `kept` is false where that text was not kept."""

    kept: bool
    parts: tuple[Changed, ...] = ()


def bare(text: str) -> str:
    """Return a text without its white space: what was moved to another line is the same."""
    return "".join(text.split())


def is_same(one: Proposal | SignedText, other: Proposal | SignedText) -> bool:
    """Say whether two texts say the same in title, situation, analysis and suggestions."""
    return all(bare(getattr(one, name)) == bare(getattr(other, name)) for name in SIGNED_FIELDS)


def outdated_signers(proposal: Proposal, *, answers: Iterable[str] = (Answer.ACCEPTED,)) -> list[Signature]:
    """Return the co-signers who agreed to another text than the present one, white space apart."""
    asked = set(answers)
    older = [
        s
        for s in proposal.signatures.all()
        if s.role == Role.CO and s.answer in asked and 0 < s.signed_version < proposal.version
    ]
    if not older:
        return []
    kept = {t.version: t for t in proposal.signed_texts.filter(version__in={s.signed_version for s in older})}
    return [s for s in older if s.signed_version not in kept or not is_same(kept[s.signed_version], proposal)]


def difference_for(signature: Signature) -> Difference | None:
    """Return how the present text differs from what a co-signer agreed to.

    None where it is the same, or he agreed to none.
    """
    proposal = signature.proposal
    if not 0 < signature.signed_version < proposal.version:
        return None
    kept = proposal.signed_texts.filter(version=signature.signed_version).first()
    if kept is None:
        return Difference(kept=False)
    labels = {field.name: str(field.verbose_name) for field in Proposal._meta.concrete_fields}  # noqa: SLF001 -- Django's public-in-practice Meta
    parts = tuple(
        Changed(labels[name], paragraphs(before, now))
        for name in SIGNED_FIELDS
        if bare(before := getattr(kept, name)) != bare(now := getattr(proposal, name))
    )
    return Difference(kept=True, parts=parts) if parts else None


# ── phrase by phrase ─────────────────────────────────────────────────────────────────────────────
def paragraphs(before: str, now: str) -> tuple[tuple[Piece, ...], ...]:
    """Return both texts as one, by paragraphs, with what went and what came marked; paragraphs without a change too.

    Compared are phrases, in time that does not grow out of hand; more than anybody writes is told as gone and come
    whole.
    """
    old, new = PHRASE.findall(before), PHRASE.findall(now)
    if max(len(old), len(new)) > MOST:
        return _lines([(OLD, old), (NEW, new)])
    runs: list[tuple[str, Sequence[str]]] = []
    for step in Indel.opcodes([bare(phrase) for phrase in old], [bare(phrase) for phrase in new]):
        if step.tag == "equal":
            runs.append((SAME, new[step.dest_start : step.dest_end]))
        elif step.tag == "delete":  # what went stands before what came in its place
            place = len(runs) - 1 if runs and runs[-1][0] == NEW else len(runs)
            runs.insert(place, (OLD, old[step.src_start : step.src_end]))
        else:
            runs.append((NEW, new[step.dest_start : step.dest_end]))
    return _lines(runs)


def _lines(runs: Iterable[tuple[str, Sequence[str]]]) -> tuple[tuple[Piece, ...], ...]:
    """Put runs of phrases together to paragraphs; a line break ends one, whoever wrote it."""
    lines: list[list[tuple[str, list[str]]]] = [[]]
    for kind, phrases in runs:
        for phrase in phrases:
            if phrase == "\n":
                lines.append([])
            elif lines[-1] and lines[-1][-1][0] == kind:
                lines[-1][-1][1].append(phrase)
            else:
                lines[-1].append((kind, [phrase]))
    whole = (tuple(Piece(kind, "".join(words)) for kind, words in line) for line in lines)
    return tuple(line for line in whole if any(piece.text.strip() for piece in line))
