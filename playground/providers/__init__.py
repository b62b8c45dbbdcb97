"""Ways of addressing and authenticating: one file each."""
