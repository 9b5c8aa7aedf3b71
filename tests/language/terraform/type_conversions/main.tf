# Conversions at a variable: extra attributes dropped, numbers and bools to text, sets without doubles, tuples to lists.
variable "text_list" {
  type    = list(string)
  default = [1, true, "x", 2.50, 1e3]
}
variable "numbers" {
  type    = set(number)
  default = ["3", 3, 1]
}
variable "object" {
  type    = object({ a = string })
  default = { a = 5, b = "dropped" }
}
variable "tuple" {
  type    = tuple([string, number, list(string)])
  default = [7, "8", ["https://tuple.example"]]
}
variable "map" {
  type    = map(string)
  default = { one = 1, yes = true }
}
variable "nested" {
  type    = map(list(object({ n = number })))
  default = { k = [{ n = "4" }, { n = 5, extra = true }] }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "types-${var.object.a}-${var.tuple[0]}-${jsonencode(var.tuple[1])}"
  cors_rule {
    id              = jsonencode(var.map)
    allowed_methods = ["GET"]
    allowed_origins = var.tuple[2]
    allowed_headers = var.text_list
    expose_headers  = [for n in var.numbers : "x-${n}"]
    max_age_seconds = sum(var.nested.k[*].n)
  }
}
