variable "name" {}
variable "origins" {
  type    = list(string)
  default = []
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
}

module "cors" {
  source  = "../cors"
  bucket  = aws_s3_bucket.this.id
  origins = var.origins
  count   = length(var.origins) > 0 ? 1 : 0
}

output "id" {
  value = aws_s3_bucket.this.id
}

output "origin" {
  value = try(module.cors[0].first, "none")
}
