"""The networks of the published package: its weights, its geometry, its face detector."""
