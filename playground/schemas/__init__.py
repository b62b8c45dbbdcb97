"""Schemas: the strict subset of JSON Schema, linter and repair, and the ways in and out of it."""
