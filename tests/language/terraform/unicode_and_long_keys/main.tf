# Names beyond ASCII for locals and variables, digits and dashes in identifiers.
variable "größe" { default = 7 }
locals {
  données-2 = { "clé" = "https://clé.example" }
  a-b_c     = 1
}
resource "aws_s3_bucket_cors_configuration" "my-cors_2" {
  bucket = "unicode-${local.a-b_c - 1}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [local.données-2["clé"]]
    max_age_seconds = var.größe
  }
}
