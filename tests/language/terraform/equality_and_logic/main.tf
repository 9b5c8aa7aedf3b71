# == never converts, && and || want bools but take their texts, comparisons want numbers.
locals {
  tests = {
    text_number = "1" == 1
    tuple_list  = [1] == tolist([1])
    tuples      = [1, "a"] == [1, "a"]
    objects     = { a = 1, b = [2] } == { b = [2], a = 1 }
    nulls       = null == null
    null_text   = null == ""
    texts       = "true" && !false || false
    compare     = "10" > 9
    sets        = toset(["a", "b"]) == toset(["b", "a"])
    not_equal   = { a = 1 } != { a = 2 }
    emptiness   = [] == [] && {} == {}
    conditional = (1 < 2 ? "x" : "y") == "x"
  }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "equality"
  cors_rule {
    id              = join(",", [for name, value in local.tests : name if value])
    allowed_methods = local.tests.nulls ? ["GET"] : ["PUT"]
    allowed_origins = [for name, value in local.tests : "https://${replace(name, "_", "-")}.example" if !value]
  }
}
