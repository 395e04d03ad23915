"""What the numbers of a thermal image mean, and how they become a network's input."""
