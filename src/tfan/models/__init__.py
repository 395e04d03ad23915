"""Networks: which weights are known, how they are run, what their numbers mean."""
