"""cors-drift: whether the CORS rules that an S3 bucket has are the ones that the code declares."""

from __future__ import annotations

__version__ = "0.1.0"
