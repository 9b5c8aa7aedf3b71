variable "age" {
  type    = number
  default = 20
}

variable "origins" {
  default = ["https://over.example", "https://over2.example"]
}

module "site" {
  source = "./two"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count = 1
}
