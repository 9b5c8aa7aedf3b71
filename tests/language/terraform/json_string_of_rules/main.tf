# Rules as a JSON string, as an object, or as nothing, through one wrapper: try(jsondecode(x), x).
module "text" {
  source = "./wrapper"
  name   = "text"
  rules  = jsonencode([{ allowed_methods = ["GET"], allowed_origins = ["https://text.example"], max_age_seconds = 30 }])
}

module "value" {
  source = "./wrapper"
  name   = "value"
  rules  = [{ allowed_methods = ["PUT"], allowed_origins = ["https://value.example"], allowed_headers = ["*"] }]
}

module "heredoc" {
  source = "./wrapper"
  name   = "heredoc"
  rules  = <<-JSON
    [
      { "allowed_methods": ["POST"], "allowed_origins": ["https://heredoc.example"], "max_age_seconds": "90" }
    ]
  JSON
}

module "nothing" {
  source = "./wrapper"
  name   = "nothing"
}
