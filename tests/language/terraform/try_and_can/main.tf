# try takes the first argument that works, can asks whether one does: missing attributes, wrong types, bad indexes, bad conversions.
variable "config" {
  default = { cors = { origins = ["https://cfg.example"] }, list = ["only"] }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = try(var.config.name, var.config["name"], "try-default")
  cors_rule {
    id              = try(tostring(var.config.list), "not-text")
    allowed_methods = try(var.config.cors.methods, ["GET"])
    allowed_origins = try(var.config.cors.origins, [])
    allowed_headers = [try(var.config.list[1], var.config.list[0]), can(tonumber("x")) ? "number" : "no-number"]
    expose_headers  = can(regex("^[a-z]+$", var.config.list[0])) ? ["lower"] : ["other"]
    max_age_seconds = try(tonumber("12x"), var.config.cors.age, 33)
  }
}
