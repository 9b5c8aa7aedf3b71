"""How much of a hostile or broken configuration is worked through before it is called unknown."""

from __future__ import annotations

MAX_SOURCE_BYTES = 4 * 1024 * 1024
"""Larger files are refused: hand-written ones have some ten kilobytes, generated ones some hundred. Cutting them goes
at some 20 MB/s, a file of nothing but interpolations at a tenth of that."""

MAX_ITEMS = 50_000
"""How many blocks and arguments one file, or one block, may hold directly: each takes some hundred bytes of memory."""

MAX_EXPRESSION_CHARACTERS = 200_000
"""Longer expressions are not read: reading goes at some 200 KB/s, and takes some hundred bytes of memory for each."""

MAX_NESTING = 500
"""How deep brackets, strings and interpolations may nest in one another before a file is not read."""

MAX_FILES = 50
"""Files that one Terragrunt unit may include or read; real ones have fewer than ten."""

MAX_LOOKED_AT = 20_000
"""How many names one call of ``fileset`` looks at."""

MAX_GLOB_DEPTH = 64
"""How deep ``**`` goes: a link may lead back up the tree."""

MAX_EXPRESSION_DEPTH = 100
"""How deep expressions may nest, references to locals and modules included (Python's own stack is the bound)."""

MAX_STEPS = 200_000
"""How many expressions may be evaluated for one root module: two seconds. Large real ones take a few thousand."""

SHARES = 10
"""Into how many parts the steps are cut: one expression with all that it refers to may take one of them. Real ones stay
below a thousand steps."""

WEIGHT_PER_STEP = 10
"""How much of a value may be made or gone through for one step, by functions, loops, templates and comparisons: what
doubles with each line of the source is paid for by its size, and all values of one root stay within some hundred
megabytes."""

MAX_INSTANCES = 10_000
"""How many instances ``count`` or ``for_each`` of one block may make."""

MAX_INSTANCES_IN_ALL = 10_000
"""How many instances of resources and data sources one root may have."""

MAX_BLOCKS = 1_000
"""How many blocks one resource may hold after ``dynamic`` is expanded; S3 keeps 100 rules."""

MAX_MODULES = 2_000
"""How many module instances one root may have."""

MAX_MODULE_DEPTH = 16
"""How deep module calls may nest."""

MAX_WEIGHT = 200_000
"""How large one value may be: its members at any depth, and one for each hundred characters of text."""

MAX_VALUE_DEPTH = 60
"""How deep lists and objects may lie in one another: what goes through values does so by Python's own stack."""

MAX_MIXED_TYPES = 200
"""How many different types of several kinds are looked through for one that all can be converted to: each is compared
with each."""

MAX_TEXT = 1_000_000
"""How many characters one string may have."""

MAX_EXPONENT = 400
"""Numbers beyond ten to this power are not computed with: Terraform does, up to a million digits."""
