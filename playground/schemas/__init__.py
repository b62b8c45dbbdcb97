"""Schemas: the strict subset of JSON Schema, its linter and repair, and the ways in and out of it."""
