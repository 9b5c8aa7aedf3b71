# Functions by their full names, templates held in values, dates and networks.
locals {
  template = "https://$${name}.%%{ if tls }secure%%{ else }plain%%{ endif }.example"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = core::join("-", ["core", core::lower("NAME")])
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [templatestring(local.template, { name = "one", tls = true }), "http://${cidrhost("10.0.0.0/24", 5)}"]
    allowed_headers = [formatdate("YYYY-MM-DD", "2020-02-03T04:05:06Z"), timeadd("2020-02-03T04:05:06Z", "24h")]
    id              = uuidv5("dns", "example.com")
    max_age_seconds = timecmp("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z") + 61
  }
}
