# Instance keys with quotes, dollars and non-ASCII letters in addresses; keys sort by bytes.
resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = {
    "a.b/c"       = "dotted"
    "say \"hi\"" = "quoted"
    "B"           = "upper"
    "é"           = "accent"
    "$${x}"       = "template"
  }
  bucket = "keys-${each.value}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    id              = each.key
  }
}
