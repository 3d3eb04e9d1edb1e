"""A county of any size with a full history, written in bulk: what the pages are measured on."""
