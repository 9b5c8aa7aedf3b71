# Everything about the rules is known, nothing about the name; and the other way round.
resource "random_id" "x" {
  byte_length = 8
}
resource "aws_s3_bucket" "this" {
  bucket = random_id.x.hex
}
resource "aws_s3_bucket_cors_configuration" "name" {
  bucket = aws_s3_bucket.this.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
resource "aws_s3_bucket_cors_configuration" "rules" {
  bucket = "known-name"
  cors_rule {
    id              = random_id.x.hex
    allowed_methods = toset([random_id.x.hex])
    allowed_origins = [for h in [random_id.x.hex, "b"] : "https://${h}" if h != ""]
    allowed_headers = random_id.x.hex == "" ? null : ["a"]
    expose_headers  = jsondecode(random_id.x.hex)
    max_age_seconds = length(random_id.x.hex)
  }
}
