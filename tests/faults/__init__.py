"""What happens when machines fail: real processes, real HTTP, on the database of the tests."""
