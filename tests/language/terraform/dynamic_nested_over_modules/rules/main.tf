variable "origins" { type = set(string) }
output "rules" { value = { for i, o in sort(var.origins) : format("%02d", i) => o } }
