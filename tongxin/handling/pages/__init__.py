"""What the pages of proposals show: desk, ledger, a proposal for each of its readers, and for the public."""
