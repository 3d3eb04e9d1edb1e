"""Runs the command alone: ``python -m tongxin.deliberation.consensus VOTES.csv --json``."""

from tongxin.deliberation.consensus.command import consensus

if __name__ == "__main__":
    consensus(prog_name="tongxin consensus")
