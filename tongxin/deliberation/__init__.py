"""Online topics, statements and votes; the arithmetic of consensus."""
