"""API areas: one file each, holding a request model, a reducer and an ENDPOINT record."""
