resource "aws_s3_bucket_policy" "one" {
  policy = <<POLICY
{
  "Statement": [{"Resource": "${aws_s3_bucket.site.arn}/*", "Note": "}}}} \" # /* <<POLICY"}]
}
POLICY
  bucket = "after"
}

locals {
  indented = <<-EOT
      first
        ${join("\n", [for x in var.list : "  - ${x}"])}
      EOT-not
      EOT and more
      $${kept} %%{kept} $ %
    EOT
  short    = <<E
E
  blank    = <<E

E
  inside = upper(<<-WORDS
    in a call }
  WORDS
  )
  listed = [<<A
a "quoted" line
A
    , <<B
b
B
  ]
  object = {
    key = <<-D-E_F
      markers may have dashes
    D-E_F
  }
  apostrophes = <<X
it's $5 for "one
X
}
output "last" {
  value = "end"
}
