/* Keys of every kind: bare, quoted, in parentheses, from templates, numbers; both separators, commas and line ends,
   comments in between. */
variable "key" { default = "computed" }

locals {
  object = {
    bare     = 1, # a comment
    "quoted" = 2 // another
    (var.key) = 3
    "${var.key}-tpl" : 4,
    5 = "five"
    null = "word" /* inline */
    true : "yes",
    "nested" = { a = { b = ["https://nested.example"] } }
  }
  tuple = [
    1, "two", # three
    [3],
  ]
  empty = {}
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "object-${local.object.computed}-${local.object["computed-tpl"]}-${local.object["5"]}-${local.object.null}-${local.object.true}"
  cors_rule {
    id              = join(",", keys(local.object))
    allowed_methods = ["GET"]
    allowed_origins = local.object.nested["a"].b
    expose_headers  = [for x in flatten(local.tuple) : tostring(x)]
    max_age_seconds = length(local.empty) + length(local.tuple)
  }
}

resource "aws_s3_bucket_cors_configuration" "oneline" {
  bucket = "oneline"
  cors_rule {
    allowed_methods = concat(["GET"],
      ["PUT"]
    )
    allowed_origins = (
      true
      ? ["*"]
      : []
    )
  }
}
