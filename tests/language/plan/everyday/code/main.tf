terraform {
  required_providers {
    aws    = { source = "hashicorp/aws" }
    random = { source = "hashicorp/random" }
  }
}

variable "origins" {
  type    = set(string)
  default = ["https://b.example", "https://a.example"]
}

variable "secret_origin" {
  type      = string
  default   = "https://secret.example"
  sensitive = true
}

resource "random_id" "suffix" {
  byte_length = 4
}

# A literal bucket with the separate resource.
resource "aws_s3_bucket" "assets" {
  bucket = "assets-prod"
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  cors_rule {
    id              = "app"
    allowed_headers = ["*"]
    allowed_methods = ["PUT", "GET"]
    allowed_origins = var.origins
    expose_headers  = ["ETag"]
    max_age_seconds = 3000
  }
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

# Inline, as blocks, in order.
resource "aws_s3_bucket" "inline" {
  bucket = "inline-prod"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://z.example"]
    max_age_seconds = 10
  }
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://a.example"]
    allowed_headers = ["x-a"]
  }
}

# Explicitly none.
resource "aws_s3_bucket" "none" {
  bucket    = "none-prod"
  cors_rule = []
}

# Says nothing of CORS.
resource "aws_s3_bucket" "plain" {
  bucket = "plain-prod"
}

# A name that is not known before apply.
resource "aws_s3_bucket" "named_later" {
  bucket = "later-${random_id.suffix.hex}"
}

resource "aws_s3_bucket_cors_configuration" "named_later" {
  bucket = aws_s3_bucket.named_later.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://k.example", "https://${random_id.suffix.hex}.example"]
  }
}

resource "aws_s3_bucket" "prefixed" {
  bucket_prefix = "uploads-"
}

# A list member, an argument, the whole set unknown.
resource "aws_s3_bucket" "inline_unknown" {
  bucket = "inline-unknown"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://k.example", "https://${random_id.suffix.hex}.example"]
    max_age_seconds = random_id.suffix.dec
  }
}

resource "aws_s3_bucket_cors_configuration" "wholly_unknown" {
  bucket = "wholly-unknown"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
  dynamic "cors_rule" {
    for_each = toset(split(",", random_id.suffix.hex))
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value]
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "sensitive" {
  bucket = "sensitive-prod"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [var.secret_origin]
  }
}

resource "aws_s3_bucket_cors_configuration" "each" {
  for_each = { one = "https://one.example", "t.wo" = "https://two.example" }
  bucket   = "each-${each.key}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [each.value]
  }
}

module "site" {
  source   = "./site"
  for_each = toset(["de", "fr"])
  name     = "site-${each.key}"
}

data "aws_s3_bucket" "other" {
  bucket     = "other-prod"
  depends_on = [random_id.suffix]
}

output "x" { value = data.aws_s3_bucket.other.bucket }
output "d" { value = random_id.suffix.dec }
