# In an inline list: an unknown in one element, an unknown list as a whole, an unknown number.
resource "random_id" "x" {
  byte_length = 4
}
resource "aws_s3_bucket" "element" {
  bucket = "inline-unknown-element"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://known.example", "https://${random_id.x.hex}.example"]
  }
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = split("-", random_id.x.hex)
    max_age_seconds = random_id.x.dec
  }
}
