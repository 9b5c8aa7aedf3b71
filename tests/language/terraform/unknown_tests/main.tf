# A condition that is only known after apply leaves the value open, however alike both arms are; what does not depend on it stays known.
resource "random_id" "x" {
  byte_length = 4
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = random_id.x.hex == "" ? "same" : "same"
  cors_rule {
    id              = "fields"
    allowed_methods = ["GET"]
    allowed_origins = random_id.x.hex == "" ? ["https://a.example"] : ["https://b.example"]
    allowed_headers = random_id.x.hex != null ? ["*"] : []
    max_age_seconds = random_id.x.byte_length > 3 ? 10 : 20
  }
  cors_rule {
    id              = "pieces"
    allowed_methods = true || random_id.x.hex == "" ? ["PUT"] : ["GET"]
    allowed_origins = ["https://${random_id.x.hex}.example", "https://c.example"]
    expose_headers  = startswith("x-${random_id.x.hex}", "x-") ? ["known-prefix"] : []
  }
}
