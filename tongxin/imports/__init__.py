"""Imports on a page: upload, preview, rows that are wrong, progress, history, undo. The engine is `sheets`'."""
