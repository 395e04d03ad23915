"""ONNX operators in plain torch, by name; loaded only where torch runs a network."""
