"""Tools: one file for each way a call is answered."""
