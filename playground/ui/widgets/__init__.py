"""Things drawn in the window; they know values, not panels."""
