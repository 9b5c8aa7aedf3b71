# Lists inside a rule are sets: doubles go, unknown elements stay apart from known ones, texts of numbers and bools convert.
resource "random_id" "x" {
  byte_length = 2
}
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "lists-into-sets"
  cors_rule {
    allowed_methods = ["GET", "GET", upper("put")]
    allowed_origins = ["b", "a", "b", random_id.x.hex]
    allowed_headers = [1, true, "1"]
    expose_headers  = toset([])
    max_age_seconds = "10"
  }
}
