"""How far the networks hold: synthetic people under one difficulty that grows step by step."""
