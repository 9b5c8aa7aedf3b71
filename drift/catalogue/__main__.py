"""Prints docs/findings.md."""

from __future__ import annotations

import sys

from drift.catalogue.page import page

sys.stdout.write(page())
