resource "aws_s3_bucket" "site" {
  for_each = toset(["a", "b"])
  bucket   = each.key
}
