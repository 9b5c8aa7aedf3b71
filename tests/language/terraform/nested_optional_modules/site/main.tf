variable "name" { type = string }
variable "cors" {
  type = object({
    origins = set(string)
    methods = optional(set(string), ["HEAD"])
    age     = optional(number, 5)
    headers = optional(list(string))
  })
  nullable = false
  default  = { origins = [] }
}

resource "aws_s3_bucket" "this" {
  bucket = "nested-${var.name}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = length(var.cors.origins) > 0 ? 1 : 0
  bucket = aws_s3_bucket.this.id
  cors_rule {
    allowed_methods = var.cors.methods
    allowed_origins = var.cors.origins
    allowed_headers = var.cors.headers
    max_age_seconds = var.cors.age
  }
}

output "bucket" {
  value = aws_s3_bucket.this.id
}
