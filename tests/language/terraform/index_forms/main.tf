# Indexes: texts that are numbers on lists, numbers on maps, negative ones by length, through functions, in templates, legacy dots.
locals {
  list  = ["zero", "one", "two"]
  map   = { "0" = "map-zero", key = ["k0", { deep = "dd" }] }
  tuple = [["a"], { x = { y = ["https://y.example"] } }]
  which = "key"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "index-${local.list["1"]}-${local.map[0]}-${local.list[length(local.list) - 1]}"
  cors_rule {
    id              = "${local.map[local.which].0}/${local.map.key[1].deep}/${element(local.list, 5)}/${local.tuple[0].0}"
    allowed_methods = [{ true = "GET", false = "PUT" }[local.which == "key"]]
    allowed_origins = local.tuple[1]["x"].y
    allowed_headers = [reverse(local.list)[0], split("/", "a/b/c")[1], [for x in local.list : upper(x)][2]]
    expose_headers  = [keys({ b = 1, a = 2 })[0], { for i, v in local.list : v => i }["two"]]
  }
}
