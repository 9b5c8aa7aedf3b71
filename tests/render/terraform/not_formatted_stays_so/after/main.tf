resource "aws_s3_bucket_cors_configuration" "site" {
    bucket="site"
    cors_rule {
        allowed_methods=[ "GET","HEAD" ]
        allowed_origins=["https://a.example", "https://b.example"]
        expose_headers=["ETag"]
        max_age_seconds=6
    }
}
