# A sensitive switch and a sensitive rule inside a list of plain ones: what is decided by it is known all the same.
variable "secret" {
  default   = true
  sensitive = true
}
variable "token" {
  default   = "t0k"
  sensitive = true
}
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "sensitive-conditions"
  cors_rule {
    allowed_methods = var.secret ? ["GET"] : ["PUT"]
    allowed_origins = ["https://${var.token}.example", issensitive(var.token) ? "https://yes.example" : "https://no.example"]
    id              = nonsensitive(var.token)
  }
}
