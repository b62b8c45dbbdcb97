"""Ways a recorded run leaves the program: one file per format."""
