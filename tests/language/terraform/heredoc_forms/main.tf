# Heredocs: indented and not, with escapes that are none, with interpolation at line ends, as an argument of functions.
locals {
  raw = <<EOT
  kept\n "quotes" $${x}
EOT
  cut = <<-EOT
      six
    four
        eight ${"x"}
    EOT
  json = jsondecode(<<-EOT
    {"origins": ["https://${join(".", ["a", "example"])}"], "age": ${5 * 6}}
  EOT
  )
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "heredocs"
  cors_rule {
    id              = jsonencode([local.raw, local.cut])
    allowed_methods = ["GET"]
    allowed_origins = local.json.origins
    max_age_seconds = local.json.age
    expose_headers  = split("\n", trimspace(<<-EOT
      ETag
      Date
    EOT
    ))
  }
}
