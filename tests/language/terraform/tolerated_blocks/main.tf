# What says nothing about rules: moved, removed, checks, conditions, provisioners, outputs, other providers' settings.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 4.9" }
  }
}

provider "aws" {
  region = "eu-central-1"
}

moved {
  from = aws_s3_bucket_cors_configuration.old
  to   = aws_s3_bucket_cors_configuration.this
}

removed {
  from = aws_s3_bucket.gone
  lifecycle {
    destroy = false
  }
}

check "origins" {
  assert {
    condition     = length(var.origins) > 0
    error_message = "no origins"
  }
}

variable "origins" {
  type        = list(string)
  description = "who may read"
  default     = ["https://a.example"]
  validation {
    condition     = alltrue([for o in var.origins : startswith(o, "https://")])
    error_message = "Only https."
  }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  provider   = aws
  bucket     = "tolerated"
  depends_on = [aws_s3_bucket.later]
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
  }
  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = length(var.origins) < 10
      error_message = "too many"
    }
    postcondition {
      condition     = self.bucket == "tolerated"
      error_message = "other bucket"
    }
  }
  provisioner "local-exec" {
    command = "true ${self.bucket}"
  }
}

resource "aws_s3_bucket" "later" {
  bucket = "tolerated-later"
}

output "rules" {
  value     = aws_s3_bucket_cors_configuration.this.cors_rule
  sensitive = true
}
