"""What ``path`` and ``terraform`` say: where the module lies, and which workspace is selected."""

from __future__ import annotations

from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Location
from parsers.terraform import files
from parsers.terraform.values import Value, text, unknown


def surroundings(first: str, second: str, folder: str, root: str, workspace: str | None, at: Location) -> Value:
    """The value of ``first.second`` in the module in ``folder``, called from the root module in ``root``."""
    if (first, second) == ("path", "module"):
        return text(files.relative(folder, root))
    if (first, second) == ("path", "root"):
        return text(".")
    if first != "path" and second == "workspace":
        if workspace:
            return text(workspace)
        return unknown(f"terraform.workspace is not known; give --workspace ({at})", identity=("workspace",))
    return unknown(f"{first}.{second} is not known before it is run ({at})", identity=(first, second))


def selected_workspace(tree: Tree, root: str, inputs: Inputs) -> str | None:
    """The workspace that the user names, or that ``terraform workspace select`` wrote down beside the root module.

    Where neither says anything it is not known: the folder may be applied in several of them.
    """
    told = inputs.workspace or inputs.environment.get("TF_WORKSPACE")
    path = files.join(root, ".terraform/environment")
    if told or not tree.is_file(path):
        return told or None
    try:
        return tree.read(path).decode().strip() or None
    except (InputError, UnicodeDecodeError):
        return None
