"""The only mover of states. Import `workflow.engine` and `workflow.table`."""
