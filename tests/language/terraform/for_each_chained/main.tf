# The configuration is repeated over the buckets themselves, and a third resource over the second.
resource "aws_s3_bucket" "this" {
  for_each = toset(["media", "docs"])
  bucket   = "chained-${each.key}"
}

resource "aws_s3_bucket_cors_configuration" "first" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${each.key}.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "second" {
  for_each = { for key, cors in aws_s3_bucket_cors_configuration.first : upper(key) => cors.bucket if key != "docs" }
  bucket   = "${each.value}-copy"
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://${lower(each.key)}.example"]
  }
}
