"""Import and export kinds."""
