locals {
  empty       = ""
  braces      = "} { ${"}"} {"
  quotes      = "\"quoted\" and \\\\ and \\\"${"\"in\""}\\"
  comments    = "# no /* comment */ // here"
  heredoc     = "<<EOT"
  dollars     = "$ $$ 100% %% $x %y $"
  percent     = "%"
  escaped     = "$${not} %%{text} \u00e9\U0001F600\t"
  nested      = "a${"b${"c${var.d}"}"}"
  call        = "${join(",", [for x in var.list : "<${x}>"])}-${lookup({ a = "}" }, "a", "{")}"
  conditional = "${var.on ? "yes \"${var.name}\"" : "no }"}"
  objects     = { "a}" = "{", "b\"" : ["\\"], "${var.key}" = 1 }
  spread      = "${join("", [
    "one", # "
    "two"
  ])}"
  unicode = "naïve — ☃ 漢字"
}

resource "a" "quoted \"label\"" {
  after = "it"
}

resource "b" "c" { one = "line }" }
resource bare "mixed" {}
