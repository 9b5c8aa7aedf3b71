# Every place where a value can come from; the later one wins as a whole, nothing is merged.
variable "from_default" { default = "default" }
variable "from_env" { default = "default" }
variable "from_tfvars" { default = "default" }
variable "from_tfvars_json" { default = "default" }
variable "from_auto" { default = "default" }
variable "from_file" { default = "default" }
variable "from_var" { default = "default" }
variable "object" {
  type    = map(string)
  default = { a = "default", b = "default" }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = join("-", [var.from_default, var.from_env, var.from_tfvars, var.from_tfvars_json, var.from_auto, var.from_file, var.from_var])
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [for key, value in var.object : "https://${key}.${value}.example"]
  }
}
