resource "aws_s3_bucket_cors_configuration" "site" {
	bucket = "site"
	cors_rule {
		allowed_methods = ["GET"]
		allowed_origins = [
			"https://a.example",
			"https://b.example",
		]
		max_age_seconds = 4
	}
	cors_rule {
		allowed_methods = ["PUT"]
		allowed_origins = [
			"https://office.example.com",
		]
	}
}
