"""The window. PySide6 lives here and in desktop.py only."""
