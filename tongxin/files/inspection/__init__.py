"""What an upload really is and whether it is harmless, told by its structure.

Pure: runs in a process of its own, without Django.
"""
