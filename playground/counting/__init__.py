"""What a run cost: prices and token estimates, loaded late, each with a fallback."""
