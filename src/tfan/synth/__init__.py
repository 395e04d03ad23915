"""Thermal faces and scenes from a morphable head (extra ``train``)."""
