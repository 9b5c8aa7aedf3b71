"""Paths in the tree, as Terragrunt's functions give them and as people are shown them."""

from __future__ import annotations

import posixpath

from parsers.terraform import files

CHECKOUT = "/\ue000checkout"
"""Stands for the folder in which the tree lies, which nobody can know; no value with it in it is ever used."""


def from_folder(path: str, folder: str) -> str:
    """A path in the tree, or one that leads out of it, as seen from a folder of the tree."""
    ups = "../" * len(folder.split("/")) if folder else "./"
    return path if path.startswith("/") else ups + path if files.leaves_tree(path) else _near(path, folder)


def _near(path: str, folder: str) -> str:
    shown = posixpath.relpath("/" + path, "/" + folder)
    return shown if shown.startswith(".") else f"./{shown}"


def without_checkout(shown: str) -> str:
    """A text for people: paths are shown as they lie in the tree."""
    return shown.replace(f"{CHECKOUT}/", "").replace(CHECKOUT, ".")


def outside(path: str) -> str:
    """A path in the tree as functions of Terragrunt give it."""
    return f"{CHECKOUT}/{path}" if path else CHECKOUT
