"""What item models have in common: named roles, and the record behind each row."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex

RECORD = Qt.ItemDataRole.UserRole
"""What a row shows; of a session its Row, None for a heading."""
DETAIL = Qt.ItemDataRole.UserRole + 1
"""The second line."""
