"""RGB to thermal: a network that learns how warm a person seen in colour would be."""
