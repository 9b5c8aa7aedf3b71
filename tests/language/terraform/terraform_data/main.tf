# The built-in resource: its input is known before apply, its output is not; its triggers are what they are.
resource "terraform_data" "this" {
  input            = { origins = ["https://a.example"] }
  triggers_replace = ["t"]
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "terraform-data-${terraform_data.this.triggers_replace[0]}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = terraform_data.this.input.origins
    allowed_headers = terraform_data.this.output.origins
    id              = "in"
  }
}
