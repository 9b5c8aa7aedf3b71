locals {
  rules = jsondecode(templatefile("${path.module}/rules.json.tftpl", {
    origins = ["https://one.example", "https://two.example"]
    age     = 30
  }))
  table = csvdecode(file("${path.module}/hosts.csv"))
  sets  = { for name in fileset(path.module, "rules/*.json") : trimsuffix(basename(name), ".json") => jsondecode(file("${path.module}/${name}")) }
}

resource "aws_s3_bucket_cors_configuration" "template" {
  bucket = "files-${basename(path.module)}-${fileexists("${path.module}/none") ? 1 : 0}"
  dynamic "cors_rule" {
    for_each = local.rules.rules
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = [cors_rule.value.origin]
      max_age_seconds = cors_rule.value.age
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "csv" {
  bucket = trimspace(file("${path.module}/name.txt"))
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [for row in local.table : "https://${row.host}" if row.on == "yes"]
    id              = filemd5("${path.module}/name.txt")
  }
}

resource "aws_s3_bucket_cors_configuration" "set" {
  for_each = local.sets
  bucket   = "files-${each.key}"
  cors_rule {
    allowed_methods = each.value.methods
    allowed_origins = each.value.origins
  }
}
