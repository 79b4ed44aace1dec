"""Affines in words, for known ones."""

import numpy as np

from mrsnr import Image
from mrsnr.orientation import explain_affine


def test_a_coronal_kidney_scan():
    affine = np.array([[-1.5, 0, 0, 190], [0, 0, -5.5, 40], [0, 1.5, 0, -180], [0, 0, 0, 1]])
    first, second, third, plane, place = explain_affine(Image(np.zeros((2, 2, 2)), affine))
    assert first == "The first voxel axis runs from right to left, in steps of 1.5 mm."
    assert second == "The second voxel axis runs from inferior to superior, in steps of 1.5 mm."
    assert third == "The third voxel axis runs from anterior to posterior, in steps of 5.5 mm."
    assert plane == "The slices are coronal."
    assert place == "Voxel (0, 0, 0) lies 190.0 mm right, 40.0 mm anterior, 180.0 mm inferior of the origin."


def test_an_oblique_axis_says_by_how_much():
    angle = np.radians(20)
    affine = np.eye(4)
    affine[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    lines = explain_affine(Image(np.zeros((2, 2, 2)), affine))
    assert lines[0].startswith("The first voxel axis runs from left to right, in")
    assert "posterior to anterior (20 degrees oblique)" in lines[1]
    assert lines[3] == "The slices are axial."
