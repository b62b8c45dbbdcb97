"""Panels and docks: one file each; none knows another."""
