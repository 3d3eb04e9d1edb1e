"""What the pages of proposals and of their handling show.

The desk, a proposal and a unit's part for each reader, the public's pages.
"""
