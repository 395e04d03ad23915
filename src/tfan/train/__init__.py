"""Training of the two networks (extra "train"). Nothing below this floor knows of it."""
