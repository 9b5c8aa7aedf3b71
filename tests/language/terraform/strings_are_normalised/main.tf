# Text is in Unicode's composed form; escapes, and case functions beyond ASCII.
locals {
  composed   = "\u00e9"
  decomposed = "e\u0301"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "unicode-${local.composed == local.decomposed ? "same" : "different"}-${length(local.decomposed)}"
  cors_rule {
    id              = "${upper("straße")}|${lower("ÀÉ")}|${title("hello wörld")}|${strrev("añb")}|${substr("日本語", 1, 1)}|\U0001F600"
    allowed_methods = ["GET"]
    allowed_origins = ["https://${trim("--x--", "-")}.example", format("https://%s.%s", "a", "example")]
    allowed_headers = sort(["b", "a", "B", "é", "z"])
  }
}
