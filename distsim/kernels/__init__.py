"""Typed statements to Python source to numba: what runs in every step, and the maths it is made of."""
