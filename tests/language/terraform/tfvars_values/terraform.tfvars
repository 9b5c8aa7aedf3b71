# a comment
text = <<-EOT
  heredoc
EOT
rules = {
  "quoted key" = { origins = ["https://q.example"], age = "90" }, // both
  plain = {
    origins = ["https://p1.example", "https://$${p2}.example"]
    methods = null
    extra   = "dropped"
  }
}
keep = null
