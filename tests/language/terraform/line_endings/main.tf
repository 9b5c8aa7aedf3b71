# Windows line ends, tabs, a byte order mark, no newline at the end, heredocs in such a file.
locals {
	origins = <<-EOT
		https://a.example
		https://b.example
	EOT
}

resource "aws_s3_bucket_cors_configuration" "this" {
	bucket = "line-endings"
	cors_rule {
		id = jsonencode(local.origins)
		allowed_methods = [
			"GET",
		]
		allowed_origins = split("\n", trimspace(replace(local.origins, "\r", "")))
	}
}