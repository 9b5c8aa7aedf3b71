# Numbers are exact decimals; they print without exponents and trailing zeros; strings convert where a number is wanted.
locals {
  sum   = 0.1 + 0.2
  big   = 12345678901234567890 + 1
  third = floor(10 / 3)
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "numbers-${local.sum}-${1e3}-${1.50}-${-7 % 3}-${local.big}"
  cors_rule {
    id              = join(",", [5 / 2, 7 - -2, 2 * 3 + 1, (2 + 3) * 2, -(3), 1e-3, abs(-2.5), ceil(1.2), pow(2, 10), parseint("ff", 16), signum(-4), log(8, 2)])
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    max_age_seconds = "${local.third * 100}"
  }
  cors_rule {
    id              = format("%d %03d %5.2f|%-4s|%+d %x %o %b %e %q %v %t %%", 42, 7, 3.14159, "ab", 5, 255, 8, 5, 1234.5, "q", ["l", 1], true)
    allowed_methods = ["PUT"]
    allowed_origins = ["*"]
    max_age_seconds = max(1, 2.0, "3")
  }
}
