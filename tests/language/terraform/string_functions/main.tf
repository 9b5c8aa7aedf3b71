# Text functions as they build names and origins.
locals {
  project = "My Project"
  slug    = trim(replace(lower(local.project), "/[^a-z0-9]+/", "-"), "-")
  found   = regex("(?P<sub>[a-z]+)\\.(?P<dom>.+)", "app.example.com")
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = substr("${local.slug}-${md5("seed")}", 0, 20)
  cors_rule {
    id              = join("|", [trimprefix("v1", "v"), trimsuffix("x/", "/"), chomp("a\n"), indent(2, "a\nb"), strcontains("abc", "b"), endswith("abc", "c"), replace("a.b.a", ".", "-"), replace("k=v", "/(\\w)=(\\w)/", "$2=$1")])
    allowed_methods = [for m in split(" ", "get put") : upper(m)]
    allowed_origins = ["https://${local.found.dom}", format("https://%s.%[2]s:%[1]s", "a", "b"), "https://${urlencode("a b&c")}"]
    allowed_headers = regexall("[a-z]\\d", "a1 b2 c")
    expose_headers  = [base64encode("x"), base64decode("eQ=="), sha256("z"), join(",", formatlist("%s-%s", ["a", "b"], "c"))]
    max_age_seconds = tonumber(regex("\\d+", "age-120s"))
  }
}
