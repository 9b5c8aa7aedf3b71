import {
  to = aws_s3_bucket_cors_configuration.site
  id = "site"
}
