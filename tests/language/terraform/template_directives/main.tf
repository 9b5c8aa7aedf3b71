# Directives in quoted strings, strip markers on both sides, escapes that stay literal.
variable "env" { default = "prod" }

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "tpl-%{if var.env == "prod"}live%{else}test%{endif}"
  cors_rule {
    id              = "%{for i, x in ["a", "b"]}${i}${x}%{if i < 1},%{endif}%{endfor}"
    allowed_methods = ["GET"]
    allowed_origins = ["https://${var.env == "prod" ? "" : "${var.env}."}example", "https://$${literal}.example", "%%{if}"]
    allowed_headers = ["a ${~ "b" ~} c", "x%{if true ~}   y   %{~ endif}z"]
    expose_headers  = ["${var.env}", "tab\tquote\"back\\u\u00e9"]
    max_age_seconds = "${10 * 6}"
  }
}
