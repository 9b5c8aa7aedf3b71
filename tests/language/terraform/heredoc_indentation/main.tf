locals {
  l = ["a", "b"]
  h1 = <<-E
    x
      y

    z
  E
  h2 = <<-E
      ${"a"}
    b
  E
  h3 = <<-E
    %{for x in local.l}
      - ${x}
    %{endfor}
    end
  E
  h4 = <<-E
    %{for x in local.l ~}
      - ${x}
    %{endfor ~}
    end
  E
  h5 = <<E
    a${"b"}  
   %{ if true }yes%{ else }no%{ endif }
E
  h6 = <<-E
	tab
	  two
  E
  h7 = <<-E
    a

      
    b
  E
  h8 = <<-E

    lead
  E
  h9 = <<-E
    ${"multi"}
      ${"x"} tail
    E
  h10 = <<E
E
  h11 = <<-E
    a \n \t $${x} %%{y} "q"
  E
  h12 = <<-E
      %{ if false }
      no
      %{ else }
      yes
      %{ endif }
    z
  E
  h13 = <<-E
    one ${join(",", [
      "a",
      "b"
    ])} two
      three
  E
  q20 = templatefile("lines.tftpl", {})
  q1 = "a${ "b" }c"
  q3 = "%{ if true ~}  x  %{~ endif }|"
  q4 = "%{ for x in local.l ~} ${x} %{~ endfor }|"
  q5 = "$${a} $$$${b} %%{c}"
  q6 = "\"${"\"in\""}\""
  q7 = "$"
  q8 = "%"
  q9 = "a$b%c"
  q10 = "${local.l[0]}${local.l[1]}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "heredoc-indentation"
  dynamic "cors_rule" {
    for_each = {
      h1 = local.h1
      h2 = local.h2
      h3 = local.h3
      h4 = local.h4
      h5 = local.h5
      h6 = local.h6
      h7 = local.h7
      h8 = local.h8
      h9 = local.h9
      h10 = local.h10
      h11 = local.h11
      h12 = local.h12
      h13 = local.h13
      q1 = local.q1
      q3 = local.q3
      q4 = local.q4
      q5 = local.q5
      q6 = local.q6
      q7 = local.q7
      q8 = local.q8
      q9 = local.q9
      q10 = local.q10
      q20 = local.q20
    }
    content {
      id              = cors_rule.key
      allowed_methods = ["GET"]
      allowed_origins = [jsonencode(cors_rule.value)]
    }
  }
}
