"""Faces and facial landmarks in thermal images."""
