"""Times the consensus engine beside the published port, each case in a process of its own."""
