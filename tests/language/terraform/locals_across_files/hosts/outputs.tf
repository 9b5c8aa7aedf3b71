output "all" { value = ["one.${var.domain}.example"] }
