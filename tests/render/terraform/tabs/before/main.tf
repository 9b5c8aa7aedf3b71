resource "aws_s3_bucket_cors_configuration" "site" {
	bucket = "site"
	cors_rule {
		allowed_methods = ["GET"]
		allowed_origins = [
			"https://a.example",
		]
	}
}
