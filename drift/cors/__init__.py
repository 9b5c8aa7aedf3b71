"""The ground: S3's CORS rules, what S3 refuses, and what it answers. Pure, standard library only."""
