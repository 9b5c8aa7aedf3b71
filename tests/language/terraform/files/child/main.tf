resource "aws_s3_bucket_cors_configuration" "child" {
  bucket = "files-child"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [trimspace(file("${path.module}/origin.txt"))]
    allowed_headers = [path.module]
  }
}
