/* a block comment */ # and one after it
resource /* type */ "aws_s3_bucket_cors_configuration" "this" { // opens
  bucket = /* before */ "comments" # after
  cors_rule {
    # "not a # comment" in a string
    id              = "# /* not */ // a comment"
    allowed_methods = [ # in a list
      "GET", // one
      /* "PUT", */
    ]
    allowed_origins = [for o in /* in for */ ["https://a.example"] : o]
    max_age_seconds = (1 + # in parentheses
    2)
  }
}
/* resource "aws_s3_bucket_cors_configuration" "off" {
  bucket = "commented-out"
} */
