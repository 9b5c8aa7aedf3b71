variable "name" {
  type    = string
  default = "vars-default"
}

variable "origins" {
  type = list(string)
}

variable "age" {
  type    = number
  default = "600"
}

variable "methods" {
  default = ["GET"]
}

variable "headers" {
  type     = list(string)
  default  = ["x-default"]
  nullable = false
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.name

  cors_rule {
    allowed_methods = var.methods
    allowed_origins = var.origins
    allowed_headers = var.headers
    max_age_seconds = var.age
  }
}
