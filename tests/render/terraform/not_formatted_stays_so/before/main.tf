resource "aws_s3_bucket_cors_configuration" "site" {
    bucket="site"
    cors_rule {
        allowed_methods=[ "GET","PUT" ]
        allowed_origins=["https://a.example"]
        max_age_seconds=5
    }
}
