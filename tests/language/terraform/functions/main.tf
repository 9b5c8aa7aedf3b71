variable "json" {
  default = "[{\"allowed_methods\":[\"GET\"],\"allowed_origins\":[\"https://j.example\"]}]"
}

locals {
  rules = try(jsondecode(var.json), var.json)
  hosts = distinct(compact(flatten([["a.example", ""], [["b.example"], "a.example"]])))
}

resource "aws_s3_bucket_cors_configuration" "wrapper" {
  bucket = format("%s-%03d", trimsuffix("functions/", "/"), 7)
  dynamic "cors_rule" {
    for_each = local.rules
    content {
      id              = try(cors_rule.value.id, null)
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      allowed_headers = try(cors_rule.value.allowed_headers, null)
      expose_headers  = lookup(cors_rule.value, "expose_headers", null)
      max_age_seconds = lookup(cors_rule.value, "max_age_seconds", 30)
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "lists" {
  bucket = join("-", [substr(sha1("x"), 0, 6), element(["p", "q"], 3), upper("x") == "X" ? "x" : "y"])
  cors_rule {
    allowed_methods = sort(setunion(["PUT"], ["GET", "PUT"]))
    allowed_origins = formatlist("https://%s", local.hosts)
    allowed_headers = keys(merge({ "x-b" = 1 }, { "x-a" = 2 }))
    expose_headers  = split(",", replace("ETag;Date", "/;/", ","))
    max_age_seconds = max(10, min(300, 200), length(local.hosts))
  }
}

resource "aws_s3_bucket_cors_configuration" "more" {
  bucket = coalesce("", lookup({ a = "functions-more" }, "a"))
  cors_rule {
    allowed_methods = slice(reverse(["DELETE", "PUT", "GET"]), 0, 2)
    allowed_origins = values(zipmap(["k2", "k1"], ["https://two.example", "https://one.example"]))
    allowed_headers = contains(["a", "b"], "b") ? [one(["x-one"])] : []
    expose_headers  = [for s in regexall("[a-z]+", "ab1cd") : s]
    max_age_seconds = tonumber(coalescelist([], ["42"])[0])
  }
}
