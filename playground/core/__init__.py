"""The vocabulary: values and pure functions. Standard library and pydantic only."""
