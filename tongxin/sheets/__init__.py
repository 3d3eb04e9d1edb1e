"""Spreadsheets in and out: reading whatever offices send, checking every row, writing all of it or nothing."""
