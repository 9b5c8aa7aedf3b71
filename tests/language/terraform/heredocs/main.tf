locals {
  hosts = ["a.example", "b.example"]
  json  = <<-JSON
    {
      "origins": [
        %{ for i, host in local.hosts ~}
        "https://${host}"%{ if i < length(local.hosts) - 1 },%{ endif }
        %{ endfor ~}
      ]
    }
  JSON
  plain = <<EOT
  indented \n "quotes" $${kept}
EOT
  stripped = <<-EOT
      two
    zero
      ${"two"}
  EOT
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "heredocs"
  cors_rule {
    id              = local.plain
    allowed_methods = ["GET"]
    allowed_origins = jsondecode(local.json).origins
    allowed_headers = split("\n", trimspace(local.stripped))
    expose_headers  = [chomp(<<EOT
x-%{ if true }yes%{ else }no%{ endif }
EOT
    )]
  }
}
