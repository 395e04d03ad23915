"""Data in the form of T-FAKE: a person in colour and in degrees, parts, 70 and 478 points."""
