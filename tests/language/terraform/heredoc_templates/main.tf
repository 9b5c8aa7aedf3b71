# Heredocs with directives and strip markers, and what split and trimspace make of them.
locals {
  hosts = { app = "app.example", api = "api.example" }
  text  = <<-EOT
    %{for name, host in local.hosts~}
    https://${host}
    %{endfor~}
  EOT
  flag  = <<EOT
%{if length(local.hosts) > 1}many%{else}few%{endif}
EOT
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "heredoc-${trimspace(local.flag)}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = compact(split("\n", local.text))
    expose_headers  = [for line in split("\n", trimspace(local.text)) : "x-${reverse(split("/", line))[0]}"]
    id              = <<-ID
      one
        two
      three
    ID
  }
}
